package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Table DATASET_RETENTION: how long versions of a dataset are kept. A version is due when it is
 * older than {@code keepDays} and not among the newest {@code keepVersions}; the newest never is.
 *
 * @param keepDays null: age alone does not matter, only the number of versions
 * @param keepVersions at least 1
 */
public record DatasetRetentionRow(
    String tenant,
    String datasetId,
    String name,
    Integer keepDays,
    int keepVersions,
    Instant updatedAt) {
  public static final TableDefinition<DatasetRetentionRow> TABLE =
      TableDefinition.of("DATASET_RETENTION", DatasetRetentionRow.class, 2, CacheGroup.META);

  public DatasetRetentionRow {
    if (keepDays != null && keepDays < 0) {
      throw NeuroWeaverException.invalid("keep_days: found " + keepDays + ", at least 0 is right");
    }
    if (keepVersions < 1) {
      throw NeuroWeaverException.invalid(
          "keep_versions: found " + keepVersions + ", at least 1 is right: the newest stays");
    }
  }

  /**
   * The versions that may go.
   *
   * @param newestFirst all live versions of the dataset
   */
  public List<Manifest> due(List<Manifest> newestFirst, Instant now) {
    List<Manifest> due = new ArrayList<>();
    for (Manifest version :
        newestFirst.subList(Math.min(keepVersions, newestFirst.size()), newestFirst.size())) {
      if (keepDays == null || isOlder(version, now)) {
        due.add(version);
      }
    }
    return due;
  }

  private boolean isOlder(Manifest version, Instant now) {
    return version.createdAt().isBefore(now.minus(Duration.ofDays(keepDays)));
  }

  /** The rule in words: {@code older than 30 days and not among the newest 2}. */
  public String rule() {
    return (keepDays == null ? "" : "older than " + keepDays + " days and ")
        + "not among the newest "
        + keepVersions;
  }
}
