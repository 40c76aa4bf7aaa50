package com.auterity.neuroweaver.jobs.refinement;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Scores of the rows of one partition by their source ordinals; rows without a score have none. */
final class RowScores {
  private final long[] ordinals;
  private final float[] scores;

  /**
   * @param ordinals in any order, each once
   */
  RowScores(long[] ordinals, float[] scores) {
    if (ascending(ordinals)) {
      this.ordinals = ordinals.clone();
      this.scores = scores.clone();
    } else {
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < ordinals.length; i++) {
        order.add(i);
      }
      order.sort((a, b) -> Long.compare(ordinals[a], ordinals[b]));
      this.ordinals = order.stream().mapToLong(i -> ordinals[i]).toArray();
      this.scores = new float[scores.length];
      for (int i = 0; i < scores.length; i++) {
        this.scores[i] = scores[order.get(i)];
      }
    }
  }

  private static boolean ascending(long[] values) {
    for (int i = 1; i < values.length; i++) {
      if (values[i] < values[i - 1]) {
        return false;
      }
    }
    return true;
  }

  int size() {
    return scores.length;
  }

  float score(int i) {
    return scores[i];
  }

  RowScores map(FloatFunction each) {
    float[] mapped = new float[scores.length];
    for (int i = 0; i < mapped.length; i++) {
      mapped[i] = each.of(scores[i]);
    }
    return new RowScores(ordinals, mapped);
  }

  /** Of one number another. */
  interface FloatFunction {
    float of(float value);
  }

  /** The score of a row, or NaN when it has none. */
  float of(long ordinal) {
    int at = Arrays.binarySearch(ordinals, ordinal);
    return at < 0 ? Float.NaN : scores[at];
  }

  /** The ordinals as differences of 7 bits to a byte, then the scores: some 5 bytes a row. */
  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(8 + 6 * scores.length);
    bytes.writeBytes(ByteBuffer.allocate(4).putInt(scores.length).array());
    long before = 0;
    for (long ordinal : ordinals) {
      long left = ordinal - before;
      before = ordinal;
      while ((left & ~0x7FL) != 0) {
        bytes.write((int) (left & 0x7F | 0x80));
        left >>>= 7;
      }
      bytes.write((int) left);
    }
    ByteBuffer values = ByteBuffer.allocate(4 * scores.length);
    values.asFloatBuffer().put(scores);
    bytes.writeBytes(values.array());
    return bytes.toByteArray();
  }

  static RowScores ofBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int count = in.getInt();
    long[] ordinals = new long[count];
    long before = 0;
    for (int i = 0; i < count; i++) {
      long difference = 0;
      int shift = 0;
      byte next;
      do {
        next = in.get();
        difference |= (next & 0x7FL) << shift;
        shift += 7;
      } while (next < 0);
      before += difference;
      ordinals[i] = before;
    }
    float[] scores = new float[count];
    in.asFloatBuffer().get(scores);
    return new RowScores(ordinals, scores);
  }
}
