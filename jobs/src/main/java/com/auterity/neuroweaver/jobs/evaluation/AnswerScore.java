package com.auterity.neuroweaver.jobs.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Iterator;
import java.util.Map;

/**
 * How well an answer meets the expected one. Where a JSON object is expected, its top-level fields
 * are compared one by one, numbers by value.
 *
 * @param jsonExpected the expected answer is a JSON object
 * @param validJson the answer is one too, with nothing after it
 * @param fields how many fields are expected
 * @param fieldsEqual how many of them the answer has, with an equal value
 * @param opCodeExpected the expected object has an operation code
 * @param opCodeRight the answer has the same
 * @param exact the answer is the expected text, surrounding blanks aside
 */
public record AnswerScore(
    boolean jsonExpected,
    boolean validJson,
    int fields,
    int fieldsEqual,
    boolean opCodeExpected,
    boolean opCodeRight,
    boolean exact) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  static AnswerScore of(String expected, String answer, String opCodeField) {
    boolean exact = expected.strip().equals(answer.strip());
    JsonNode right = object(expected);
    if (right == null) {
      return new AnswerScore(false, false, 0, 0, false, false, exact);
    }
    JsonNode found = object(answer);
    int equal = 0;
    for (Iterator<Map.Entry<String, JsonNode>> it = right.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> field = it.next();
      if (found != null && equal(field.getValue(), found.get(field.getKey()))) {
        equal++;
      }
    }
    JsonNode code = right.get(opCodeField);
    return new AnswerScore(
        true,
        found != null,
        right.size(),
        equal,
        code != null,
        code != null && found != null && equal(code, found.get(opCodeField)),
        exact);
  }

  private static boolean equal(JsonNode expected, JsonNode found) {
    return found != null
        && expected.equals(
            (a, b) ->
                a.isNumber() && b.isNumber()
                    ? a.decimalValue().compareTo(b.decimalValue())
                    : a.equals(b) ? 0 : 1,
            found);
  }

  /** The text's JSON object, or null when it is none. */
  static JsonNode object(String text) {
    try {
      JsonNode node = JSON.readTree(text);
      return node != null && node.isObject() ? node : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
