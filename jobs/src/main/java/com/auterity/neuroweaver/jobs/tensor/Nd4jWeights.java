package com.auterity.neuroweaver.jobs.tensor;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A weight matrix in ND4J's memory, as float32, or as 8 or 4 bits that become float32 each time
 * they are multiplied by.
 */
abstract class Nd4jWeights implements Weights {
  private final int out;
  private final int in;
  private final List<INDArray> held = new ArrayList<>();
  private boolean closed;

  private Nd4jWeights(MatrixSource source) {
    this.out = source.rows();
    this.in = source.cols();
  }

  static Nd4jWeights of(MatrixSource source, WeightFormat format) {
    Nd4jWeights weights =
        switch (format) {
          case FULL -> new Full(source);
          case INT8 -> new Int8(source);
          case NF4 -> new Nf4(source);
        };
    try {
      weights.update(source);
      return weights;
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }

  /** The matrix in float32; where it is not held so, an array of the current workspace. */
  abstract INDArray matrix();

  /** Memory of these weights, until they are closed. */
  final INDArray hold(DataType type, long... shape) {
    INDArray array = Nd4j.createUninitializedDetached(type, 'c', shape);
    held.add(array);
    return array;
  }

  private static void put(float[] values, INDArray to) {
    try (INDArray host = Nd4j.create(values, to.shape(), 'c')) {
      to.assign(host);
    }
  }

  private static void put(byte[] values, INDArray to) {
    try (INDArray host = Nd4j.createFromArray(values)) {
      to.assign(host);
    }
  }

  @Override
  public final int out() {
    return out;
  }

  @Override
  public final int in() {
    return in;
  }

  @Override
  public final long bytes() {
    long bytes = 0;
    for (INDArray array : held) {
      bytes += array.length() * array.dataType().width();
    }
    return bytes;
  }

  @Override
  public final synchronized void close() {
    if (!closed) {
      closed = true;
      for (INDArray array : held) {
        array.close();
      }
    }
  }

  private static final class Full extends Nd4jWeights {
    private static final int UPLOAD = 1 << 20;

    private final INDArray matrix;

    Full(MatrixSource source) {
      super(source);
      this.matrix = hold(DataType.FLOAT, out(), in());
    }

    @Override
    public void update(MatrixSource source) {
      int in = in();
      Nd4jTensor rows = new Nd4jTensor(matrix, 0, out(), in, in);
      int step = Math.max(1, UPLOAD / in);
      for (int from = 0; from < out(); from += step) {
        int count = Math.min(step, out() - from);
        float[] values = new float[count * in];
        for (int r = 0; r < count; r++) {
          source.read(from + r, values, r * in);
        }
        put(values, rows.part(from, count, 0, in).array());
      }
    }

    @Override
    INDArray matrix() {
      return matrix;
    }
  }

  /** Each row in 127 steps to either side of zero, up to its largest magnitude. */
  private static final class Int8 extends Nd4jWeights {
    private final INDArray codes;
    private final INDArray scales;

    Int8(MatrixSource source) {
      super(source);
      this.codes = hold(DataType.BYTE, (long) out() * in());
      this.scales = hold(DataType.FLOAT, out(), 1);
    }

    @Override
    public void update(MatrixSource source) {
      int in = in();
      byte[] bytes = new byte[Math.multiplyExact(out(), in)];
      float[] steps = new float[out()];
      float[] row = new float[in];
      for (int r = 0; r < out(); r++) {
        source.read(r, row, 0);
        float largest = 0;
        for (float v : row) {
          largest = Math.max(largest, Math.abs(v));
        }
        steps[r] = largest / 127;
        for (int j = 0; j < in && largest > 0; j++) {
          bytes[r * in + j] = (byte) Math.round(row[j] / steps[r]);
        }
      }
      put(bytes, codes);
      put(steps, scales);
    }

    @Override
    INDArray matrix() {
      return codes.castTo(DataType.FLOAT).reshape('c', out(), in()).muliColumnVector(scales);
    }
  }

  /**
   * 4-bit NormalFloat: in blocks of 64 elements (row-major) the nearest of 16 levels times the
   * block's largest magnitude; of these magnitudes 256 at a time are 8-bit steps around their mean
   * (Dettmers et al. 2023).
   */
  private static final class Nf4 extends Nd4jWeights {
    private static final int BLOCK = 64;
    private static final int GROUP = 256;
    private static final float[] LEVELS = {
      -1.0f,
      -0.6961928009986877f,
      -0.5250730514526367f,
      -0.39491748809814453f,
      -0.28444138169288635f,
      -0.18477343022823334f,
      -0.09105003625154495f,
      0.0f,
      0.07958029955625534f,
      0.16093020141124725f,
      0.24611230194568634f,
      0.33791524171829224f,
      0.44070982933044434f,
      0.5626170039176941f,
      0.7229568362236023f,
      1.0f
    };

    private final int blocks;
    private final int groups;
    private final INDArray pairs;
    private final INDArray magnitudes;
    private final INDArray steps;
    private final INDArray means;
    private final INDArray levels;

    Nf4(MatrixSource source) {
      super(source);
      this.blocks = (Math.multiplyExact(out(), in()) + BLOCK - 1) / BLOCK;
      this.groups = (blocks + GROUP - 1) / GROUP;
      this.pairs = hold(DataType.BYTE, (long) blocks * BLOCK / 2);
      this.magnitudes = hold(DataType.BYTE, (long) groups * GROUP);
      this.steps = hold(DataType.FLOAT, groups, 1);
      this.means = hold(DataType.FLOAT, groups, 1);
      this.levels = hold(DataType.FLOAT, LEVELS.length, 1);
      put(LEVELS, levels);
    }

    @Override
    public void update(MatrixSource source) {
      int in = in();
      float[] values = new float[blocks * BLOCK];
      for (int r = 0; r < out(); r++) {
        source.read(r, values, r * in);
      }
      float[] largest = new float[blocks];
      byte[] bytes = new byte[blocks * BLOCK / 2];
      for (int b = 0; b < blocks; b++) {
        for (int i = b * BLOCK; i < (b + 1) * BLOCK; i++) {
          largest[b] = Math.max(largest[b], Math.abs(values[i]));
        }
        for (int i = b * BLOCK; i < (b + 1) * BLOCK; i += 2) {
          // 128 less, so that the sixteen times sixteen pairs fit a signed byte.
          bytes[i / 2] =
              (byte)
                  (nearest(values[i], largest[b]) * 16 + nearest(values[i + 1], largest[b]) - 128);
        }
      }
      put(bytes, pairs);
      putMagnitudes(largest);
    }

    private void putMagnitudes(float[] largest) {
      byte[] codes = new byte[groups * GROUP];
      float[] step = new float[groups];
      float[] mean = new float[groups];
      for (int g = 0; g < groups; g++) {
        int from = g * GROUP;
        int to = Math.min(blocks, from + GROUP);
        double sum = 0;
        for (int i = from; i < to; i++) {
          sum += largest[i];
        }
        mean[g] = (float) (sum / (to - from));
        float reach = 0;
        for (int i = from; i < to; i++) {
          reach = Math.max(reach, Math.abs(largest[i] - mean[g]));
        }
        step[g] = reach / 127;
        for (int i = from; i < to && reach > 0; i++) {
          codes[i] = (byte) Math.round((largest[i] - mean[g]) / step[g]);
        }
      }
      put(codes, magnitudes);
      put(step, steps);
      put(mean, means);
    }

    private static int nearest(float value, float largest) {
      if (largest == 0) {
        return 7;
      }
      float wanted = value / largest;
      int level = 0;
      while (level < 15 && wanted > (LEVELS[level] + LEVELS[level + 1]) / 2) {
        level++;
      }
      return level;
    }

    @Override
    INDArray matrix() {
      INDArray both = pairs.castTo(DataType.FLOAT).addi(128);
      INDArray codes = Nd4j.createUninitialized(DataType.FLOAT, new long[] {both.length(), 2}, 'c');
      INDArray first = Transforms.floor(both.div(16), false);
      codes.putColumn(0, first);
      codes.putColumn(1, both.subi(first.muli(16)));
      INDArray ids = codes.reshape('c', new long[] {codes.length()}).castTo(DataType.INT);
      INDArray values = Nd4jOperations.gather(levels, ids).reshape('c', blocks, BLOCK);
      values.muliColumnVector(blockMagnitudes());
      long[] shape = {out(), in()};
      return Nd4j.create(values.data(), shape, new long[] {in(), 1}, values.offset(), 'c');
    }

    /** (blocks x 1). */
    private INDArray blockMagnitudes() {
      INDArray all =
          magnitudes
              .castTo(DataType.FLOAT)
              .reshape('c', groups, GROUP)
              .muliColumnVector(steps)
              .addiColumnVector(means);
      return Nd4j.create(all.data(), new long[] {blocks, 1}, new long[] {1, 1}, all.offset(), 'c');
    }
  }
}
