package com.auterity.neuroweaver.upload;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/**
 * Table UPLOAD: a file that was sent and may still lie in a blob.
 *
 * @param uploadId the blob's address
 * @param nodeSession the start of the node that takes it; another start will not go on with it
 * @param jobId that loads it; empty while the bytes come
 */
public record UploadRow(
    String tenant, String uploadId, String nodeSession, String jobId, Instant createdAt) {
  public static final TableDefinition<UploadRow> TABLE =
      TableDefinition.of("UPLOAD", UploadRow.class, 2, CacheGroup.META);
}
