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

/**
 * Reads committed versions. Every chunk is checked against its manifest before a row of it is seen:
 * a chunk that is missing, damaged or of another length is CORRUPT, naming its key. Thread-safe.
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
    ChunkKey key = manifest.key(chunk);
    RowBatch rows = ChunkCodec.decodeBatch(manifest.schema(), verified(key, chunk));
    if (rows.rows() != chunk.rows()) {
      throw damaged(key, "it holds " + rows.rows() + " rows, the manifest says " + chunk.rows());
    }
    return rows;
  }

  /** Some columns of one chunk, verified; in the order of {@code columns}, none named twice. */
  public RowBatch chunk(Manifest manifest, ChunkInfo chunk, List<String> columns) {
    ChunkKey key = manifest.key(chunk);
    RowBatch batch = ChunkCodec.decodeBatch(manifest.schema(), verified(key, chunk), columns);
    if (batch.rows() != chunk.rows()) {
      throw damaged(key, "it holds " + batch.rows() + " rows, the manifest says " + chunk.rows());
    }
    return batch;
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

  private byte[] verified(ChunkKey key, ChunkInfo chunk) {
    byte[] bytes;
    try {
      bytes = store.get(key);
    } catch (NeuroWeaverException e) {
      if (e.kind() != ErrorKind.NOT_FOUND) {
        throw e;
      }
      throw damaged(key, "it is missing from the store");
    }
    if (bytes.length != chunk.bytes()) {
      throw damaged(key, "it has " + bytes.length + " bytes, the manifest says " + chunk.bytes());
    }
    String sha256 = Sha256.hex(bytes);
    if (!sha256.equals(chunk.sha256())) {
      throw damaged(key, "its SHA-256 is " + sha256 + ", the manifest says " + chunk.sha256());
    }
    return bytes;
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
