package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.ColumnValues;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Which partition a row belongs to: by the hash of one column's text, so that equal keys of any two
 * datasets meet on one node; without a column by source ordinal.
 */
public final class Partitioning {
  /** Name of the hash, kept with the version: 64-bit FNV-1a of UTF-16 units, then a finalizer. */
  public static final String HASH = "fnv1a64mix";

  private static final long BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private final int partitions;
  private final int column;

  private Partitioning(int partitions, int column) {
    if (partitions < 1) {
      throw new IllegalArgumentException("a dataset has at least 1 partition, not " + partitions);
    }
    this.partitions = partitions;
    this.column = column;
  }

  public static Partitioning byOrdinal(int partitions) {
    return new Partitioning(partitions, -1);
  }

  /**
   * By the column called {@code partitionBy}, or by ordinal when that is null.
   *
   * @throws NeuroWeaverException INVALID_INPUT naming the columns there are
   */
  public static Partitioning by(Schema schema, String partitionBy, int partitions) {
    if (partitionBy == null) {
      return byOrdinal(partitions);
    }
    check(schema.names(), partitionBy);
    return new Partitioning(partitions, schema.indexOf(partitionBy).getAsInt());
  }

  /**
   * @throws NeuroWeaverException INVALID_INPUT naming the columns there are
   */
  public static void check(List<String> columns, String partitionBy) {
    if (!columns.contains(partitionBy)) {
      throw NeuroWeaverException.invalid(
          "partition_by: there is no column "
              + partitionBy
              + "; the columns are "
              + String.join(", ", columns));
    }
  }

  public int partitions() {
    return partitions;
  }

  /** The partition of a row; rows without a key lie where the empty text would. */
  public int of(Row row) {
    if (column < 0) {
      return (int) Math.floorMod(row.ordinal(), (long) partitions);
    }
    String key = row.text(column);
    return place(hash(key == null ? "" : key));
  }

  /** The partition of a batch's row: the same as of the row itself. */
  public int of(RowBatch batch, int row) {
    if (column < 0) {
      return (int) Math.floorMod(batch.ordinal(row), (long) partitions);
    }
    ColumnValues keys = batch.column(column);
    if (keys.type() != ColumnType.STRING || keys.isNull(row)) {
      Object key = keys.get(row);
      return place(hash(key == null ? "" : key.toString()));
    }
    return place(hash(keys.text(), keys.start(row), keys.end(row)));
  }

  private int place(long hash) {
    return (int) Long.remainderUnsigned(hash, partitions);
  }

  /** The hash of a text from its UTF-8. */
  private static long hash(byte[] utf8, int from, int to) {
    long hash = BASIS;
    for (int i = from; i < to; i++) {
      if (utf8[i] < 0) {
        return hash(new String(utf8, from, to - from, StandardCharsets.UTF_8));
      }
      hash = (hash ^ utf8[i]) * PRIME * PRIME;
    }
    return finish(hash);
  }

  /** The same on every machine and release: it decides where data lies. */
  static long hash(String text) {
    long hash = BASIS;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      hash = (hash ^ (unit & 0xff)) * PRIME;
      hash = (hash ^ (unit >>> 8)) * PRIME;
    }
    return finish(hash);
  }

  private static long finish(long fnv) {
    long hash = fnv;
    // FNV's low bits alone are weak; this is the finalizer of MurmurHash3.
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
