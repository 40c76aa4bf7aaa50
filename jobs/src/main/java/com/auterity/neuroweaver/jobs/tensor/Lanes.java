package com.auterity.neuroweaver.jobs.tensor;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Arithmetic on vector lanes whose bytes do not depend on warm-up or JDK: an exponential made of
 * fma alone, and sums over lanes by a fixed tree. Each has a scalar twin with the same bytes.
 */
final class Lanes {
  static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  static final VectorSpecies<Short> HALF =
      VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
  static final int WIDTH = F.length();

  /** As many bytes as there are floats in a vector; null where no such vector is. */
  static final VectorSpecies<Byte> BYTES =
      F.vectorBitSize() / 4 >= 64
          ? VectorSpecies.of(byte.class, VectorShape.forBitSize(F.vectorBitSize() / 4))
          : null;

  private static final float LOG2E = 1.44269504088896341f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final float ROUND = 12582912f;
  private static final int ROUND_BITS = 0x4B400000 - 127;
  private static final float LOWEST = -87.3f;
  private static final float HIGHEST = 88f;
  private static final int SIGN = 0x80000000;
  private static final int HIGHEST_BITS = Float.floatToRawIntBits(HIGHEST);
  private static final int LOWEST_BITS = Float.floatToRawIntBits(-LOWEST);
  private static final float C5 = 1.9875691500e-4f;
  private static final float C4 = 1.3981999507e-3f;
  private static final float C3 = 8.3334519073e-3f;
  private static final float C2 = 4.1665795894e-2f;
  private static final float C1 = 1.6666665459e-1f;
  private static final float C0 = 5.0000001201e-1f;

  private Lanes() {}

  /** e^x within 2 ulp for x in [-87.3, 88]; the ends are held beyond (Cephes' expf). */
  static FloatVector exp(FloatVector x) {
    // Held between the ends as integers, one instruction each: the JDK's own max and min of floats
    // cost six, and masks become objects in JDK 17. What is no number stays none.
    IntVector bits = x.reinterpretAsInts().min(HIGHEST_BITS).lanewise(VectorOperators.XOR, SIGN);
    bits = bits.min(LOWEST_BITS).lanewise(VectorOperators.XOR, SIGN);
    FloatVector v = bits.reinterpretAsFloats().add(x.mul(0f));
    FloatVector t = v.fma(FloatVector.broadcast(F, LOG2E), FloatVector.broadcast(F, ROUND));
    FloatVector n = t.sub(ROUND);
    FloatVector r = n.fma(FloatVector.broadcast(F, -LN2_HIGH), v);
    r = n.fma(FloatVector.broadcast(F, -LN2_LOW), r);
    FloatVector p = r.fma(FloatVector.broadcast(F, C5), FloatVector.broadcast(F, C4));
    p = p.fma(r, FloatVector.broadcast(F, C3));
    p = p.fma(r, FloatVector.broadcast(F, C2));
    p = p.fma(r, FloatVector.broadcast(F, C1));
    p = p.fma(r, FloatVector.broadcast(F, C0));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector scale = t.reinterpretAsInts().sub(ROUND_BITS).lanewise(VectorOperators.LSHL, 23);
    return p.mul(scale.reinterpretAsFloats());
  }

  /** The same bytes for one number. */
  static float exp(float x) {
    float v = Math.min(Math.max(x, LOWEST), HIGHEST) + x * 0f;
    float t = Math.fma(v, LOG2E, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -LN2_HIGH, v);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(r, C5, C4);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C2);
    p = Math.fma(p, r, C1);
    p = Math.fma(p, r, C0);
    p = Math.fma(p, r * r, r) + 1f;
    return p * Float.intBitsToFloat((Float.floatToRawIntBits(t) - ROUND_BITS) << 23);
  }

  /** bf16 numbers as float32. */
  static FloatVector widen(short[] from, int at) {
    IntVector bits =
        (IntVector) ShortVector.fromArray(HALF, from, at).convertShape(VectorOperators.S2I, I, 0);
    return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  /** Rounds to the nearest bf16, ties to even. */
  static void round(FloatVector v, short[] to, int at) {
    IntVector bits = v.reinterpretAsInts();
    IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    IntVector top = bits.add(odd).add(0x7fff).lanewise(VectorOperators.LSHR, 16);
    ((ShortVector) top.convertShape(VectorOperators.I2S, HALF, 0)).intoArray(to, at);
  }

  /** The low byte of each lane. */
  static ByteVector narrow(IntVector v) {
    return (ByteVector) v.convertShape(VectorOperators.I2B, BYTES, 0);
  }

  /** The sum over lanes: halves are added until one is left. */
  static float sum(FloatVector v, float[] scratch) {
    v.intoArray(scratch, 0);
    for (int half = WIDTH / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        scratch[i] += scratch[i + half];
      }
    }
    return scratch[0];
  }

  /** The largest lane (exact in any order). */
  static float max(FloatVector v, float[] scratch) {
    v.intoArray(scratch, 0);
    float max = scratch[0];
    for (int i = 1; i < WIDTH; i++) {
      max = Math.max(max, scratch[i]);
    }
    return max;
  }

  static int roundUp(int n) {
    return (n + WIDTH - 1) / WIDTH * WIDTH;
  }
}
