package com.auterity.neuroweaver.bench.llama;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One request, read key by key; {@link #end} refuses what nobody asked for. */
final class Request {
  private final JsonNode json;
  private final Set<String> read = new HashSet<>();

  Request(JsonNode json) {
    if (json == null || !json.isObject()) {
      throw new IllegalArgumentException("a request is a JSON object on one line");
    }
    this.json = json;
  }

  String text(String key) {
    JsonNode value = value(key);
    if (!value.isTextual()) {
      throw wrong(key, value, "a string");
    }
    return value.asText();
  }

  String text(String key, String otherwise) {
    return given(key) ? text(key) : otherwise;
  }

  int positive(String key) {
    JsonNode value = value(key);
    if (!value.isInt() || value.asInt() < 1) {
      throw wrong(key, value, "an integer from 1");
    }
    return value.asInt();
  }

  int positive(String key, int otherwise) {
    return given(key) ? positive(key) : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    if (!given(key)) {
      return otherwise;
    }
    JsonNode value = value(key);
    if (!value.isBoolean()) {
      throw wrong(key, value, "true or false");
    }
    return value.asBoolean();
  }

  /** Prompts as JSON: each a string or a list of ids. */
  List<JsonNode> prompts(String key) {
    JsonNode value = value(key);
    List<JsonNode> prompts = new ArrayList<>();
    for (JsonNode prompt : value) {
      boolean ids = prompt.isArray() && !prompt.isEmpty();
      for (JsonNode id : prompt) {
        ids &= id.isInt() && id.asInt() >= 0;
      }
      if (!ids && !(prompt.isTextual() && !prompt.asText().isEmpty())) {
        throw wrong(key, prompt, "texts or lists of token ids");
      }
      prompts.add(prompt);
    }
    if (!value.isArray() || prompts.isEmpty()) {
      throw wrong(key, value, "a list of texts or of lists of token ids");
    }
    return prompts;
  }

  void end() {
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (!read.contains(key)) {
                throw new IllegalArgumentException("the request has an unknown key " + key);
              }
            });
  }

  private boolean given(String key) {
    read.add(key);
    return json.hasNonNull(key);
  }

  private JsonNode value(String key) {
    read.add(key);
    return json.path(key);
  }

  private static IllegalArgumentException wrong(String key, JsonNode found, String right) {
    return new IllegalArgumentException(
        "%s is %s; right would be %s"
            .formatted(key, found.isMissingNode() ? "missing" : found, right));
  }
}
