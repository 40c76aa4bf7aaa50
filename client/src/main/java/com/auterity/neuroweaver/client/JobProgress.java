package com.auterity.neuroweaver.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Measured progress; {@code total} is 0 when unknown, metrics are numbers as of now ({@code loss}
 * ...).
 */
public record JobProgress(
    String phase, long done, long total, String unit, Map<String, Double> metrics) {
  public JobProgress {
    metrics =
        metrics == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
