package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Typed fields of a job's parameters. A key nobody knows is refused; null is as good as absent. */
final class Fields {
  private final String prefix;
  private final ObjectNode json;

  /**
   * @param prefix where the object stands, for messages: empty or {@code columns[2].}
   */
  Fields(String prefix, ObjectNode json, Set<String> known) {
    this.prefix = prefix;
    this.json = json;
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw NeuroWeaverException.invalid(
            prefix
                + name
                + ": unknown parameter; the known ones are "
                + String.join(", ", new TreeSet<>(known)));
      }
    }
  }

  String text(String name) {
    String text = textOrNull(name);
    if (text == null) {
      throw NeuroWeaverException.invalid(prefix + name + ": is missing");
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
          prefix + name + ": \"" + text + "\" is no path: " + e.getReason());
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

  private JsonNode present(String name) {
    JsonNode node = json.get(name);
    return node == null || node.isNull() ? null : node;
  }

  private NeuroWeaverException wrong(String name, String right, JsonNode found) {
    return NeuroWeaverException.invalid(prefix + name + ": expected " + right + ", found " + found);
  }
}
