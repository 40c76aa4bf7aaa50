package com.auterity.neuroweaver.job;

/** The thread pools of every node in which calls of jobs run, apart from Ignite's own. */
public enum GridExecutor {
  TRAINING("nw-training"),
  INFERENCE("nw-inference"),
  JOBS("nw-jobs"),
  /** People who wait for rows: never behind a job. */
  READING("nw-reading");

  private final String poolName;

  GridExecutor(String poolName) {
    this.poolName = poolName;
  }

  public String poolName() {
    return poolName;
  }

  static GridExecutor of(String jobKind) {
    return switch (jobKind) {
      case "train" -> TRAINING;
      case "infer", "evaluate" -> INFERENCE;
      default -> JOBS;
    };
  }
}
