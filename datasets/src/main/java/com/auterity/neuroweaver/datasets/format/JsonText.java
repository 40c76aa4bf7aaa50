package com.auterity.neuroweaver.datasets.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Values as JSON: lists and maps become arrays and objects, numbers and booleans themselves, all
 * else text. A number JSON has no word for (NaN, infinity) is text.
 */
final class JsonText {
  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);

  private JsonText() {}

  static String of(Object value) {
    return node(value).toString();
  }

  /** A map as an object when its keys are texts and all different, else as a list of pairs. */
  static Object map(List<?> keys, List<?> values) {
    Map<String, Object> object = new LinkedHashMap<>();
    List<Object> pairs = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      Map<String, Object> pair = new LinkedHashMap<>();
      pair.put("key", keys.get(i));
      pair.put("value", values.get(i));
      pairs.add(pair);
      if (keys.get(i) instanceof String key) {
        object.put(key, values.get(i));
      }
    }
    return object.size() == keys.size() ? object : pairs;
  }

  static JsonNode node(Object value) {
    if (value == null) {
      return NODES.nullNode();
    }
    if (value instanceof JsonNode node) {
      return node;
    }
    if (value instanceof List<?> list) {
      ArrayNode array = NODES.arrayNode();
      list.forEach(item -> array.add(node(item)));
      return array;
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode object = NODES.objectNode();
      map.forEach((key, item) -> object.set(String.valueOf(key), node(item)));
      return object;
    }
    if (value instanceof Boolean bool) {
      return NODES.booleanNode(bool);
    }
    if (value instanceof Integer || value instanceof Long) {
      return NODES.numberNode(((Number) value).longValue());
    }
    if (value instanceof BigDecimal decimal) {
      return NODES.numberNode(decimal);
    }
    if (value instanceof Double number && Double.isFinite(number)) {
      return NODES.numberNode(number);
    }
    if (value instanceof Float number && Float.isFinite(number)) {
      return NODES.numberNode(number);
    }
    return NODES.textNode(value.toString());
  }
}
