package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;

/**
 * Reads committed versions. Every chunk is checked against its manifest before a row of it is seen:
 * one that is missing, damaged or of another length is mended from another copy, and when no copy
 * is good it is CORRUPT, naming its key. Thread-safe.
 */
public final class DatasetReader {
  private final DatasetCatalog catalog;
  private final ChunkStore store;

  public DatasetReader(DatasetCatalog catalog, ChunkStore store) {
    this.catalog = catalog;
    this.store = store;
  }

  /** The committed manifest a reference names, or NOT_FOUND. */
  public Manifest manifest(String tenant, String reference) {
    return catalog.get(tenant, reference);
  }

  /** The rows of one chunk, verified. */
  public List<Row> chunk(Manifest manifest, ChunkInfo chunk) {
    return batch(manifest, chunk).asRows();
  }

  /** The rows of one chunk in columns, verified. */
  public RowBatch batch(Manifest manifest, ChunkInfo chunk) {
    return counted(manifest, chunk, bytes -> ChunkCodec.decodeBatch(manifest.schema(), bytes));
  }

  /** Some columns of one chunk, verified; in the order of {@code columns}, none named twice. */
  public RowBatch chunk(Manifest manifest, ChunkInfo chunk, List<String> columns) {
    return counted(
        manifest, chunk, bytes -> ChunkCodec.decodeBatch(manifest.schema(), bytes, columns));
  }

  /** All rows of one partition, in source order. */
  public List<Row> partition(Manifest manifest, int partition) {
    List<Row> rows = new ArrayList<>();
    for (ChunkInfo chunk : manifest.chunksOf(partition)) {
      rows.addAll(chunk(manifest, chunk));
    }
    return rows;
  }

  /** The rows of one partition in source order, holding one chunk at a time. */
  public Iterator<Row> partitionRows(Manifest manifest, int partition) {
    return new ChunkRows(manifest, manifest.chunksOf(partition).iterator());
  }

  /** All rows in source order, holding one chunk of each partition at a time. */
  public Iterator<Row> rows(Manifest manifest) {
    List<Iterator<Row>> partitions = new ArrayList<>();
    for (int p = 0; p < manifest.partitions(); p++) {
      partitions.add(partitionRows(manifest, p));
    }
    return new OrdinalMerge(partitions);
  }

  /** The first rows in source order, at most so many. */
  public List<Row> first(Manifest manifest, int limit) {
    List<Row> first = new ArrayList<>();
    Iterator<Row> rows = rows(manifest);
    while (first.size() < limit && rows.hasNext()) {
      first.add(rows.next());
    }
    return first;
  }

  private RowBatch counted(Manifest manifest, ChunkInfo chunk, Function<byte[], RowBatch> decode) {
    ChunkKey key = manifest.key(chunk);
    RowBatch rows = decode.apply(verified(manifest, key, chunk));
    if (rows.rows() != chunk.rows()) {
      throw damaged(key, "it holds " + rows.rows() + " rows, the manifest says " + chunk.rows());
    }
    return rows;
  }

  private byte[] verified(Manifest manifest, ChunkKey key, ChunkInfo chunk) {
    byte[] bytes = null;
    try {
      bytes = store.get(key);
    } catch (NeuroWeaverException e) {
      if (e.kind() != ErrorKind.NOT_FOUND) {
        throw e;
      }
    }
    String problem = chunk.problemOf(bytes);
    if (problem == null) {
      return bytes;
    }
    refuseDisposed(manifest);
    return store.repair(key, chunk, problem).orElseThrow(() -> damaged(key, problem));
  }

  /** A version that was retired or erased meanwhile has lost its chunks rightly: that is told. */
  private void refuseDisposed(Manifest manifest) {
    try {
      catalog.get(manifest.tenant(), manifest.versionId());
    } catch (NeuroWeaverException e) {
      if (e.details().containsKey(DatasetCatalog.DISPOSAL)) {
        throw e;
      }
    }
  }

  private static NeuroWeaverException damaged(ChunkKey key, String why) {
    return new NeuroWeaverException(
        ErrorKind.CORRUPT,
        "chunk " + key + " (tenant/version/partition/sequence) is damaged: " + why,
        Map.of("chunk", key.toString()));
  }

  private final class ChunkRows implements Iterator<Row> {
    private final Manifest manifest;
    private final Iterator<ChunkInfo> chunks;
    private Iterator<Row> rows = List.<Row>of().iterator();

    ChunkRows(Manifest manifest, Iterator<ChunkInfo> chunks) {
      this.manifest = manifest;
      this.chunks = chunks;
    }

    @Override
    public boolean hasNext() {
      while (!rows.hasNext() && chunks.hasNext()) {
        rows = chunk(manifest, chunks.next()).iterator();
      }
      return rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return rows.next();
    }
  }
}
