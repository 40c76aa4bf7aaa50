package com.auterity.neuroweaver.datasets.store;

import java.math.BigInteger;

/**
 * A sum of finite doubles without any rounding, so that it does not depend on the order of its
 * terms: one fixed-point number as wide as the range of a double, in pieces of 32 bits (Neal 2015,
 * "Fast exact summation using small and large superaccumulators").
 */
final class ExactSum {
  /** The weight of the lowest bit is 2 to the power of minus this. */
  static final int SCALE = 1_074;

  private static final int PIECES = 68;
  private static final long LOW = 0xffffffffL;

  /** A term adds less than 2^53 to a piece of 64 bits. */
  private static final int MOST_UNCARRIED = 1_000;

  private final long[] pieces = new long[PIECES];
  private int uncarried;

  void add(double term) {
    long bits = Double.doubleToRawLongBits(term);
    int exponent = (int) (bits >>> 52) & 0x7ff;
    long mantissa = bits & 0xfffffffffffffL;
    if (exponent == 0) {
      exponent = 1;
    } else {
      mantissa |= 1L << 52;
    }
    int piece = (exponent - 1) >>> 5;
    int shift = (exponent - 1) & 31;
    long low = (mantissa << shift) & LOW;
    long high = mantissa >>> (32 - shift);
    long sign = bits >> 63;
    pieces[piece] += (low ^ sign) - sign;
    pieces[piece + 1] += (high ^ sign) - sign;
    if (++uncarried == MOST_UNCARRIED) {
      carry();
    }
  }

  /** Adds a product with all its digits; as a product that is neither huge nor tiny has them. */
  void addProduct(double one, double two) {
    double product = one * two;
    add(product);
    double rest = Math.fma(one, two, -product);
    if (rest != 0) {
      add(rest);
    }
  }

  void add(ExactSum other) {
    carry();
    other.carry();
    for (int i = 0; i < PIECES; i++) {
      pieces[i] += other.pieces[i];
    }
    carry();
  }

  /** The sum times 2^{@link #SCALE}. */
  BigInteger scaled() {
    carry();
    BigInteger sum = BigInteger.valueOf(pieces[PIECES - 1]);
    for (int i = PIECES - 2; i >= 0; i--) {
      sum = sum.shiftLeft(32).or(BigInteger.valueOf(pieces[i]));
    }
    return sum;
  }

  byte[] toBytes() {
    return scaled().toByteArray();
  }

  static ExactSum ofBytes(byte[] bytes) {
    ExactSum sum = new ExactSum();
    BigInteger rest = new BigInteger(bytes);
    for (int i = 0; i < PIECES - 1; i++) {
      sum.pieces[i] = rest.longValue() & LOW;
      rest = rest.shiftRight(32);
    }
    sum.pieces[PIECES - 1] = rest.longValueExact();
    return sum;
  }

  /** Leaves every piece but the last between 0 and 2^32. */
  private void carry() {
    long carried = 0;
    for (int i = 0; i < PIECES - 1; i++) {
      long piece = pieces[i] + carried;
      carried = piece >> 32;
      pieces[i] = piece & LOW;
    }
    pieces[PIECES - 1] += carried;
    uncarried = 0;
  }

  /** {@code numerator / denominator / 2^scale}, rounded once or twice. */
  static double quotient(BigInteger numerator, BigInteger denominator, int scale) {
    int shift = 80 - (numerator.bitLength() - denominator.bitLength());
    BigInteger shifted = shift >= 0 ? numerator.shiftLeft(shift) : numerator.shiftRight(-shift);
    return Math.scalb(shifted.divide(denominator).doubleValue(), -shift - scale);
  }
}
