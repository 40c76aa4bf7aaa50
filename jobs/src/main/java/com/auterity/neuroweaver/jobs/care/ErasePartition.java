package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.ChunkCodec;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.DerivedRows;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.Sha256;
import com.auterity.neuroweaver.datasets.store.SubjectKey;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds a data subject's rows in one partition and writes the chunks that had any anew without
 * them, under the id of the version to come; the other chunks stay where they are.
 */
public final class ErasePartition
    implements GridFunction<ErasePartition.Task, ErasePartition.Outcome> {

  /**
   * A row goes when its column has one of these hashes, or its ordinal, or that of the row it was
   * made from, is among these.
   *
   * @param column null when the version has no such column
   */
  public record Task(
      String tenant,
      String versionId,
      String newVersionId,
      int partition,
      String column,
      String salt,
      List<String> hashes,
      long[] ordinals) {}

  /**
   * The partition's chunks in the version to come, and the ordinals that are not in them.
   *
   * @param byKey how many of the rows had the key
   */
  public record Outcome(List<ChunkInfo> chunks, long[] erased, long byKey) {}

  @Override
  public Class<Task> inputType() {
    return Task.class;
  }

  @Override
  public Class<Outcome> outputType() {
    return Outcome.class;
  }

  @Override
  public Outcome apply(Task task, NodeContext node) {
    Manifest manifest = node.datasets().get(task.tenant(), task.versionId());
    DatasetReader reader = new DatasetReader(node.datasets(), node.chunks());
    int column =
        task.column() == null
            ? -1
            : manifest.schema().indexOf(task.column()).orElseThrow(IllegalArgumentException::new);
    Set<String> hashes = Set.copyOf(task.hashes());
    DerivedRows derived = new DerivedRows(manifest.schema());
    Set<Long> ordinals = new HashSet<>();
    for (long ordinal : task.ordinals()) {
      ordinals.add(ordinal);
    }
    List<ChunkInfo> chunks = new ArrayList<>();
    List<Long> erased = new ArrayList<>();
    long byKey = 0;
    for (ChunkInfo chunk : manifest.chunksOf(task.partition())) {
      List<Row> left = new ArrayList<>();
      int before = erased.size();
      for (Row row : reader.chunk(manifest, chunk)) {
        String key = column < 0 ? null : row.text(column);
        boolean named = key != null && hashes.contains(SubjectKey.hash(task.salt(), key));
        if (named || ordinals.contains(row.ordinal()) || ordinals.contains(derived.sourceOf(row))) {
          erased.add(row.ordinal());
          // What was made from it stands behind it.
          ordinals.add(row.ordinal());
          byKey += named ? 1 : 0;
        } else {
          left.add(row);
        }
      }
      if (erased.size() == before) {
        chunks.add(kept(manifest, chunk));
      } else if (!left.isEmpty()) {
        chunks.add(written(task, manifest, chunk, left, node));
      }
    }
    return new Outcome(chunks, erased.stream().mapToLong(Long::longValue).toArray(), byKey);
  }

  private static ChunkInfo kept(Manifest manifest, ChunkInfo chunk) {
    return new ChunkInfo(
        chunk.partition(),
        chunk.sequence(),
        chunk.rows(),
        chunk.bytes(),
        chunk.sha256(),
        manifest.key(chunk).versionId());
  }

  private static ChunkInfo written(
      Task task, Manifest manifest, ChunkInfo chunk, List<Row> rows, NodeContext node) {
    byte[] bytes = ChunkCodec.encode(manifest.schema(), rows);
    node.chunks()
        .put(
            new ChunkKey(task.tenant(), task.newVersionId(), chunk.partition(), chunk.sequence()),
            bytes);
    return new ChunkInfo(
        chunk.partition(), chunk.sequence(), rows.size(), bytes.length, Sha256.hex(bytes));
  }
}
