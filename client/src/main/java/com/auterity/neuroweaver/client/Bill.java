package com.auterity.neuroweaver.client;

import java.util.List;

/** Measured usage times the prices in force, by job. */
public record Bill(double totalUsd, List<JobCost> byJob) {
  public Bill {
    byJob = byJob == null ? List.of() : List.copyOf(byJob);
  }
}
