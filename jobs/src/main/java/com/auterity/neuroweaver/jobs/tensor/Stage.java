package com.auterity.neuroweaver.jobs.tensor;

import static com.auterity.neuroweaver.jobs.tensor.Lanes.WIDTH;

import jdk.incubator.vector.FloatVector;

/**
 * Copies pieces of rows between native tensors and heap arrays, which are what both JDK 17 and 25
 * load vectors from; a piece is small enough to stay in the first caches. One thread's.
 */
final class Stage {
  private short[] halves = new short[4096];

  /** Columns {@code from} to {@code from + count} of a row as float32, at {@code to[at]}. */
  void load(CpuTensor t, int row, int from, int count, float[] to, int at) {
    int place = t.at(row) + from;
    if (t.heap != null) {
      System.arraycopy(t.heap, place, to, at, count);
    } else if (t.half) {
      short[] read = halves(count);
      t.block.halves.get(place, read, 0, count);
      widen(read, 0, to, at, count);
    } else {
      t.block.floats.get(place, to, at, count);
    }
  }

  void store(float[] values, int from, CpuTensor t, int row, int at, int count) {
    int place = t.at(row) + at;
    if (t.half) {
      short[] rounded = halves(count);
      round(values, from, rounded, 0, count);
      t.block.halves.put(place, rounded, 0, count);
    } else {
      t.block.floats.put(place, values, from, count);
    }
  }

  static float widen(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  private short[] halves(int count) {
    if (halves.length < count) {
      halves = new short[Math.max(count, 2 * halves.length)];
    }
    return halves;
  }

  static void widen(short[] from, int fromOffset, float[] to, int toOffset, int count) {
    int i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
      Lanes.widen(from, fromOffset + i).intoArray(to, toOffset + i);
    }
    for (; i < count; i++) {
      to[toOffset + i] = Float.intBitsToFloat(from[fromOffset + i] << 16);
    }
  }

  /** Rounds to the nearest bf16, ties to even. */
  static void round(float[] from, int fromOffset, short[] to, int toOffset, int count) {
    int i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
      Lanes.round(FloatVector.fromArray(Lanes.F, from, fromOffset + i), to, toOffset + i);
    }
    for (; i < count; i++) {
      to[toOffset + i] = round(from[fromOffset + i]);
    }
  }

  static short round(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + ((bits >>> 16) & 1) + 0x7fff) >>> 16);
  }
}
