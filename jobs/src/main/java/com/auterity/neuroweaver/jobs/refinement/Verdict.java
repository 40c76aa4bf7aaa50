package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;

/**
 * What a stage says of a row: keep this row (perhaps changed), or reject it.
 *
 * @param row null when rejected
 * @param reason short and countable, null when kept
 * @param detail the offending value in words; null when kept, or when the row is only counted
 */
record Verdict(Row row, String reason, String detail) {
  static Verdict keep(Row row) {
    return new Verdict(row, null, null);
  }

  static Verdict reject(String reason, String detail) {
    return new Verdict(null, reason, detail);
  }

  /** Counts the row as rejected without keeping it among the rejects. */
  static Verdict drop(String reason) {
    return new Verdict(null, reason, null);
  }

  boolean rejected() {
    return row == null;
  }
}
