package com.auterity.neuroweaver.costguard;

import java.util.List;

/** Measured usage times the prices in force when it was used. */
public record Bill(double totalUsd, List<Line> byJob) {
  public Bill {
    byJob = List.copyOf(byJob);
  }

  /**
   * One job, or with {@code job} null the predictions, or the overhead that no job claims.
   *
   * @param wallSeconds how long the job ran, all its runs together
   * @param nodeSeconds how long nodes worked for it, all nodes together
   */
  public record Line(
      String job,
      String kind,
      double cpuSeconds,
      double wallSeconds,
      double nodeSeconds,
      long bytesRead,
      long bytesWritten,
      long tokensIn,
      long tokensOut,
      double usd) {}
}
