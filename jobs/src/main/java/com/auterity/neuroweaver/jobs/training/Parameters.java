package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Strict reading of a job's parameters: a wrong type, a value out of range and, at the end, a key
 * nobody asked for are INVALID_INPUT naming the key, what was found and what would be right.
 */
public final class Parameters {
  private final String job;
  private final ObjectNode node;
  private final TreeSet<String> known = new TreeSet<>();

  /**
   * @param job the word for messages: {@code train}, {@code evaluate} ...
   */
  public Parameters(String job, ObjectNode node) {
    this.job = job;
    this.node = node;
  }

  public boolean has(String key) {
    known.add(key);
    return node.hasNonNull(key);
  }

  public String text(String key) {
    return optionalText(key).orElseThrow(() -> missing(key, "text"));
  }

  public String text(String key, String otherwise) {
    return optionalText(key).orElse(otherwise);
  }

  public Optional<String> optionalText(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw wrong(key, value, "text that is not blank");
    }
    return Optional.of(value.textValue());
  }

  /** One of the given words. */
  public String choice(String key, String otherwise, String... allowed) {
    String found = text(key, otherwise);
    if (!List.of(allowed).contains(found)) {
      throw wrong(key, node.get(key), "one of " + String.join(", ", allowed));
    }
    return found;
  }

  public List<String> texts(String key, List<String> otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = node.get(key);
    List<String> texts = new ArrayList<>();
    if (!value.isArray() || value.isEmpty()) {
      throw wrong(key, value, "a list of at least one text");
    }
    for (JsonNode item : value) {
      if (!item.isTextual() || item.textValue().isBlank()) {
        throw wrong(key, value, "a list of texts that are not blank");
      }
      texts.add(item.textValue());
    }
    return List.copyOf(texts);
  }

  public boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = node.get(key);
    if (!value.isBoolean()) {
      throw wrong(key, value, "true or false");
    }
    return value.booleanValue();
  }

  public int whole(String key, int otherwise, int min, int max) {
    return (int) whole(key, (long) otherwise, (long) min, (long) max);
  }

  public long whole(String key, long otherwise, long min, long max) {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = node.get(key);
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < min
        || value.longValue() > max) {
      throw wrong(
          key,
          value,
          max == Long.MAX_VALUE || max == Integer.MAX_VALUE
              ? "a whole number of at least " + min
              : "a whole number from " + min + " to " + max);
    }
    return value.longValue();
  }

  /** A number in [min, max]; {@code right} says so in words. */
  public double number(String key, double otherwise, double min, double max, String right) {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = node.get(key);
    if (!value.isNumber() || !(value.doubleValue() >= min && value.doubleValue() <= max)) {
      throw wrong(key, value, right);
    }
    return value.doubleValue();
  }

  public Optional<ObjectNode> object(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!(node.get(key) instanceof ObjectNode object)) {
      throw wrong(key, node.get(key), "an object");
    }
    return Optional.of(object);
  }

  public Optional<JsonNode> any(String key) {
    return has(key) ? Optional.of(node.get(key)) : Optional.empty();
  }

  /** Refuses keys that nothing above asked for. */
  public void refuseUnknown() {
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                throw problem(
                    "%s: unknown key '%s'; known are %s"
                        .formatted(job, key, String.join(", ", known)),
                    key,
                    node.get(key),
                    "one of " + String.join(", ", known));
              }
            });
  }

  public NeuroWeaverException wrong(String key, JsonNode found, String right) {
    return problem(
        "%s: %s must be %s, found %s".formatted(job, key, right, found), key, found, right);
  }

  private NeuroWeaverException missing(String key, String right) {
    return problem("%s: %s is missing; it must be %s".formatted(job, key, right), key, null, right);
  }

  private static NeuroWeaverException problem(
      String message, String key, JsonNode found, String right) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("key", key);
    details.put("found", found == null ? "nothing" : found.toString());
    details.put("expected", right);
    return new NeuroWeaverException(ErrorKind.INVALID_INPUT, message, details);
  }
}
