package com.auterity.neuroweaver.datasets.automotive;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * A dataset of a {@link Kit}. A row is a function of seed and ordinal alone, so that any node may
 * make any rows, and fewer rows are the beginning of more.
 */
public final class KitDataset {
  /** More than these are refused. */
  public static final long MOST_ROWS = 100_000_000;

  /** Makes the values of one row, in schema order. */
  interface Maker {
    Object[] row(long ordinal, SplittableRandom random);
  }

  private final String name;
  private final String summary;
  private final Schema schema;
  private final long rows;
  private final Maker maker;

  /**
   * @param rows how many there are unless another number is asked for
   */
  KitDataset(String name, String summary, Schema schema, long rows, Maker maker) {
    this.name = name;
    this.summary = summary;
    this.schema = schema;
    this.rows = rows;
    this.maker = maker;
  }

  public String name() {
    return name;
  }

  public String summary() {
    return summary;
  }

  public Schema schema() {
    return schema;
  }

  public long rows() {
    return rows;
  }

  public Row row(long seed, long ordinal) {
    // Neighbouring seeds and ordinals, and equal ones of two datasets, have nothing in common.
    long start = mix(mix(mix(seed) + name.hashCode()) + ordinal);
    return new Row(ordinal, maker.row(ordinal, new SplittableRandom(start)));
  }

  /** The first rows, at most so many. */
  public List<Row> first(long seed, long count) {
    return LongStream.range(0, count).mapToObj(ordinal -> row(seed, ordinal)).toList();
  }

  /** SplitMix64's step and finalizer. */
  private static long mix(long value) {
    long mixed = value + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
