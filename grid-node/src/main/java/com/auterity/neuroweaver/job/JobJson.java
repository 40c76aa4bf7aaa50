package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Map;
import java.util.TreeMap;

/** JSON as it stands in the columns of JOB and JOB_EVENT. */
final class JobJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JobJson() {}

  static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      // Details are for people: what cannot be written as JSON is written as text.
      return JsonNodeFactory.instance.objectNode().put("text", String.valueOf(value)).toString();
    }
  }

  /** What we wrote ourselves. */
  static ObjectNode object(String json) {
    return json == null ? null : parse(json, "a column of JOB");
  }

  /** What somebody else wrote. */
  static ObjectNode parse(String json, String what) {
    try {
      JsonNode node = MAPPER.readTree(json);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw NeuroWeaverException.invalid(
          what + " is " + node.getNodeType() + ", a JSON object is right");
    } catch (JsonProcessingException e) {
      throw NeuroWeaverException.invalid(
          what
              + " is not JSON at line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ": "
              + e.getOriginalMessage());
    }
  }

  static Map<String, Double> numbers(String json) {
    Map<String, Double> numbers = new TreeMap<>();
    ObjectNode object = object(json);
    if (object != null) {
      object
          .fields()
          .forEachRemaining(entry -> numbers.put(entry.getKey(), entry.getValue().asDouble()));
    }
    return numbers;
  }
}
