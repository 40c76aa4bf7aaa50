package com.auterity.neuroweaver.jobs.tensor;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A thread's work through ND4J. Tensors are views of blocks of its {@link Nd4jMemory}. */
final class Nd4jLane implements Lane {
  private final Nd4jDevice device;
  private final Nd4jMemory memory;
  private final Nd4jAttention attention;
  private final Set<Nd4jDevice.Constant> fresh = Collections.newSetFromMap(new IdentityHashMap<>());
  private final IdentityHashMap<RotaryTable, Nd4jAngles> angles = new IdentityHashMap<>();
  private boolean closed;

  Nd4jLane(Nd4jDevice device) {
    this.device = device;
    this.memory = device.takeMemory();
    this.attention = new Nd4jAttention(memory);
  }

  /** Runs a kernel in the workspace; every call into ND4J passes here. */
  private <T> T compute(Supplier<T> kernel) {
    device.runtime().useFirstGpu();
    try (MemoryWorkspace scope = memory.scope()) {
      return kernel.get();
    } catch (RuntimeException | OutOfMemoryError e) {
      throw Nd4jFailure.translate(e, device.profile());
    }
  }

  private void run(Runnable kernel) {
    compute(
        () -> {
          kernel.run();
          return null;
        });
  }

  private Nd4jTensor own(Tensor tensor) {
    if (tensor instanceof Nd4jDevice.Constant constant && fresh.add(constant)) {
      constant.refresh();
    }
    return (Nd4jTensor) tensor;
  }

  private INDArray array(Tensor tensor) {
    return own(tensor).array();
  }

  @Override
  public Tensor tensor(int rows, int cols) {
    return memory.take(rows, cols);
  }

  @Override
  public Tensor zeros(int rows, int cols) {
    Tensor t = tensor(rows, cols);
    run(() -> array(t).assign(0f));
    return t;
  }

  @Override
  public void free(Tensor tensor) {
    memory.giveBack(own(tensor));
  }

  @Override
  public Tensor columns(Tensor tensor, int from, int count) {
    return own(tensor).part(0, tensor.rows(), from, count);
  }

  @Override
  public Tensor rows(Tensor tensor, int from, int count) {
    return own(tensor).part(from, count, 0, tensor.cols());
  }

  @Override
  public void write(Tensor tensor, float[] values, int offset) {
    float[] own = Arrays.copyOfRange(values, offset, offset + tensor.rows() * tensor.cols());
    run(() -> array(tensor).assign(upload(own, tensor.rows(), tensor.cols())));
  }

  private static INDArray upload(float[] values, long... shape) {
    return Nd4j.create(values, shape, 'c');
  }

  @Override
  public void read(Tensor tensor, float[] values, int offset) {
    run(
        () -> {
          FloatBuffer found = array(tensor).dup('c').data().asNioFloat();
          found.get(values, offset, tensor.rows() * tensor.cols());
        });
  }

  @Override
  public void linear(Tensor x, Weights w, Tensor y) {
    check(x, w.in(), y, w.out());
    run(
        () ->
            Nd4jOperations.multiply(
                1, array(x), false, ((Nd4jWeights) w).matrix(), true, array(y), 0));
  }

  @Override
  public void linearInput(Tensor dy, Weights w, Tensor dx) {
    check(dy, w.out(), dx, w.in());
    run(
        () ->
            Nd4jOperations.multiply(
                1, array(dy), false, ((Nd4jWeights) w).matrix(), false, array(dx), 0));
  }

  private static void check(Tensor from, int fromCols, Tensor to, int toCols) {
    if (from.rows() < 2 || from.rows() != to.rows()) {
      throw new IllegalArgumentException(
          "linear maps take at least two rows and give as many, found " + from + " and " + to);
    }
    if (from.cols() != fromCols || to.cols() != toCols) {
      throw new IllegalArgumentException(
          "weights from %d to %d do not map %s to %s".formatted(fromCols, toCols, from, to));
    }
  }

  @Override
  public void linearWeight(Tensor dy, Tensor x, Tensor dw, boolean accumulate) {
    gemm(1f, dy, true, x, false, dw, accumulate);
  }

  @Override
  public void gemm(
      float alpha,
      Tensor a,
      boolean transposeA,
      Tensor b,
      boolean transposeB,
      Tensor c,
      boolean accumulate) {
    int m = transposeA ? a.cols() : a.rows();
    int k = transposeA ? a.rows() : a.cols();
    int n = transposeB ? b.rows() : b.cols();
    if (k != (transposeB ? b.cols() : b.rows()) || c.rows() != m || c.cols() != n) {
      throw new IllegalArgumentException("cannot multiply " + a + " by " + b + " into " + c);
    }
    run(
        () ->
            Nd4jOperations.multiply(
                alpha, array(a), transposeA, array(b), transposeB, array(c), accumulate ? 1 : 0));
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    run(() -> array(to).assign(array(from)));
  }

  @Override
  public void add(Tensor x, Tensor y) {
    run(() -> array(y).addi(array(x)));
  }

  @Override
  public void addRow(Tensor row, Tensor y) {
    run(() -> array(y).addiRowVector(array(row)));
  }

  @Override
  public void sumRows(Tensor x, Tensor sums) {
    run(() -> array(sums).addi(array(x).sum(true, 0)));
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double eps, Tensor y, Tensor inverse) {
    run(
        () -> {
          INDArray scale = inverse(array(x), 1, eps);
          array(inverse).assign(scale);
          INDArray scaled = array(x).mulColumnVector(scale);
          array(y).assign(scaled.muliRowVector(array(weight)));
        });
  }

  /** 1 / sqrt(mean(x^2) + eps) over one dimension, which stays with length 1. */
  private static INDArray inverse(INDArray x, int dimension, double eps) {
    INDArray squares = x.mul(x).mean(true, dimension).addi(eps);
    return Transforms.sqrt(squares, false).rdivi(1);
  }

  @Override
  public void rmsNormBackward(
      Tensor dy, Tensor x, Tensor weight, Tensor inverse, Tensor dx, Tensor dWeight) {
    run(
        () -> {
          INDArray scale = array(inverse).dup('c');
          INDArray unit = array(x).mulColumnVector(scale);
          INDArray weighted = array(dy).mulRowVector(array(weight));
          // dx += (w dy - unit * mean(w dy unit)) * scale
          INDArray along = weighted.mul(unit).mean(true, 1);
          INDArray gradient = weighted.subi(unit.mulColumnVector(along)).muliColumnVector(scale);
          array(dx).addi(gradient);
          if (dWeight != null) {
            array(dWeight).addi(unit.muli(array(dy)).sum(true, 0));
          }
        });
  }

  @Override
  public void headNorm(Tensor x, Tensor weight, double eps, Tensor y, Tensor inverse) {
    int heads = weight.rows();
    int d = weight.cols();
    run(
        () -> {
          INDArray from = own(x).heads(0, heads, d).dup('c');
          INDArray scale = inverse(from, 2, eps);
          array(inverse).assign(scale.reshape('c', x.rows(), heads));
          INDArray scaled = from.muli(scale).muli(array(weight).dup('c').reshape('c', 1, heads, d));
          own(y).heads(0, heads, d).assign(scaled);
        });
  }

  @Override
  public void headNormBackward(Tensor dy, Tensor x, Tensor weight, Tensor inverse, Tensor dWeight) {
    int heads = weight.rows();
    int d = weight.cols();
    run(
        () -> {
          INDArray scale = array(inverse).dup('c').reshape('c', x.rows(), heads, 1);
          INDArray unit = own(x).heads(0, heads, d).dup('c').muli(scale);
          INDArray gradient = own(dy).heads(0, heads, d).dup('c');
          if (dWeight != null) {
            array(dWeight).addi(gradient.mul(unit).sum(0));
          }
          gradient.muli(array(weight).dup('c').reshape('c', 1, heads, d));
          INDArray along = gradient.mul(unit).mean(true, 2);
          own(dy).heads(0, heads, d).assign(gradient.subi(unit.muli(along)).muli(scale));
        });
  }

  @Override
  public void rotary(
      Tensor x, int heads, int headDim, int[] positions, RotaryTable table, boolean backward) {
    run(
        () -> {
          Nd4jTensor t = own(x);
          Nd4jAngles held =
              angles.computeIfAbsent(table, key -> new Nd4jAngles(memory, key, headDim / 2));
          INDArray ids = Nd4j.createFromArray(Arrays.copyOf(positions, x.rows()));
          INDArray cos = held.cos(ids);
          INDArray sin = held.sin(ids);
          if (backward) {
            sin.negi();
          }
          int half = headDim / 2;
          boolean pairs = table.interleaved();
          long[] shape = {x.rows(), heads, half};
          long[] strides = {t.stride(), headDim, pairs ? 2 : 1};
          INDArray a = t.view(0, shape, strides);
          INDArray b = t.view(pairs ? 1 : half, shape, strides);
          INDArray first = a.mul(cos).subi(b.mul(sin));
          INDArray second = b.mul(cos).addi(a.mul(sin));
          a.assign(first);
          b.assign(second);
        });
  }

  @Override
  public void attention(Tensor qkv, Heads heads, int[] bounds, Tensor out, Tensor stats) {
    run(() -> attention.forward(own(qkv), heads, bounds, own(out)));
  }

  @Override
  public void attentionBackward(
      Tensor dOut, Tensor qkv, Tensor out, Tensor stats, Heads heads, int[] bounds, Tensor dqkv) {
    run(() -> attention.backward(own(dOut), own(qkv), own(out), heads, bounds, own(dqkv)));
  }

  @Override
  public KeyValues keyValues(Heads heads, int capacity) {
    return new Nd4jKeyValues(
        this,
        heads,
        capacity,
        own(zeros(heads.keyWidth(), capacity)),
        own(zeros(capacity, heads.keyWidth())));
  }

  @Override
  public void cache(Tensor qkv, int from, int count, KeyValues cache, int position) {
    Nd4jKeyValues kept = (Nd4jKeyValues) cache;
    int queries = kept.heads().queryWidth();
    int width = kept.heads().keyWidth();
    run(
        () -> {
          Nd4jTensor x = own(qkv);
          INDArray keys = x.part(from, count, queries, width).array().transpose();
          kept.keys().part(0, width, position, count).array().assign(keys);
          INDArray values = x.part(from, count, queries + width, width).array();
          kept.values().part(position, count, 0, width).array().assign(values);
        });
  }

  @Override
  public void attentionCached(Tensor qkv, List<KeyValues> caches, int[] lengths, Tensor out) {
    for (int i = 0; i < caches.size(); i++) {
      int row = i;
      Nd4jKeyValues kept = (Nd4jKeyValues) caches.get(i);
      run(() -> Nd4jAttention.cached(own(qkv), row, kept, lengths[row], own(out)));
    }
  }

  @Override
  public void swiglu(Tensor x, Tensor y) {
    int m = y.cols();
    run(
        () -> {
          INDArray gate = array(columns(x, 0, m));
          INDArray silu = Transforms.sigmoid(gate, true).muli(gate);
          array(y).assign(silu.muli(array(columns(x, m, m))));
        });
  }

  @Override
  public void swigluBackward(Tensor dy, Tensor x, Tensor dx) {
    int m = dy.cols();
    run(
        () -> {
          INDArray gate = array(columns(x, 0, m)).dup('c');
          INDArray up = array(columns(x, m, m));
          INDArray sigmoid = Transforms.sigmoid(gate, true);
          INDArray silu = sigmoid.mul(gate);
          // The derivative of silu: sigmoid + silu (1 - sigmoid).
          INDArray slope = sigmoid.rsub(1).muli(silu).addi(sigmoid);
          INDArray dGate = slope.muli(array(dy)).muli(up);
          INDArray dUp = silu.muli(array(dy));
          array(columns(dx, 0, m)).assign(dGate);
          array(columns(dx, m, m)).assign(dUp);
        });
  }

  @Override
  public double crossEntropy(Tensor logits, int[] targets, int from, Tensor gradient) {
    int rows = logits.rows();
    int vocab = logits.cols();
    int[] own = ids(targets, from, rows);
    return compute(
        () -> {
          INDArray x = array(logits);
          INDArray max = x.max(true, 1);
          INDArray shifted = x.subColumnVector(max);
          INDArray one = Nd4jOperations.oneHot(Nd4j.createFromArray(own), vocab);
          INDArray chosen = shifted.mul(one).sum(true, 1);
          INDArray exp = Transforms.exp(shifted, false);
          INDArray sum = exp.sum(true, 1);
          FloatBuffer sums = sum.dup('c').data().asNioFloat();
          FloatBuffer picked = chosen.dup('c').data().asNioFloat();
          float[] real = new float[rows];
          double loss = 0;
          for (int r = 0; r < rows; r++) {
            if (own[r] >= 0) {
              real[r] = 1;
              loss += StrictMath.log(sums.get(r)) - picked.get(r);
            }
          }
          if (gradient != null) {
            // The row of a negative target is zeros in both terms.
            array(gradient).assign(exp.muliColumnVector(upload(real, rows, 1).divi(sum)).subi(one));
          }
          return loss;
        });
  }

  private static int[] ids(int[] ids, int from, int count) {
    int[] own = new int[count];
    for (int i = 0; i < count; i++) {
      own[i] = from + i < ids.length ? ids[from + i] : -1;
    }
    return own;
  }

  @Override
  public void likeliest(Tensor logits, int[] index, float[] probability) {
    run(
        () -> {
          INDArray x = array(logits).dup('c');
          INDArray sums = Transforms.exp(x.subColumnVector(x.max(true, 1)), false).sum(true, 1);
          int[] places = x.argMax(1).toIntVector();
          FloatBuffer sum = sums.dup('c').data().asNioFloat();
          for (int r = 0; r < places.length; r++) {
            index[r] = places[r];
            probability[r] = 1 / sum.get(r);
          }
        });
  }

  @Override
  public void softmax(Tensor x) {
    run(() -> array(x).assign(Nd4jOperations.softmax(array(x).dup('c'))));
  }

  /** The table lies on the host, so that its rows are collected there. */
  @Override
  public void embed(MatrixSource table, int[] ids, Tensor y) {
    float[] values = new float[y.rows() * y.cols()];
    for (int r = 0; r < y.rows(); r++) {
      if (ids[r] >= 0) {
        table.read(ids[r], values, r * y.cols());
      }
    }
    run(() -> array(y).assign(upload(values, y.rows(), y.cols())));
  }

  @Override
  public void gather(Tensor table, int[] ids, int from, Tensor y) {
    int rows = y.rows();
    int[] own = ids(ids, from, rows);
    float[] real = new float[rows];
    for (int r = 0; r < rows; r++) {
      real[r] = own[r] < 0 ? 0 : 1;
      own[r] = Math.max(0, own[r]);
    }
    run(
        () -> {
          INDArray found = Nd4jOperations.gather(array(table), Nd4j.createFromArray(own));
          // Adding zero turns the -0 that a negative number times zero is into 0.
          array(y).assign(found.muliColumnVector(upload(real, rows, 1)).addi(0f));
        });
  }

  /**
   * Rows with the same id are added up first, in a product with a matrix of zeros and ones: ND4J's
   * own scatter adds in an order of its own on a GPU.
   */
  @Override
  public void scatterAdd(Tensor x, int[] ids, int from, Tensor table) {
    int[] own = ids(ids, from, x.rows());
    Map<Integer, Integer> places = new TreeMap<>();
    for (int id : own) {
      if (id >= 0) {
        places.putIfAbsent(id, places.size());
      }
    }
    if (places.isEmpty()) {
      return;
    }
    int count = places.size();
    int[] place = new int[own.length];
    int[] distinct = new int[count];
    places.forEach((id, at) -> distinct[at] = id);
    for (int r = 0; r < own.length; r++) {
      place[r] = own[r] < 0 ? -1 : places.get(own[r]);
    }
    run(
        () -> {
          INDArray targets = Nd4j.createFromArray(distinct);
          INDArray sums = Nd4jOperations.gather(array(table), targets);
          INDArray members = Nd4jOperations.oneHot(Nd4j.createFromArray(place), count);
          Nd4jOperations.multiply(1, members, true, array(x), false, sums, 1);
          Nd4j.exec(
              DynamicCustomOp.builder("scatter_upd")
                  .addInputs(array(table), targets, sums)
                  .addOutputs(array(table))
                  .build());
        });
  }

  @Override
  public void dropout(Tensor x, double p, long key, Tensor y) {
    float[] mask = mask(x, p, key);
    run(() -> array(y).assign(upload(mask, x.rows(), x.cols()).muli(array(x))));
  }

  @Override
  public void dropoutAdd(Tensor x, double p, long key, Tensor y) {
    float[] mask = mask(x, p, key);
    run(() -> array(y).addi(upload(mask, x.rows(), x.cols()).muli(array(x))));
  }

  /** The CPU's mask, so that a job drops the same elements on any device; made on the host. */
  private static float[] mask(Tensor x, double p, long key) {
    float[] mask = new float[x.rows() * x.cols()];
    int low = (int) key;
    int high = (int) (key >>> 32);
    int drop = (int) Math.round(p * (1 << 24));
    float scale = (float) (1 / (1 - p));
    for (int i = 0; i < mask.length; i++) {
      int h = mix(mix(i * 0x9E3779B1 ^ low) + high);
      mask[i] = (h >>> 8) < drop ? 0f : scale;
    }
    return mask;
  }

  private static int mix(int h) {
    h = (h ^ (h >>> 16)) * 0x85EBCA6B;
    h = (h ^ (h >>> 13)) * 0xC2B2AE35;
    return h ^ (h >>> 16);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      angles.clear();
      fresh.clear();
      device.keepMemory(memory);
    }
  }
}
