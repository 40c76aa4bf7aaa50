package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/** The shingle sets of the rows of one partition, by position; large ones cut to the lowest. */
public final class ShingleSets {
  /** Larger sets are compared by their lowest hashes, as a bottom-k sketch. */
  static final int LARGEST = 1 << 13;

  /** Hashes of one partition: 64 MiB. */
  private static final int MOST = 1 << 24;

  private final int[] ends;
  private int[] hashes;
  private int rows;
  private boolean complete = true;

  public ShingleSets(int rows) {
    ends = new int[rows];
    hashes = new int[Math.min(MOST, 16 + 32 * rows)];
  }

  /** How many hashes are kept of a set. */
  public static int length(int size) {
    return Math.min(size, LARGEST);
  }

  /** The set of a row that ended: any order, but ascending when it is cut. */
  public static int[] of(Shingler row, int size) {
    return size > LARGEST ? row.sorted() : row.hashes();
  }

  /** The next row's set. */
  public void add(Shingler row, int size) {
    int from = rows == 0 ? 0 : ends[rows - 1];
    int length = length(size);
    if (length > MOST - from) {
      complete = false;
      return;
    }
    if (length > hashes.length - from) {
      hashes = Arrays.copyOf(hashes, (int) Math.min(MOST, Math.max(2L * from, from + length)));
    }
    if (length > 0) {
      System.arraycopy(of(row, size), 0, hashes, from, length);
    }
    ends[rows++] = from + length;
  }

  /** Whether there was room for all. */
  public boolean isComplete() {
    return complete;
  }

  /** For each of these positions the length of its set, then its hashes. */
  public byte[] bytes(int[] positions) {
    long ints = 0;
    for (int position : positions) {
      ints += 1 + ends[position] - start(position);
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(ints * Integer.BYTES));
    IntBuffer out = bytes.asIntBuffer();
    for (int position : positions) {
      int length = ends[position] - start(position);
      out.put(length).put(hashes, start(position), length);
    }
    return bytes.array();
  }

  private int start(int position) {
    return position == 0 ? 0 : ends[position - 1];
  }

  long memory() {
    return 4L * (ends.length + hashes.length);
  }
}
