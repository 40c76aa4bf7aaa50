package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Cuts the rows of one partition of a new version into chunks and stores them. Where a chunk ends
 * depends on the rows alone (their number and weight), never on calls or time, so writing the same
 * rows again overwrites the same bytes. Rows come in source order. Some chunks may be under way to
 * their nodes until {@link #finish}. Not thread-safe.
 */
public final class PartitionWriter implements AutoCloseable {
  static final int MAX_ROWS = 8_192;

  /** Bytes in columns: what a partition under way may hold back, and about a chunk's size. */
  static final long MAX_WEIGHT = 1 << 20;

  private static final int[] ONLY_ROW = {0};

  private final ChunkSink sink;
  private final String tenant;
  private final String versionId;
  private final int partition;
  private final Schema schema;
  private final List<Cut> cuts = new ArrayList<>();
  private final RowBatch single;
  private long skipThrough = -1;
  private RowBatch pending;
  private long weight;

  public PartitionWriter(
      ChunkStore store, String tenant, String versionId, int partition, Schema schema) {
    this(ChunkSink.direct(store), tenant, versionId, partition, schema);
  }

  PartitionWriter(ChunkSink sink, String tenant, String versionId, int partition, Schema schema) {
    this.sink = sink;
    this.tenant = tenant;
    this.versionId = versionId;
    this.partition = partition;
    this.schema = schema;
    this.pending = new RowBatch(schema, 0);
    this.single = new RowBatch(schema, 1);
  }

  /** A chunk under way or stored, and the ordinals of its first and last row. */
  private record Cut(long first, long last, CompletableFuture<ChunkInfo> chunk) {}

  /**
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException INVALID_INPUT when the row is
   *     not of the schema
   */
  public void add(Row row) {
    single.clear();
    single.add(row);
    add(single, ONLY_ROW, 0, 1, single.weights());
  }

  /**
   * Goes on where an earlier writer of the same rows was: its first chunks are stored, and their
   * rows are left out when they come again.
   */
  void resume(Stored stored) {
    for (ChunkInfo chunk : stored.chunks()) {
      cuts.add(new Cut(0, stored.lastOrdinal(), CompletableFuture.completedFuture(chunk)));
    }
    skipThrough = stored.lastOrdinal();
  }

  /** The first chunks, as far as they are stored by now without a gap. */
  Stored stored() {
    int count = storedCount();
    return new Stored(
        cuts.subList(0, count).stream().map(cut -> sink.await(cut.chunk)).toList(),
        count == 0 ? -1 : cuts.get(count - 1).last);
  }

  /** The ordinal of the first row that came and is not stored yet; Long.MAX_VALUE for none. */
  long firstNotStored() {
    int count = storedCount();
    if (count < cuts.size()) {
      return cuts.get(count).first;
    }
    return pending.rows() > 0 ? pending.ordinal(0) : Long.MAX_VALUE;
  }

  private int storedCount() {
    int count = 0;
    while (count < cuts.size() && sink.isStored(cuts.get(count).chunk)) {
      count++;
    }
    return count;
  }

  /**
   * What is stored of a partition.
   *
   * @param lastOrdinal of the last row in these chunks, -1 without any
   */
  public record Stored(List<ChunkInfo> chunks, long lastOrdinal) {
    public Stored {
      chunks = List.copyOf(chunks);
    }

    long rows() {
      return chunks.stream().mapToLong(ChunkInfo::rows).sum();
    }
  }

  /**
   * Adds rows of a batch: those at the places first to last of {@code rows}.
   *
   * @param weights of every row of the batch
   */
  void add(RowBatch batch, int[] rows, int first, int last, int[] weights) {
    int from = first;
    while (from < last && batch.ordinal(rows[from]) <= skipThrough) {
      from++;
    }
    int held = pending.rows();
    for (int i = from; i < last; i++) {
      int rowWeight = weights[rows[i]];
      if (isFull(held, rowWeight)) {
        pending.append(batch, rows, from, i);
        RowBatch next = pending.roomLike();
        cut(pending);
        pending = next;
        from = i;
        held = 0;
      }
      held++;
      weight += rowWeight;
    }
    pending.append(batch, rows, from, last);
  }

  /** Whether a chunk that holds so many rows ends before a row of this weight. */
  private boolean isFull(int held, int rowWeight) {
    return held > 0 && (held >= MAX_ROWS || weight + rowWeight > MAX_WEIGHT);
  }

  /** Stores what is left and returns all chunks of the partition, in order of sequence. */
  public List<ChunkInfo> finish() {
    flush();
    List<ChunkInfo> stored = cuts.stream().map(cut -> sink.await(cut.chunk)).toList();
    removeLeftovers();
    return stored;
  }

  /** Hands over what is left; {@link #finish} then only waits. */
  void flush() {
    if (pending.rows() > 0) {
      cut(pending);
      pending = new RowBatch(schema, 0);
    }
  }

  /**
   * Waits until no chunk is under way any more, so that none is stored after its call has failed.
   */
  @Override
  public void close() {
    cuts.forEach(cut -> sink.settle(cut.chunk));
  }

  /** Takes back the chunks this writer has stored: the version will not be committed. */
  public void abandon() {
    pending = new RowBatch(schema, 0);
    for (int i = cuts.size() - 1; i >= 0; i--) {
      sink.settle(cuts.get(i).chunk);
      sink.store().remove(new ChunkKey(tenant, versionId, partition, i));
    }
    cuts.clear();
    removeLeftovers();
  }

  /** An earlier run of the same job may have cut more chunks from another content. */
  private void removeLeftovers() {
    ChunkVersions.removeFrom(
        sink.store(), tenant, versionId, partition, cuts.size(), sink.underWay() - 1);
  }

  private void cut(RowBatch rows) {
    ChunkKey key = new ChunkKey(tenant, versionId, partition, cuts.size());
    cuts.add(new Cut(rows.ordinal(0), rows.ordinal(rows.rows() - 1), sink.put(key, rows)));
    weight = 0;
  }
}
