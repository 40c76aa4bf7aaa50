package com.auterity.neuroweaver.jobs.tensor;

/**
 * How a row of queries, keys and values is cut: {@code heads} query heads, then {@code kvHeads} key
 * heads, then as many value heads, each {@code headDim} wide.
 */
public record Heads(int heads, int kvHeads, int headDim) {
  public int queryWidth() {
    return heads * headDim;
  }

  public int keyWidth() {
    return kvHeads * headDim;
  }

  /** Width of queries, keys and values together. */
  public int width() {
    return (heads + 2 * kvHeads) * headDim;
  }
}
