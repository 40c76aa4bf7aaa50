package com.auterity.neuroweaver.jobs.tensor;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Deeplearning4j's tensor library, ND4J, on the backend of the classpath: nd4j-native or
 * nd4j-cuda-11.6. Everything is float32, which is what it multiplies well.
 */
public final class Nd4jDevice implements Device {
  private final Nd4jRuntime runtime;
  private final ArrayDeque<Nd4jMemory> idle = new ArrayDeque<>();
  private boolean closed;

  private Nd4jDevice(Nd4jRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * Starts ND4J.
   *
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException when there is no backend, or its
   *     GPU is one that the library has no code for
   */
  public static Nd4jDevice open() {
    return new Nd4jDevice(Nd4jRuntime.start());
  }

  @Override
  public String profile() {
    return runtime.profile() + " float32";
  }

  @Override
  public Precision precision() {
    return Precision.FLOAT32;
  }

  /** Whether it computes on a GPU. */
  boolean cuda() {
    return runtime.cuda();
  }

  Nd4jRuntime runtime() {
    return runtime;
  }

  @Override
  public Weights weights(MatrixSource source, WeightFormat format, boolean forwardOnly) {
    runtime.useFirstGpu();
    try {
      return Nd4jWeights.of(source, format);
    } catch (RuntimeException | OutOfMemoryError e) {
      throw Nd4jFailure.translate(e, profile());
    }
  }

  @Override
  public Tensor constant(int rows, int cols, float[] values, int offset) {
    java.util.Objects.checkFromIndexSize(offset, rows * cols, values.length);
    return new Constant(this, rows, cols, values, offset);
  }

  /** Memory that lives until {@link INDArray#close}, outside of every workspace. */
  INDArray allocate(DataType type, long... shape) {
    runtime.useFirstGpu();
    try {
      return Nd4j.createUninitializedDetached(type, 'c', shape);
    } catch (RuntimeException | OutOfMemoryError e) {
      throw Nd4jFailure.translate(e, profile());
    }
  }

  @Override
  public Lane lane() {
    return new Nd4jLane(this);
  }

  /** For one lane, until {@link #keepMemory}. */
  synchronized Nd4jMemory takeMemory() {
    runtime.useFirstGpu();
    Nd4jMemory kept = idle.poll();
    return kept == null ? new Nd4jMemory(this) : kept;
  }

  synchronized void keepMemory(Nd4jMemory memory) {
    if (closed) {
      memory.close();
    } else {
      memory.endLane();
      idle.push(memory);
    }
  }

  /** Frees what it keeps for lanes to come; ND4J itself lives as long as the JVM. */
  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(Nd4jMemory::close);
    idle.clear();
  }

  /**
   * A tensor over a caller's array, which may change in place while lanes are idle: each lane looks
   * once whether its copy still holds. The copy goes with the object.
   */
  static final class Constant extends Nd4jTensor {
    private final float[] values;
    private final int offset;
    private final float[] copied;

    Constant(Nd4jDevice device, int rows, int cols, float[] values, int offset) {
      super(device.allocate(DataType.FLOAT, rows, cols), 0, rows, cols, cols);
      this.values = values;
      this.offset = offset;
      this.copied = Arrays.copyOfRange(values, offset, offset + rows * cols);
      upload();
    }

    private void upload() {
      try (INDArray host = Nd4j.create(copied, new long[] {rows(), cols()}, 'c')) {
        array().assign(host);
      }
    }

    synchronized void refresh() {
      if (!Arrays.equals(copied, 0, copied.length, values, offset, offset + copied.length)) {
        System.arraycopy(values, offset, copied, 0, copied.length);
        upload();
      }
    }
  }
}
