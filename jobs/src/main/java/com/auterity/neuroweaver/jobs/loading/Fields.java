package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Typed fields of a job's parameters. A key nobody knows is refused; null is as good as absent. */
final class Fields {
  private final UnaryOperator<String> place;
  private final ObjectNode json;

  /**
   * @param prefix where the object stands, for messages: empty or {@code columns[2].}
   */
  Fields(String prefix, ObjectNode json, Set<String> known) {
    this(name -> prefix + name, json, known);
  }

  /**
   * @param place how a field is called in messages, by its name
   */
  Fields(UnaryOperator<String> place, ObjectNode json, Set<String> known) {
    this.place = place;
    this.json = json;
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw NeuroWeaverException.invalid(
            place.apply(name)
                + ": unknown parameter; the known ones are "
                + String.join(", ", new TreeSet<>(known)));
      }
    }
  }

  String text(String name) {
    String text = textOrNull(name);
    if (text == null) {
      throw NeuroWeaverException.invalid(place.apply(name) + ": is missing");
    }
    return text;
  }

  String textOrNull(String name) {
    JsonNode node = present(name);
    if (node == null) {
      return null;
    }
    if (!node.isTextual() || node.textValue().isEmpty()) {
      throw wrong(name, "text", node);
    }
    return node.textValue();
  }

  Boolean boolOrNull(String name) {
    JsonNode node = present(name);
    if (node == null) {
      return null;
    }
    if (!node.isBoolean()) {
      throw wrong(name, "true or false", node);
    }
    return node.booleanValue();
  }

  Integer intOrNull(String name) {
    JsonNode node = present(name);
    if (node == null) {
      return null;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong(name, "a whole number", node);
    }
    return node.intValue();
  }

  /** A list of texts; empty when there is none. */
  List<String> texts(String name) {
    JsonNode node = present(name);
    if (node == null) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : node) {
      if (!item.isTextual() || item.textValue().isEmpty()) {
        throw wrong(name, "a list of texts", node);
      }
      texts.add(item.textValue());
    }
    if (!node.isArray() || texts.isEmpty()) {
      throw wrong(name, "a list of texts", node);
    }
    return texts;
  }

  /** Texts by name; empty when there are none. */
  Map<String, String> textsByName(String name) {
    JsonNode node = present(name);
    Map<String, String> texts = new LinkedHashMap<>();
    if (node == null) {
      return texts;
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isTextual() || entry.getValue().textValue().isEmpty()) {
        throw wrong(name, "texts by name", node);
      }
      texts.put(entry.getKey(), entry.getValue().textValue());
    }
    if (!node.isObject() || texts.isEmpty()) {
      throw wrong(name, "texts by name", node);
    }
    return texts;
  }

  /**
   * A whole number between two, both allowed.
   *
   * @param otherwise when there is none
   */
  long number(String name, long otherwise, long least, long most) {
    JsonNode node = present(name);
    if (node == null) {
      return otherwise;
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.longValue() < least
        || node.longValue() > most) {
      throw wrong(name, "a whole number from " + least + " to " + most, node);
    }
    return node.longValue();
  }

  /** A path made absolute against the node's working folder. */
  Path path(String name) {
    String text = text(name);
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw NeuroWeaverException.invalid(
          place.apply(name) + ": \"" + text + "\" is no path: " + e.getReason());
    }
  }

  <E extends Enum<E>> E enumOrNull(String name, Class<E> type) {
    String text = textOrNull(name);
    if (text == null) {
      return null;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    throw wrong(
        name,
        "one of "
            + Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")),
        json.get(name));
  }

  boolean has(String name) {
    return present(name) != null;
  }

  private JsonNode present(String name) {
    JsonNode node = json.get(name);
    return node == null || node.isNull() ? null : node;
  }

  private NeuroWeaverException wrong(String name, String right, JsonNode found) {
    return NeuroWeaverException.invalid(
        place.apply(name) + ": expected " + right + ", found " + found);
  }
}
