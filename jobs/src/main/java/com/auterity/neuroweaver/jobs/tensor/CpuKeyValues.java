package com.auterity.neuroweaver.jobs.tensor;

/** Keys transposed (keyWidth x width) and values (capacity x keyWidth) in heap arrays. */
final class CpuKeyValues implements KeyValues {
  final Heads heads;
  final int capacity;
  final int width;
  final float[] keys;
  final float[] values;

  CpuKeyValues(Heads heads, int capacity) {
    this.heads = heads;
    this.capacity = capacity;
    this.width = Lanes.roundUp(capacity);
    this.keys = new float[Math.multiplyExact(heads.keyWidth(), width)];
    this.values = new float[Math.multiplyExact(heads.keyWidth(), capacity)];
  }

  /** Keys and values of some rows, from a position on. */
  void put(Stage stage, CpuTensor qkv, int from, int count, int position) {
    int keyWidth = heads.keyWidth();
    float[] row = new float[keyWidth];
    for (int r = 0; r < count; r++) {
      stage.load(qkv, from + r, heads.queryWidth(), keyWidth, row, 0);
      for (int i = 0; i < keyWidth; i++) {
        keys[i * width + position + r] = row[i];
      }
      stage.load(
          qkv,
          from + r,
          heads.queryWidth() + keyWidth,
          keyWidth,
          values,
          (position + r) * keyWidth);
    }
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void close() {}
}
