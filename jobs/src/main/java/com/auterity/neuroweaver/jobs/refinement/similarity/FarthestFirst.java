package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * One partition's side of a farthest-first traversal: how far each row is from the nearest of those
 * chosen so far. Thread-safe.
 */
public final class FarthestFirst {
  private final byte[] features;
  private final int dimensions;
  private final int[] distances;
  private byte[] chosen = new byte[0];

  public FarthestFirst(byte[] features, int rows, int dimensions) {
    this.features = features;
    this.dimensions = dimensions;
    this.distances = new int[rows];
    Arrays.fill(distances, Integer.MAX_VALUE);
  }

  /** A row's distance, then its chance, decide: farther and then lower comes first. */
  public static boolean before(int distance, long chance, int otherDistance, long otherChance) {
    return distance != otherDistance ? distance > otherDistance : chance < otherChance;
  }

  /** Which rows may be chosen, and what decides between equally far ones. */
  public interface Rows {
    boolean eligible(int row);

    long chance(int row);
  }

  /**
   * The farthest rows at a distance above 0, farthest first.
   *
   * @param now vectors of all rows chosen so far, in order
   */
  public synchronized int[] farthest(byte[] now, int count, Rows rows) {
    boolean goesOn =
        chosen.length <= now.length
            && Arrays.equals(chosen, 0, chosen.length, now, 0, chosen.length);
    if (!goesOn) {
      Arrays.fill(distances, Integer.MAX_VALUE);
      chosen = new byte[0];
    }
    for (int at = chosen.length; at < now.length; at += dimensions) {
      for (int row = 0; row < distances.length; row++) {
        int distance = TextFeatures.distance(features, row * dimensions, now, at, dimensions);
        distances[row] = Math.min(distances[row], distance);
      }
    }
    chosen = now;
    PriorityQueue<Integer> last =
        new PriorityQueue<>(
            (a, b) ->
                before(distances[a], rows.chance(a), distances[b], rows.chance(b))
                    ? 1
                    : distances[a] == distances[b] && rows.chance(a) == rows.chance(b)
                        ? Integer.compare(b, a)
                        : -1);
    for (int row = 0; row < distances.length; row++) {
      if (distances[row] == 0 || !rows.eligible(row)) {
        continue;
      }
      if (last.size() < count) {
        last.add(row);
      } else if (before(
          distances[row], rows.chance(row), distances[last.peek()], rows.chance(last.peek()))) {
        last.poll();
        last.add(row);
      }
    }
    int[] found = new int[last.size()];
    for (int i = found.length - 1; i >= 0; i--) {
      found[i] = last.poll();
    }
    return found;
  }

  public synchronized int distance(int row) {
    return distances[row];
  }
}
