package com.auterity.neuroweaver.jobs.tensor;

/** One row of queries over a {@link CpuKeyValues}; one thread's. */
final class CachedAttention {
  private final Stage stage;
  private final float[] scratch = new float[Lanes.WIDTH];
  private float[] queries = new float[0];
  private float[] scores = new float[0];
  private float[] attended = new float[0];

  CachedAttention(Stage stage) {
    this.stage = stage;
  }

  /** The query heads that read key head {@code kv}, over the first {@code length} places. */
  void run(CpuTensor qkv, int row, CpuKeyValues cache, int length, int kv, CpuTensor out) {
    Heads heads = cache.heads;
    int d = heads.headDim();
    int group = heads.heads() / heads.kvHeads();
    float scale = AttentionKernel.scale(d);
    int seen = heads.firstSeen(length);
    int from = seen / Lanes.WIDTH * Lanes.WIDTH;
    int width = Lanes.roundUp(length) - from;
    if (scores.length < group * width || queries.length < group * d) {
      queries = new float[group * d];
      attended = new float[group * d];
      scores = new float[group * (width + 64 * Lanes.WIDTH)];
    }
    stage.load(qkv, row, kv * group * d, group * d, queries, 0);
    VectorGemm.multiply(
        group,
        width,
        d,
        queries,
        0,
        d,
        1,
        cache.keys,
        kv * d * cache.width + from,
        cache.width,
        scores,
        0,
        width,
        false);
    int n = length - seen;
    for (int g = 0; g < group; g++) {
      int at = g * width + seen - from;
      float max = ElementKernels.max(scores, at, n, scratch) * scale;
      float sum = ElementKernels.expInPlace(scores, at, n, scale, max, scratch);
      ElementKernels.scale(scores, at, n, 1f / sum);
    }
    int keyWidth = heads.keyWidth();
    VectorGemm.multiply(
        group,
        d,
        n,
        scores,
        seen - from,
        width,
        1,
        cache.values,
        seen * keyWidth + kv * d,
        keyWidth,
        attended,
        0,
        d,
        false);
    stage.store(attended, 0, out, row, kv * group * d, group * d);
  }
}
