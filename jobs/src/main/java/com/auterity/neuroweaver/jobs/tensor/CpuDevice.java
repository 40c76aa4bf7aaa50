package com.auterity.neuroweaver.jobs.tensor;

import java.util.concurrent.ConcurrentLinkedDeque;

/** The CPU: oneDNN for large GEMMs, the Vector API for the rest. One thread for each lane. */
public final class CpuDevice implements Device {
  private final OneDnn oneDnn;
  private final ConcurrentLinkedDeque<CpuLane> idle = new ConcurrentLinkedDeque<>();

  public CpuDevice(Precision precision) {
    this.oneDnn = new OneDnn(precision);
  }

  /** Whether the processor multiplies bf16 itself. */
  public static boolean hasBf16() {
    return OneDnn.multipliesBf16();
  }

  @Override
  public String profile() {
    return "cpu onednn-%s %s lanes-%d jdk-%d %s"
        .formatted(
            OneDnn.version(),
            OneDnn.isa(),
            Lanes.WIDTH,
            Runtime.version().feature(),
            oneDnn.precision().name().toLowerCase(java.util.Locale.ROOT));
  }

  @Override
  public Precision precision() {
    return oneDnn.precision();
  }

  @Override
  public Weights weights(MatrixSource source, WeightFormat format, boolean forwardOnly) {
    if (format != WeightFormat.FULL) {
      throw new UnsupportedOperationException(format.name());
    }
    return new OneDnnWeights(oneDnn, source);
  }

  @Override
  public Tensor constant(int rows, int cols, float[] values, int offset) {
    return new CpuTensor(values, offset, rows, cols, cols);
  }

  @Override
  public Lane lane() {
    CpuLane lane = idle.poll();
    return lane == null ? new CpuLane(this, oneDnn) : lane;
  }

  void release(CpuLane lane) {
    idle.push(lane);
  }

  @Override
  public void close() {
    for (CpuLane lane = idle.poll(); lane != null; lane = idle.poll()) {
      lane.destroy();
    }
    oneDnn.close();
  }
}
