package com.auterity.neuroweaver.jobs.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Causal attention of packed segments as products and one masked softmax. Neighbouring segments go
 * together in blocks of up to 256 rows, a longer one alone, so that short ones cost no operations
 * of their own. Backward computes the probabilities again.
 */
final class Nd4jAttention {
  private static final int BLOCK = 256;
  private static final float NEVER = -1e30f;

  private final Nd4jMemory memory;
  private int[] lastBounds = {};
  private int lastWindow;
  private final List<Block> blocks = new ArrayList<>();

  /** Rows {@code from} to {@code from + rows}; the mask (rows x rows) is added to the scores. */
  private record Block(int from, int rows, Nd4jTensor mask) {}

  Nd4jAttention(Nd4jMemory memory) {
    this.memory = memory;
  }

  /** The blocks of these segments: the same in all layers of a pass, so kept for the next call. */
  private List<Block> blocks(int[] bounds, int window) {
    if (window == lastWindow && Arrays.equals(bounds, lastBounds)) {
      return blocks;
    }
    blocks.forEach(block -> memory.giveBack(block.mask()));
    blocks.clear();
    lastBounds = new int[0];
    for (int s = 0; s + 1 < bounds.length; ) {
      int end = s + 1;
      while (end + 1 < bounds.length && bounds[end + 1] - bounds[s] <= BLOCK) {
        end++;
      }
      blocks.add(block(Arrays.copyOfRange(bounds, s, end + 1), window));
      s = end;
    }
    lastBounds = bounds.clone();
    lastWindow = window;
    return blocks;
  }

  /** Row i sees the rows from {@code first[i]} to i. */
  private Block block(int[] bounds, int window) {
    int from = bounds[0];
    int rows = bounds[bounds.length - 1] - from;
    float[] first = new float[rows];
    float[] own = new float[rows];
    for (int s = 0; s + 1 < bounds.length; s++) {
      for (int i = bounds[s] - from; i < bounds[s + 1] - from; i++) {
        int begin = bounds[s] - from;
        first[i] = window == 0 ? begin : Math.max(begin, i - window + 1);
        own[i] = i;
      }
    }
    INDArray cols = Nd4j.create(own, new long[] {1, rows}, 'c');
    INDArray early = compare("less", cols, Nd4j.create(first, new long[] {rows, 1}, 'c'));
    INDArray late = compare("greater", cols, Nd4j.create(own, new long[] {rows, 1}, 'c'));
    Nd4jTensor mask = memory.take(rows, rows);
    mask.array().assign(early.castTo(DataType.FLOAT).addi(late.castTo(DataType.FLOAT)).muli(NEVER));
    return new Block(from, rows, mask);
  }

  private static INDArray compare(String operation, INDArray row, INDArray column) {
    INDArray result =
        Nd4j.createUninitialized(DataType.BOOL, new long[] {column.length(), row.length()}, 'c');
    Nd4j.exec(DynamicCustomOp.builder(operation).addInputs(row, column).addOutputs(result).build());
    return result;
  }

  private static double scale(Heads heads) {
    return 1 / Math.sqrt(heads.headDim());
  }

  private static int keyColumn(Heads heads, int head) {
    return heads.queryWidth() + head / (heads.heads() / heads.kvHeads()) * heads.headDim();
  }

  /** Matrix {@code head} of (heads x rows x rows). */
  private static INDArray head(INDArray all, int head) {
    long rows = all.size(1);
    return Nd4j.create(
        all.data(),
        new long[] {rows, rows},
        new long[] {rows, 1},
        all.offset() + head * rows * rows,
        'c');
  }

  /** (heads x rows x rows). */
  private static INDArray probabilities(Nd4jTensor qkv, Heads heads, Block block) {
    int d = heads.headDim();
    INDArray scores = square(heads, block);
    for (int h = 0; h < heads.heads(); h++) {
      INDArray queries = part(qkv, block, h * d, d);
      INDArray keys = part(qkv, block, keyColumn(heads, h), d);
      Nd4jOperations.multiply(scale(heads), queries, false, keys, true, head(scores, h), 0);
    }
    scores.addi(block.mask().array().reshape('c', 1, block.rows(), block.rows()));
    return Nd4jOperations.softmax(scores);
  }

  private static INDArray square(Heads heads, Block block) {
    return Nd4j.createUninitialized(
        DataType.FLOAT, new long[] {heads.heads(), block.rows(), block.rows()}, 'c');
  }

  private static INDArray part(Nd4jTensor t, Block block, int column, int width) {
    return t.part(block.from(), block.rows(), column, width).array();
  }

  void forward(Nd4jTensor qkv, Heads heads, int[] bounds, Nd4jTensor out) {
    int d = heads.headDim();
    for (Block block : blocks(bounds, heads.window())) {
      INDArray p = probabilities(qkv, heads, block);
      for (int h = 0; h < heads.heads(); h++) {
        INDArray values = part(qkv, block, keyColumn(heads, h) + heads.keyWidth(), d);
        Nd4jOperations.multiply(1, head(p, h), false, values, false, part(out, block, h * d, d), 0);
      }
    }
  }

  void backward(
      Nd4jTensor dOut, Nd4jTensor qkv, Nd4jTensor out, Heads heads, int[] bounds, Nd4jTensor dqkv) {
    int d = heads.headDim();
    dqkv.array().assign(0f);
    for (Block block : blocks(bounds, heads.window())) {
      INDArray p = probabilities(qkv, heads, block);
      INDArray ds = square(heads, block);
      for (int h = 0; h < heads.heads(); h++) {
        int value = keyColumn(heads, h) + heads.keyWidth();
        INDArray gradient = part(dOut, block, h * d, d);
        Nd4jOperations.multiply(
            1, gradient, false, part(qkv, block, value, d), true, head(ds, h), 0);
        Nd4jOperations.multiply(
            1, head(p, h), true, gradient, false, part(dqkv, block, value, d), 1);
      }
      // ds = p (dp - mean), where mean is each row's and head's dOut . out.
      ds.subi(means(dOut, out, heads, block)).muli(p);
      for (int h = 0; h < heads.heads(); h++) {
        int key = keyColumn(heads, h);
        INDArray own = head(ds, h);
        INDArray keys = part(qkv, block, key, d);
        INDArray queries = part(qkv, block, h * d, d);
        Nd4jOperations.multiply(
            scale(heads), own, false, keys, false, part(dqkv, block, h * d, d), 0);
        Nd4jOperations.multiply(
            scale(heads), own, true, queries, false, part(dqkv, block, key, d), 1);
      }
    }
  }

  /** (heads x rows x 1). */
  private static INDArray means(Nd4jTensor dOut, Nd4jTensor out, Heads heads, Block block) {
    INDArray products =
        part(dOut, block, 0, heads.queryWidth()).mul(part(out, block, 0, heads.queryWidth()));
    return products
        .reshape('c', block.rows(), heads.heads(), heads.headDim())
        .sum(2)
        .transpose()
        .dup('c')
        .reshape('c', heads.heads(), block.rows(), 1);
  }

  /** One row's queries over a cache whose keys are transposed. */
  static void cached(Nd4jTensor qkv, int row, Nd4jKeyValues cache, int length, Nd4jTensor out) {
    Heads heads = cache.heads();
    Nd4jTensor keys = cache.keys();
    Nd4jTensor values = cache.values();
    int d = heads.headDim();
    int group = heads.heads() / heads.kvHeads();
    int first = heads.firstSeen(length);
    int seen = length - first;
    INDArray scores =
        Nd4j.createUninitialized(DataType.FLOAT, new long[] {heads.heads(), seen}, 'c');
    Nd4jTensor all = new Nd4jTensor(scores, 0, heads.heads(), seen, seen);
    long[] shape = {group, d};
    long[] strides = {d, 1};
    for (int kv = 0; kv < heads.kvHeads(); kv++) {
      INDArray queries =
          qkv.view((long) row * qkv.stride() + (long) kv * group * d, shape, strides);
      Nd4jOperations.multiply(
          scale(heads),
          queries,
          false,
          keys.part(kv * d, d, first, seen).array(),
          false,
          all.part(kv * group, group, 0, seen).array(),
          0);
    }
    INDArray p = Nd4jOperations.softmax(scores);
    Nd4jTensor weights = new Nd4jTensor(p, 0, heads.heads(), seen, seen);
    for (int kv = 0; kv < heads.kvHeads(); kv++) {
      Nd4jOperations.multiply(
          1,
          weights.part(kv * group, group, 0, seen).array(),
          false,
          values.part(first, seen, kv * d, d).array(),
          false,
          out.view((long) row * out.stride() + (long) kv * group * d, shape, strides),
          0);
    }
  }
}
