package com.auterity.neuroweaver.jobs.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Causal attention of packed segments, forward and backward, a block of query rows at a time: only
 * scores up to the diagonal are computed, and none are kept (Dao et al. 2022). {@code stats} holds
 * each row's and head's largest score and inverse sum.
 */
final class AttentionKernel {
  private static final int BLOCK = 32;

  private float[] keys = new float[0];
  private float[] values = new float[0];
  private float[] scores = new float[0];
  private float[] gradients = new float[0];
  private final float[] scratch = new float[Lanes.WIDTH];

  void forward(CpuTensor qkv, Heads heads, int[] bounds, CpuTensor out, CpuTensor stats) {
    int d = heads.headDim();
    int group = heads.heads() / heads.kvHeads();
    float scale = scale(d);
    for (int s = 0; s + 1 < bounds.length; s++) {
      int first = bounds[s];
      int length = bounds[s + 1] - first;
      int width = Lanes.roundUp(length);
      keys = grown(keys, d * width);
      scores = grown(scores, BLOCK * width);
      for (int kv = 0; kv < heads.kvHeads(); kv++) {
        int keyAt = qkv.offset + first * qkv.stride + heads.queryWidth() + kv * d;
        int valueAt = keyAt + heads.keyWidth();
        transpose(qkv.data, keyAt, qkv.stride, length, d, keys, width);
        for (int h = kv * group; h < (kv + 1) * group; h++) {
          for (int from = 0; from < length; from += BLOCK) {
            int rows = Math.min(BLOCK, length - from);
            int reach = from + rows;
            int cols = Math.min(Lanes.roundUp(reach), width);
            int queryAt = qkv.offset + (first + from) * qkv.stride + h * d;
            VectorGemm.multiply(
                rows,
                cols,
                d,
                qkv.data,
                queryAt,
                qkv.stride,
                1,
                keys,
                0,
                width,
                scores,
                0,
                width,
                false);
            for (int r = 0; r < rows; r++) {
              int at = r * width;
              int n = from + r + 1;
              int seen = heads.firstSeen(n);
              float max = ElementKernels.max(scores, at + seen, n - seen, scratch) * scale;
              float sum =
                  ElementKernels.expInPlace(scores, at + seen, n - seen, scale, max, scratch);
              Arrays.fill(scores, at, at + seen, 0f);
              Arrays.fill(scores, at + n, at + reach, 0f);
              int statsAt = stats.offset + (first + from + r) * stats.stride + 2 * h;
              stats.data[statsAt] = max;
              stats.data[statsAt + 1] = 1f / sum;
            }
            int outAt = out.offset + (first + from) * out.stride + h * d;
            VectorGemm.multiply(
                rows,
                d,
                reach,
                scores,
                0,
                width,
                1,
                qkv.data,
                valueAt,
                qkv.stride,
                out.data,
                outAt,
                out.stride,
                false);
            for (int r = 0; r < rows; r++) {
              int statsAt = stats.offset + (first + from + r) * stats.stride + 2 * h;
              ElementKernels.scale(out.data, outAt + r * out.stride, d, stats.data[statsAt + 1]);
            }
          }
        }
      }
    }
  }

  void backward(
      CpuTensor dOut,
      CpuTensor qkv,
      CpuTensor out,
      CpuTensor stats,
      Heads heads,
      int[] bounds,
      CpuTensor dqkv) {
    int d = heads.headDim();
    int group = heads.heads() / heads.kvHeads();
    float scale = scale(d);
    for (int r = 0; r < dqkv.rows; r++) {
      int at = dqkv.offset + r * dqkv.stride;
      Arrays.fill(dqkv.data, at, at + dqkv.cols, 0f);
    }
    for (int s = 0; s + 1 < bounds.length; s++) {
      int first = bounds[s];
      int length = bounds[s + 1] - first;
      int width = Lanes.roundUp(length);
      keys = grown(keys, d * width);
      values = grown(values, d * width);
      scores = grown(scores, BLOCK * width);
      gradients = grown(gradients, BLOCK * width);
      for (int kv = 0; kv < heads.kvHeads(); kv++) {
        int keyOffset = heads.queryWidth() + kv * d;
        int valueOffset = keyOffset + heads.keyWidth();
        int keyAt = qkv.offset + first * qkv.stride + keyOffset;
        int valueAt = qkv.offset + first * qkv.stride + valueOffset;
        int dKeyAt = dqkv.offset + first * dqkv.stride + keyOffset;
        int dValueAt = dqkv.offset + first * dqkv.stride + valueOffset;
        transpose(qkv.data, keyAt, qkv.stride, length, d, keys, width);
        transpose(qkv.data, valueAt, qkv.stride, length, d, values, width);
        for (int h = kv * group; h < (kv + 1) * group; h++) {
          for (int from = 0; from < length; from += BLOCK) {
            int rows = Math.min(BLOCK, length - from);
            int reach = from + rows;
            int cols = Math.min(Lanes.roundUp(reach), width);
            int queryAt = qkv.offset + (first + from) * qkv.stride + h * d;
            int dQueryAt = dqkv.offset + (first + from) * dqkv.stride + h * d;
            int outAt = out.offset + (first + from) * out.stride + h * d;
            int dOutAt = dOut.offset + (first + from) * dOut.stride + h * d;
            VectorGemm.multiply(
                rows,
                cols,
                d,
                qkv.data,
                queryAt,
                qkv.stride,
                1,
                keys,
                0,
                width,
                scores,
                0,
                width,
                false);
            VectorGemm.multiply(
                rows,
                cols,
                d,
                dOut.data,
                dOutAt,
                dOut.stride,
                1,
                values,
                0,
                width,
                gradients,
                0,
                width,
                false);
            for (int r = 0; r < rows; r++) {
              int at = r * width;
              int n = from + r + 1;
              int statsAt = stats.offset + (first + from + r) * stats.stride + 2 * h;
              Arrays.fill(scores, at + n, at + reach, 0f);
              float mean =
                  ElementKernels.dot(
                      dOut.data,
                      dOutAt + r * dOut.stride,
                      out.data,
                      outAt + r * out.stride,
                      d,
                      scratch);
              int seen = heads.firstSeen(n);
              Arrays.fill(scores, at, at + seen, 0f);
              Arrays.fill(gradients, at, at + seen, 0f);
              softmaxGradient(
                  scores,
                  gradients,
                  at + seen,
                  n - seen,
                  scale,
                  stats.data[statsAt],
                  stats.data[statsAt + 1],
                  mean);
              Arrays.fill(gradients, at + n, at + reach, 0f);
            }
            VectorGemm.multiply(
                reach,
                d,
                rows,
                scores,
                0,
                1,
                width,
                dOut.data,
                dOutAt,
                dOut.stride,
                dqkv.data,
                dValueAt,
                dqkv.stride,
                true);
            VectorGemm.multiply(
                rows,
                d,
                reach,
                gradients,
                0,
                width,
                1,
                qkv.data,
                keyAt,
                qkv.stride,
                dqkv.data,
                dQueryAt,
                dqkv.stride,
                false);
            VectorGemm.multiply(
                reach,
                d,
                rows,
                gradients,
                0,
                1,
                width,
                qkv.data,
                queryAt,
                qkv.stride,
                dqkv.data,
                dKeyAt,
                dqkv.stride,
                true);
          }
        }
      }
    }
  }

  /** One row of queries over a cache whose keys are transposed. */
  void cached(
      CpuTensor qkv,
      int row,
      Heads heads,
      CpuTensor keyCache,
      CpuTensor valueCache,
      int length,
      CpuTensor out) {
    int d = heads.headDim();
    int group = heads.heads() / heads.kvHeads();
    float scale = scale(d);
    int width = Math.min(Lanes.roundUp(length), keyCache.cols);
    scores = grown(scores, heads.heads() * width);
    for (int kv = 0; kv < heads.kvHeads(); kv++) {
      int queryAt = qkv.offset + row * qkv.stride + kv * group * d;
      int outAt = out.offset + row * out.stride + kv * group * d;
      VectorGemm.multiply(
          group,
          width,
          d,
          qkv.data,
          queryAt,
          d,
          1,
          keyCache.data,
          keyCache.offset + kv * d * keyCache.stride,
          keyCache.stride,
          scores,
          0,
          width,
          false);
      for (int g = 0; g < group; g++) {
        int at = g * width;
        int seen = heads.firstSeen(length);
        int n = length - seen;
        float max = ElementKernels.max(scores, at + seen, n, scratch) * scale;
        float sum = ElementKernels.expInPlace(scores, at + seen, n, scale, max, scratch);
        ElementKernels.scale(scores, at + seen, n, 1f / sum);
        Arrays.fill(scores, at, at + seen, 0f);
      }
      VectorGemm.multiply(
          group,
          d,
          length,
          scores,
          0,
          width,
          1,
          valueCache.data,
          valueCache.offset + kv * d,
          valueCache.stride,
          out.data,
          outAt,
          d,
          false);
    }
  }

  /**
   * Scores become probabilities, and their gradients those of the scores before scaling: p = exp(s
   * * scale - max) * inverse, ds = p * (dp - mean) * scale.
   */
  private static void softmaxGradient(
      float[] scores,
      float[] gradients,
      int at,
      int n,
      float scale,
      float max,
      float inverse,
      float mean) {
    FloatVector scales = FloatVector.broadcast(Lanes.F, scale);
    FloatVector shifts = FloatVector.broadcast(Lanes.F, -max);
    int i = 0;
    for (; i + Lanes.WIDTH <= n; i += Lanes.WIDTH) {
      FloatVector p =
          Lanes.exp(FloatVector.fromArray(Lanes.F, scores, at + i).fma(scales, shifts))
              .mul(inverse);
      p.intoArray(scores, at + i);
      FloatVector.fromArray(Lanes.F, gradients, at + i)
          .sub(mean)
          .mul(p)
          .mul(scales)
          .intoArray(gradients, at + i);
    }
    for (; i < n; i++) {
      float p = Lanes.exp(Math.fma(scores[at + i], scale, -max)) * inverse;
      scores[at + i] = p;
      gradients[at + i] = (gradients[at + i] - mean) * p * scale;
    }
  }

  private static float scale(int headDim) {
    return (float) (1 / Math.sqrt(headDim));
  }

  /** to (d x width) = from (length x d) transposed, zeros beyond. */
  private static void transpose(
      float[] from, int at, int stride, int length, int d, float[] to, int width) {
    for (int i = 0; i < d; i++) {
      int row = i * width;
      for (int j = 0; j < length; j++) {
        to[row + j] = from[at + j * stride + i];
      }
      Arrays.fill(to, row + length, row + width, 0f);
    }
  }

  private static float[] grown(float[] array, int size) {
    return array.length >= size ? array : new float[size];
  }
}
