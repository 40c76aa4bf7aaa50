package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of rows that are compared: those of partition 0 by position, then those of partition
 * 1, and so on; then rows of other, stored datasets in the order they were met.
 */
final class NumberedRows {
  private final int partitions;

  /** The number of each partition's first row; at the end, of all own rows. */
  private final int[] base;

  private final long[] ordinals;
  private final int[] sizes;
  private final List<Stored> stored = new ArrayList<>();
  private final Map<Place, Integer> numbers = new HashMap<>();

  /** Of a stored row. */
  record Place(int dataset, int partition, int position) {}

  private record Stored(Place place, long ordinal, int size) {}

  NumberedRows(Manifest source) {
    partitions = source.partitions();
    base = new int[partitions + 1];
    long rows = 0;
    long[] counts = new long[partitions];
    for (ChunkInfo chunk : source.chunks()) {
      counts[chunk.partition()] += chunk.rows();
    }
    for (int p = 0; p < partitions; p++) {
      rows += counts[p];
      if (rows > 1 << 30) {
        throw NeuroWeaverException.invalid(
            "near_duplicates compares at most 2^30 rows; " + source.name() + " has more");
      }
      base[p + 1] = (int) rows;
    }
    ordinals = new long[(int) rows];
    sizes = new int[(int) rows];
  }

  int partitions() {
    return partitions;
  }

  /** How many rows the dataset itself has. */
  int own() {
    return sizes.length;
  }

  int all() {
    return sizes.length + stored.size();
  }

  boolean isOwn(int row) {
    return row < sizes.length;
  }

  /** The number of a partition's first row; that of the next partition is the end. */
  int first(int partition) {
    return base[partition];
  }

  int count(int partition) {
    return base[partition + 1] - base[partition];
  }

  /** Of own rows; filled by who asks for them. */
  long[] ordinals() {
    return ordinals;
  }

  /** Sizes of own rows' shingle sets, 0 for rows that are not compared; filled by who asks. */
  int[] sizes() {
    return sizes;
  }

  /** The number of a stored row, a new one when it is met for the first time. */
  int number(Place place, long ordinal, int size) {
    Integer known = numbers.putIfAbsent(place, all());
    if (known != null) {
      return known;
    }
    stored.add(new Stored(place, ordinal, size));
    return all() - 1;
  }

  /** Where a stored row lies. */
  Place place(int row) {
    return stored.get(row - sizes.length).place();
  }

  int size(int row) {
    return isOwn(row) ? sizes[row] : stored.get(row - sizes.length).size();
  }

  long ordinal(int row) {
    return isOwn(row) ? ordinals[row] : stored.get(row - sizes.length).ordinal();
  }

  /** In its partition. */
  int position(int row) {
    return isOwn(row) ? row - base[partition(row)] : place(row).position();
  }

  /** Of an own row. */
  int partition(int row) {
    int low = 0;
    int high = partitions - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (base[middle] <= row) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
