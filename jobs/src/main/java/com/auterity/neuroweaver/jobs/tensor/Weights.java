package com.auterity.neuroweaver.jobs.tensor;

/** A weight matrix (out x in) in the form its device multiplies fastest; shared by all lanes. */
public interface Weights extends AutoCloseable {
  int out();

  int in();

  /**
   * Whether a row multiplied alone gives the bytes that it gives among others; where not, {@link
   * Lane#linear} wants two rows or more.
   */
  default boolean singleRows() {
    return false;
  }

  /** Memory taken on the device. */
  long bytes();

  /** Replaces the values; no lane may be using them meanwhile. */
  void update(MatrixSource source);

  @Override
  void close();
}
