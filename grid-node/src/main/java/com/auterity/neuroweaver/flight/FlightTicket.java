package com.auterity.neuroweaver.flight;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a client wants to read, as JSON in a ticket or in a descriptor's command. Clients may write
 * one themselves: {@code {"dataset":"cars","columns":["vin"],"where":"year > 2020"}}.
 *
 * @param dataset name, name@version or id
 * @param columns null for all
 * @param where a row filter, or null
 * @param partitions null for all
 */
record FlightTicket(String dataset, List<String> columns, String where, List<Integer> partitions) {
  static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  static FlightTicket of(byte[] json) {
    FlightTicket ticket =
        read(
            json,
            FlightTicket.class,
            "{\"dataset\": ..., \"columns\": [...], \"where\": ..., \"partitions\": [...]}");
    if (ticket.dataset == null || ticket.dataset.isBlank()) {
      throw NeuroWeaverException.invalid("dataset: is missing");
    }
    return ticket;
  }

  static <T> T read(byte[] json, Class<T> type, String right) {
    try {
      T value = JSON.readValue(json, type);
      if (value == null) {
        throw NeuroWeaverException.invalid("expected " + right + ", found null");
      }
      return value;
    } catch (IOException e) {
      String found = new String(json, StandardCharsets.UTF_8);
      throw NeuroWeaverException.invalid(
          "expected "
              + right
              + ", found "
              + (found.length() > 200 ? found.substring(0, 200) + "..." : found)
              + ": "
              + (e instanceof JsonProcessingException bad
                  ? bad.getOriginalMessage()
                  : e.getMessage()));
    }
  }

  byte[] json() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
