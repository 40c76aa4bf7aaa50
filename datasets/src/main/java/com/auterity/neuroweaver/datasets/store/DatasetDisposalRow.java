package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;
import java.util.List;

/**
 * Table DATASET_DISPOSAL: a version that was committed and is no more. The version it was derived
 * from and its number stay known, for lineage.
 *
 * @param replacedBy the version that took its number, null when none did
 * @param parents version ids separated by commas
 * @param detail in words: which rule, which request
 * @param jobId the job that disposed of it
 * @param manifest what is needed to remove its chunks; null once they are gone
 */
public record DatasetDisposalRow(
    String tenant,
    String versionId,
    String datasetId,
    String name,
    int version,
    Reason reason,
    String replacedBy,
    long rowCount,
    long byteCount,
    String parents,
    String detail,
    String jobId,
    State state,
    Instant createdAt,
    Instant disposedAt,
    byte[] manifest) {
  public static final TableDefinition<DatasetDisposalRow> TABLE =
      TableDefinition.of("DATASET_DISPOSAL", DatasetDisposalRow.class, 2, CacheGroup.META);

  /** Why. */
  public enum Reason {
    RETIRED,
    ERASED
  }

  /** DISPOSING until the last of its chunks is removed. */
  public enum State {
    DISPOSING,
    DISPOSED
  }

  static DatasetDisposalRow of(
      Manifest gone, Reason reason, String replacedBy, String detail, String jobId, Instant now) {
    return new DatasetDisposalRow(
        gone.tenant(),
        gone.versionId(),
        gone.datasetId(),
        gone.name(),
        gone.version(),
        reason,
        replacedBy,
        gone.rows(),
        gone.bytes(),
        String.join(",", gone.parents()),
        detail,
        jobId,
        State.DISPOSING,
        gone.createdAt(),
        now,
        RecordCodec.encode(gone));
  }

  DatasetDisposalRow disposed() {
    return new DatasetDisposalRow(
        tenant,
        versionId,
        datasetId,
        name,
        version,
        reason,
        replacedBy,
        rowCount,
        byteCount,
        parents,
        detail,
        jobId,
        State.DISPOSED,
        createdAt,
        disposedAt,
        null);
  }

  public List<String> parentIds() {
    return parents.isEmpty() ? List.of() : List.of(parents.split(","));
  }

  /** What became of it, for whoever asks for it. */
  String epitaph() {
    String what = "version " + versionId + " (" + name + "@" + version + ") was ";
    return reason == Reason.RETIRED
        ? what + "retired at " + disposedAt + ": " + detail
        : what
            + "replaced at "
            + disposedAt
            + " because rows of it were erased; what remains is "
            + replacedBy;
  }
}
