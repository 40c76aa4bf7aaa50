package com.auterity.neuroweaver.jobs.grid;

import java.util.Map;

/**
 * Measured progress of a job. {@code total} is 0 when unknown.
 *
 * @param phase what is being done: {@code reading}, {@code step} ...
 * @param unit of done and total: {@code rows}, {@code steps} ...
 * @param metrics numbers as of now: {@code loss}, {@code tokens_per_second} ...
 */
public record Progress(
    String phase, long done, long total, String unit, Map<String, Double> metrics) {
  public Progress {
    metrics = Map.copyOf(metrics);
  }
}
