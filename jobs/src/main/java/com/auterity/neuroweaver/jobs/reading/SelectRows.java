package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.filter.RowFilter;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.store.ChunkCodec;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The next rows a filter takes from some partitions of a version, in source order, chunk by chunk
 * where they lie. Of each partition one chunk is in memory, and of it only the columns needed.
 */
public final class SelectRows implements GridFunction<SelectRows.Request, SelectRows.Found> {

  /**
   * Where reading a partition goes on.
   *
   * @param chunk place among the partition's chunks
   */
  public record Scan(int partition, int chunk) {}

  /**
   * @param where null takes all
   * @param columns of the answer
   * @param afterOrdinal with {@code afterPartition} the last row that is known already
   * @param rows at most so many
   * @param bytes no further row once the answer weighs so much
   * @param millis no further chunk after so long, once it is further than before
   */
  public record Request(
      String tenant,
      String versionId,
      String where,
      List<String> columns,
      List<Scan> scans,
      long afterOrdinal,
      int afterPartition,
      int rows,
      long bytes,
      long millis) {}

  /**
   * @param rows a chunk's bytes, or empty
   * @param partitions of each row
   * @param chunks each row's chunk among its partition's
   * @param next where to go on; partitions read to their end are left out
   * @param complete every row with a smaller ordinal has been given
   */
  public record Found(
      byte[] rows, int[] partitions, int[] chunks, List<Scan> next, long complete) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Found> outputType() {
    return Found.class;
  }

  @Override
  public Found apply(Request request, NodeContext node) {
    return new Run(request, node).run();
  }

  private static final class Run {
    private final Request request;
    private final Manifest manifest;
    private final DatasetReader reader;
    private final RowFilter filter;
    private final List<String> needed;
    private final RowKey after;
    private final PriorityQueue<Head> heads = new PriorityQueue<>(Comparator.comparing(Head::key));
    private final RowBatch out;
    private final List<Integer> partitions = new ArrayList<>();
    private final List<Integer> chunks = new ArrayList<>();

    Run(Request request, NodeContext node) {
      this.request = request;
      this.manifest = node.datasets().get(request.tenant(), request.versionId());
      this.reader = new DatasetReader(node.datasets(), node.chunks());
      this.filter = RowFilter.parse(request.where(), manifest.schema());
      Set<String> columns = new LinkedHashSet<>(request.columns());
      columns.addAll(filter.columns());
      this.needed = List.copyOf(columns);
      this.after = new RowKey(request.afterOrdinal(), request.afterPartition());
      this.out = new RowBatch(manifest.schema().select(request.columns()), 0);
    }

    Found run() {
      for (Scan scan : request.scans()) {
        Head head = new Head(scan);
        if (!head.ended()) {
          heads.add(head);
        }
      }
      long deadline = System.nanoTime() + request.millis() * 1_000_000L;
      long weight = 0;
      // A chunk whose rows cannot be given yet is read again by the next call: that is no progress.
      boolean progress = false;
      while (!heads.isEmpty() && out.rows() < request.rows() && weight < request.bytes()) {
        if (!heads.peek().hasRow() && progress && System.nanoTime() >= deadline) {
          break;
        }
        Head head = heads.poll();
        if (head.hasRow()) {
          weight += head.give();
          progress = true;
        } else {
          head.readChunk();
          progress |= !head.hasRow();
        }
        if (!head.ended()) {
          heads.add(head);
        }
      }
      return new Found(
          out.rows() == 0 ? new byte[0] : ChunkCodec.encode(out),
          partitions.stream().mapToInt(Integer::intValue).toArray(),
          chunks.stream().mapToInt(Integer::intValue).toArray(),
          heads.stream().map(Head::scan).sorted(Comparator.comparingInt(Scan::partition)).toList(),
          heads.isEmpty() ? Long.MAX_VALUE : heads.peek().key().ordinal());
    }

    /** One partition: the rows taken from its current chunk, and the chunks not read yet. */
    private final class Head {
      private final int partition;
      private final List<ChunkInfo> all;
      private int nextChunk;
      private RowBatch taken = out;
      private int row;
      private int rows;
      private RowKey read = after;

      Head(Scan scan) {
        this.partition = scan.partition();
        this.all = manifest.chunksOf(scan.partition());
        this.nextChunk = scan.chunk();
      }

      boolean hasRow() {
        return row < rows;
      }

      boolean ended() {
        return !hasRow() && nextChunk >= all.size();
      }

      /** The next row; when it is not known yet, what it comes after. */
      RowKey key() {
        return hasRow() ? new RowKey(taken.ordinal(row), partition) : read;
      }

      Scan scan() {
        return new Scan(partition, hasRow() ? nextChunk - 1 : nextChunk);
      }

      void readChunk() {
        RowBatch batch = reader.chunk(manifest, all.get(nextChunk++), needed);
        int[] wanted = filter.rows(batch);
        int first = 0;
        while (first < wanted.length
            && new RowKey(batch.ordinal(wanted[first]), partition).compareTo(after) <= 0) {
          first++;
        }
        taken = batch.select(request.columns()).rows(wanted, first, wanted.length);
        row = 0;
        rows = taken.rows();
        if (batch.rows() > 0) {
          RowKey last = new RowKey(batch.ordinal(batch.rows() - 1), partition);
          read = last.compareTo(read) > 0 ? last : read;
        }
      }

      /** Gives the next row and returns its weight. */
      int give() {
        out.append(taken, new int[] {row}, 0, 1);
        partitions.add(partition);
        chunks.add(nextChunk - 1);
        return taken.weight(row++);
      }
    }
  }
}
