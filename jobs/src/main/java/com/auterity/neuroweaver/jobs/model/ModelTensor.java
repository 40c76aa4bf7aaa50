package com.auterity.neuroweaver.jobs.model;

/** One named matrix (rows x cols) of a model; a vector has one row. */
public record ModelTensor(String name, int rows, int cols) {
  public long length() {
    return (long) rows * cols;
  }

  /** Norms and biases are vectors in model files, everything else a matrix. */
  boolean isVector() {
    return name.endsWith("norm.weight") || isBias();
  }

  boolean isBias() {
    return name.endsWith(".bias");
  }

  /** Its shape in model files. */
  long[] shape() {
    return isVector() ? new long[] {cols} : new long[] {rows, cols};
  }
}
