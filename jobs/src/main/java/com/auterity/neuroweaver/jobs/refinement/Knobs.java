package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.filter.RowFilter;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Strict reading of one JSON object of a recipe: each problem is INVALID_INPUT naming the place,
 * what was found and what would be right, and {@link #done()} refuses keys nobody asked for.
 */
final class Knobs {
  private final JsonNode node;
  private final String place;
  private final TreeSet<String> known = new TreeSet<>();

  Knobs(JsonNode node, String place) {
    if (node == null || !node.isObject()) {
      throw invalid(place, "is " + shown(node), "an object");
    }
    this.node = node;
    this.place = place;
  }

  String place() {
    return place;
  }

  boolean has(String key) {
    known.add(key);
    return node.hasNonNull(key);
  }

  boolean isList(String key) {
    JsonNode value = value(key);
    return value != null && value.isArray();
  }

  boolean isText(String key) {
    JsonNode value = value(key);
    return value != null && value.isTextual();
  }

  String text(String key) {
    JsonNode value = value(key);
    if (value == null || !value.isTextual() || value.asText().isBlank()) {
      throw invalid(place + "." + key, "is " + shown(value), "a text");
    }
    return value.asText();
  }

  String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    JsonNode value = value(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw invalid(place + "." + key, "is " + shown(value), "true or false");
    }
    return value.asBoolean();
  }

  Double number(String key) {
    JsonNode value = value(key);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()) {
      throw invalid(place + "." + key, "is " + shown(value), "a number");
    }
    return value.asDouble();
  }

  /** A number between two others, both allowed; null when absent. */
  Double number(String key, double least, double most) {
    Double number = number(key);
    if (number != null && !(number >= least && number <= most)) {
      throw invalid(
          place + "." + key, "is " + shown(value(key)), "a number from " + least + " to " + most);
    }
    return number;
  }

  /** As {@link #number(String, double, double)}, with what counts when it is absent. */
  double number(String key, double otherwise, double least, double most) {
    Double number = number(key, least, most);
    return number == null ? otherwise : number;
  }

  /** A number above 0 and at most 1; null when absent. */
  Double share(String key) {
    Double share = number(key);
    if (share != null && !(share > 0 && share <= 1)) {
      throw invalid(place + "." + key, "is " + share, "a number above 0 and at most 1");
    }
    return share;
  }

  /** As {@link #share(String)}, with what counts when it is absent. */
  double share(String key, double otherwise) {
    Double share = share(key);
    return share == null ? otherwise : share;
  }

  /** A whole number between two others, both allowed; null when absent. */
  Integer whole(String key, int least, int most) {
    JsonNode value = value(key);
    if (value == null) {
      return null;
    }
    if (!value.canConvertToExactIntegral()
        || value.decimalValue().compareTo(BigDecimal.valueOf(least)) < 0
        || value.decimalValue().compareTo(BigDecimal.valueOf(most)) > 0) {
      throw invalid(
          place + "." + key, "is " + shown(value), "a whole number from " + least + " to " + most);
    }
    return value.intValue();
  }

  /** As {@link #whole(String, int, int)}, with what counts when it is absent. */
  int whole(String key, int otherwise, int least, int most) {
    Integer whole = whole(key, least, most);
    return whole == null ? otherwise : whole;
  }

  /** Places of the text columns that a list names. */
  List<Integer> textColumns(String key, Schema schema) {
    List<Integer> columns = new ArrayList<>();
    for (String name : texts(key)) {
      int column = column(schema, name, place + "." + key);
      if (schema.columns().get(column).type() != ColumnType.STRING) {
        throw invalid(
            place + "." + key,
            "names " + name + ", a column of " + schema.columns().get(column).type(),
            "text columns only");
      }
      if (columns.contains(column)) {
        throw invalid(place + "." + key, "names " + name + " twice", "each column once");
      }
      columns.add(column);
    }
    return columns;
  }

  /** One of an enum's constants, written in lower case. */
  <E extends Enum<E>> E choice(String key, Class<E> type, E otherwise) {
    JsonNode value = value(key);
    if (value == null) {
      return otherwise;
    }
    return constant(value, type, place + "." + key);
  }

  <E extends Enum<E>> List<E> choices(String key, Class<E> type) {
    List<E> choices = new ArrayList<>();
    JsonNode value = value(key);
    if (value == null) {
      return List.of(type.getEnumConstants());
    }
    for (JsonNode item : list(key)) {
      choices.add(constant(item, type, place + "." + key));
    }
    return choices;
  }

  private static <E extends Enum<E>> E constant(JsonNode value, Class<E> type, String place) {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String name = constant.name().toLowerCase(Locale.ROOT);
      if (value.isTextual() && value.asText().equals(name)) {
        return constant;
      }
      names.add(name);
    }
    throw invalid(place, "is " + shown(value), "one of " + String.join(", ", names));
  }

  /** A condition in the language of row filters. */
  RowFilter condition(String key, Schema schema) {
    try {
      return RowFilter.parse(text(key), schema);
    } catch (NeuroWeaverException e) {
      if (!e.details().containsKey("position")) {
        throw e;
      }
      throw invalid(
          place + "." + key,
          "has at character " + e.details().get("position") + " " + e.details().get("found"),
          String.valueOf(e.details().get("expected")));
    }
  }

  /** A non-empty list. */
  List<JsonNode> list(String key) {
    JsonNode value = value(key);
    if (value == null || !value.isArray() || value.isEmpty()) {
      throw invalid(place + "." + key, "is " + shown(value), "a list with at least one entry");
    }
    List<JsonNode> items = new ArrayList<>();
    value.forEach(items::add);
    return items;
  }

  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : list(key)) {
      if (!item.isTextual()) {
        throw invalid(place + "." + key, "holds " + shown(item), "a list of texts");
      }
      texts.add(item.asText());
    }
    return texts;
  }

  /** A non-empty object, to be read strictly by the caller. */
  JsonNode object(String key) {
    JsonNode value = value(key);
    if (value == null || !value.isObject() || value.isEmpty()) {
      throw invalid(place + "." + key, "is " + shown(value), "an object with at least one entry");
    }
    return value;
  }

  /** A non-empty object's fields, each to be read strictly by the caller. */
  Map<String, JsonNode> fields(String key) {
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    object(key).fields().forEachRemaining(e -> fields.put(e.getKey(), e.getValue()));
    return fields;
  }

  /** Refuses what was in the object and never asked for. */
  void done() {
    for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw invalid(
            place, "has the unknown key \"" + name + "\"", "one of " + String.join(", ", known));
      }
    }
  }

  /** The index of a column, or INVALID_INPUT listing the columns there are. */
  static int column(Schema schema, String name, String place) {
    return schema
        .indexOf(name)
        .orElseThrow(
            () ->
                invalid(
                    place,
                    "names the column \"" + name + "\", which the dataset does not have",
                    "one of " + String.join(", ", schema.names())));
  }

  static NeuroWeaverException invalid(String place, String found, String right) {
    return NeuroWeaverException.invalid(place + " " + found + "; right would be " + right);
  }

  static String shown(JsonNode value) {
    return value == null || value.isNull() || value.isMissingNode() ? "missing" : value.toString();
  }

  private JsonNode value(String key) {
    known.add(key);
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value;
  }
}
