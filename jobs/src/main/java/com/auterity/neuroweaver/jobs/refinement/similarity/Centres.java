package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Centres of clusters, in steps of 1/64 of those of {@link TextFeatures}. Whole numbers throughout:
 * a row's nearest centre (of equally near ones the first) and the sums of an iteration do not hang
 * on the order of rows.
 */
public final class Centres {
  public static final int SCALE = 64;

  private final short[] values;
  private final long[] squares;
  private final int dimensions;

  Centres(short[] values, int dimensions) {
    this.values = values;
    this.dimensions = dimensions;
    squares = new long[values.length / dimensions];
    for (int i = 0; i < values.length; i++) {
      squares[i / dimensions] += (long) values[i] * values[i];
    }
  }

  public static Centres ofBytes(byte[] bytes, int dimensions) {
    short[] values = new short[bytes.length / 2];
    ByteBuffer.wrap(bytes).asShortBuffer().get(values);
    return new Centres(values, dimensions);
  }

  public byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 2);
    bytes.asShortBuffer().put(values);
    return bytes.array();
  }

  public int size() {
    return squares.length;
  }

  public short[] values() {
    return values;
  }

  /**
   * k-means++ (Arthur and Vassilvitskii 2007) over these vectors: the first by chance, each further
   * one with odds in proportion to its squared distance from those before. Fewer than {@code count}
   * when there are fewer different vectors.
   *
   * @param each is told how many there are, after each; may throw to stop
   */
  public static Centres seeded(
      byte[] vectors, int dimensions, int count, long seed, IntConsumer each) {
    int rows = vectors.length / dimensions;
    long[] nearest = new long[rows];
    List<Integer> seeds = new ArrayList<>();
    int next = (int) below(seed, 0, rows);
    while (next >= 0) {
      seeds.add(next);
      each.accept(seeds.size());
      long total = 0;
      for (int row = 0; row < rows; row++) {
        long distance =
            TextFeatures.distance(
                vectors, row * dimensions, vectors, next * dimensions, dimensions);
        nearest[row] = seeds.size() == 1 ? distance : Math.min(nearest[row], distance);
        total += nearest[row];
      }
      next = -1;
      if (seeds.size() < count && total > 0) {
        long left = below(seed, seeds.size(), total);
        for (next = 0; left >= nearest[next]; next++) {
          left -= nearest[next];
        }
      }
    }
    short[] values = new short[seeds.size() * dimensions];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (short) (SCALE * vectors[seeds.get(i / dimensions) * dimensions + i % dimensions]);
    }
    return new Centres(values, dimensions);
  }

  /** A number from 0 to {@code bound}, exclusive, drawn by seed and number of the draw. */
  public static long below(long seed, long draw, long bound) {
    long bits = Shingler.mixed(Shingler.mixed(seed + 0x632BE59BD9B4E019L) ^ draw);
    return Math.multiplyHigh(bits >>> 1, bound << 1);
  }

  /** The first of the nearest centres. */
  public int nearest(byte[] vectors, int at) {
    int best = 0;
    long least = Long.MAX_VALUE;
    for (int centre = 0; centre < squares.length; centre++) {
      // |c - x|^2 without |x|^2, which is the same for all.
      long distance = squares[centre] - 2L * SCALE * product(vectors, at, centre * dimensions);
      if (distance < least) {
        least = distance;
        best = centre;
      }
    }
    return best;
  }

  /** The square of the distance, in steps of 1/(64 x 127) each. */
  public long distance(byte[] vectors, int at, int centre) {
    long sum = 0;
    for (int d = 0; d < dimensions; d++) {
      long difference = SCALE * vectors[at + d] - values[centre * dimensions + d];
      sum += difference * difference;
    }
    return sum;
  }

  private int product(byte[] vectors, int at, int from) {
    int sum = 0;
    for (int d = 0; d < dimensions; d++) {
      sum += vectors[at + d] * values[from + d];
    }
    return sum;
  }

  /** The means of the rows nearest to each; one without rows stays where it is. */
  public Centres moved(long[] sums, long[] counts) {
    short[] moved = values.clone();
    for (int i = 0; i < moved.length; i++) {
      long count = counts[i / dimensions];
      if (count > 0) {
        // To the nearest step, halves up.
        moved[i] = (short) Math.floorDiv(2 * SCALE * sums[i] + count, 2 * count);
      }
    }
    return new Centres(moved, dimensions);
  }
}
