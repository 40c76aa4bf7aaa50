package com.auterity.neuroweaver.jobs.model;

/** Where one named matrix (rows x cols, row-major) lies in a flat parameter vector. */
public record Slice(String name, int rows, int cols, int offset) {
  public int length() {
    return rows * cols;
  }
}
