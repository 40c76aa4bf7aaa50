package com.auterity.neuroweaver.datasets.automotive;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Seeded service requests: a customer's words about a vehicle, and the JSON answer. */
public final class ServiceRequests {
  /** Columns of every generated row, in order. */
  public static final List<String> COLUMNS =
      List.of(
          "request_id",
          "created_at",
          "vin",
          "make",
          "model",
          "model_year",
          "odometer",
          "customer_text",
          "answer");

  private ServiceRequests() {}

  /** Rows in {@link #COLUMNS} order; TRAIN with planted dirt, HELDOUT clean. */
  public static Stream<Map<String, Object>> generate(long seed, int rows, Split split) {
    throw new UnsupportedOperationException();
  }
}
