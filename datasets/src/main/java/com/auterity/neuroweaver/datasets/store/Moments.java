package com.auterity.neuroweaver.datasets.store;

import java.math.BigInteger;

/** Number, sum and sum of squares of finite numbers, exact, hence the same in any order. */
final class Moments {
  /** Squares of greater numbers could leave the range of a double. */
  static final double MOST = 1e150;

  private final ExactSum sum = new ExactSum();
  private final ExactSum squares = new ExactSum();
  private long count;
  private long beyond;

  /** What {@code state} holds. */
  static Moments of(State state) {
    Moments moments = new Moments();
    moments.add(state);
    return moments;
  }

  void add(double number) {
    if (Math.abs(number) > MOST) {
      beyond++;
      return;
    }
    count++;
    sum.add(number);
    squares.addProduct(number, number);
  }

  void add(State state) {
    count += state.count();
    beyond += state.beyond();
    sum.add(ExactSum.ofBytes(state.sum()));
    squares.add(ExactSum.ofBytes(state.squares()));
  }

  State state() {
    return new State(count, beyond, sum.toBytes(), squares.toBytes());
  }

  /** Whether numbers were left out, so that the others say nothing of the whole. */
  boolean incomplete() {
    return beyond > 0;
  }

  long count() {
    return count;
  }

  /** Scaled by 2^{@link ExactSum#SCALE}. */
  BigInteger sum() {
    return sum.scaled();
  }

  /** Scaled by 2^{@link ExactSum#SCALE}. */
  BigInteger squares() {
    return squares.scaled();
  }

  double mean() {
    return ExactSum.quotient(sum(), BigInteger.valueOf(count), ExactSum.SCALE);
  }

  /** Of the population. */
  double standardDeviation() {
    BigInteger n = BigInteger.valueOf(count);
    BigInteger spread = spread(n, sum(), sum(), squares());
    return Math.sqrt(ExactSum.quotient(spread, n.multiply(n), 2 * ExactSum.SCALE));
  }

  /** {@code n * sum(xy) - sum(x) * sum(y)}, scaled by 2^(2 {@link ExactSum#SCALE}). */
  static BigInteger spread(BigInteger n, BigInteger x, BigInteger y, BigInteger products) {
    return n.multiply(products).shiftLeft(ExactSum.SCALE).subtract(x.multiply(y));
  }

  record State(long count, long beyond, byte[] sum, byte[] squares) {}
}
