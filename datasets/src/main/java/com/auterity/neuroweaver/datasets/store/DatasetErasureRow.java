package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.TreeSet;

/**
 * Table DATASET_ERASURE: rows of one data subject that a job erased from one version. Who that was
 * is kept as a hash only.
 *
 * @param versionId the version that had the rows
 * @param newVersionId the one without them, under the same number
 * @param keyColumn the column that was asked for
 * @param keyHash see {@link SubjectKey}
 * @param ordinals the rows' source ordinals, 8 bytes each: rows derived from them keep these
 */
public record DatasetErasureRow(
    String tenant,
    String jobId,
    String versionId,
    String newVersionId,
    String datasetId,
    String name,
    int version,
    String keyColumn,
    String keyHash,
    long rowsErased,
    long rowsLeft,
    String matchedBy,
    byte[] ordinals,
    Instant erasedAt) {
  public static final TableDefinition<DatasetErasureRow> TABLE =
      TableDefinition.of("DATASET_ERASURE", DatasetErasureRow.class, 3, CacheGroup.META);

  /** The ordinals as bytes. */
  public static byte[] bytes(TreeSet<Long> ordinals) {
    ByteBuffer bytes = ByteBuffer.allocate(ordinals.size() * Long.BYTES);
    ordinals.forEach(bytes::putLong);
    return bytes.array();
  }

  /** Adds the ordinals to a set. */
  public void addTo(TreeSet<Long> set) {
    ByteBuffer bytes = ByteBuffer.wrap(ordinals);
    while (bytes.hasRemaining()) {
      set.add(bytes.getLong());
    }
  }
}
