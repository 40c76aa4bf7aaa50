package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the rows of one partition of a new version into chunks and stores them. Where a chunk ends
 * depends on the rows alone (their number and weight), never on calls or time, so writing the same
 * rows again overwrites the same bytes. Rows come in source order. Not thread-safe.
 */
public final class PartitionWriter {
  static final int MAX_ROWS = 8_192;

  /** About 1 MiB of Java heap: what a partition under way may hold back. */
  static final long MAX_WEIGHT = 1 << 20;

  private final ChunkStore store;
  private final String tenant;
  private final String versionId;
  private final int partition;
  private final Schema schema;
  private final List<ChunkInfo> chunks = new ArrayList<>();
  private List<Row> pending = new ArrayList<>();
  private long weight;

  public PartitionWriter(
      ChunkStore store, String tenant, String versionId, int partition, Schema schema) {
    this.store = store;
    this.tenant = tenant;
    this.versionId = versionId;
    this.partition = partition;
    this.schema = schema;
  }

  public void add(Row row) {
    long rowWeight = weigh(row);
    if (!pending.isEmpty() && (pending.size() >= MAX_ROWS || weight + rowWeight > MAX_WEIGHT)) {
      cut();
    }
    pending.add(row);
    weight += rowWeight;
  }

  /** Stores what is left and returns all chunks of the partition, in order of sequence. */
  public List<ChunkInfo> finish() {
    if (!pending.isEmpty()) {
      cut();
    }
    removeLeftovers();
    return List.copyOf(chunks);
  }

  /** Takes back the chunks this writer has stored: the version will not be committed. */
  public void abandon() {
    pending = new ArrayList<>();
    for (int i = chunks.size() - 1; i >= 0; i--) {
      store.remove(new ChunkKey(tenant, versionId, partition, chunks.get(i).sequence()));
    }
    chunks.clear();
    removeLeftovers();
  }

  /** An earlier run of the same job may have cut more chunks from another content. */
  private void removeLeftovers() {
    ChunkVersions.removeFrom(store, tenant, versionId, partition, chunks.size());
  }

  private void cut() {
    byte[] bytes = ChunkCodec.encode(schema, pending);
    int sequence = chunks.size();
    store.put(new ChunkKey(tenant, versionId, partition, sequence), bytes);
    chunks.add(new ChunkInfo(partition, sequence, pending.size(), bytes.length, Sha256.hex(bytes)));
    pending = new ArrayList<>();
    weight = 0;
  }

  /** Roughly the row's bytes on the heap; a function of its content alone. */
  static long weigh(Row row) {
    long sum = 48;
    for (int i = 0; i < row.size(); i++) {
      Object value = row.get(i);
      sum += value == null ? 4 : value instanceof String text ? 48 + text.length() : 24;
    }
    return sum;
  }
}
