package com.auterity.neuroweaver.jobs.tensor;

/** A weight matrix (out x in) in the form its device multiplies fastest; shared by all lanes. */
public interface Weights extends AutoCloseable {
  int out();

  int in();

  /** Replaces the values (row-major, out x in); no lane may be using them meanwhile. */
  void update(float[] values, int offset);

  @Override
  void close();
}
