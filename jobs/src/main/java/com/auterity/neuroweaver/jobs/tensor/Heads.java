package com.auterity.neuroweaver.jobs.tensor;

/**
 * How a row of queries, keys and values is cut: {@code heads} query heads, then {@code kvHeads} key
 * heads, then as many value heads, each {@code headDim} wide. A row sees itself and at most {@code
 * window - 1} rows before it (sliding window attention); 0 is no limit.
 */
public record Heads(int heads, int kvHeads, int headDim, int window) {
  public Heads(int heads, int kvHeads, int headDim) {
    this(heads, kvHeads, headDim, 0);
  }

  /** The first of {@code length} rows that the last of them sees. */
  public int firstSeen(int length) {
    return window == 0 ? 0 : Math.max(0, length - window);
  }

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
