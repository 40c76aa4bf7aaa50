package com.auterity.neuroweaver.jobs.tensor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/** The CPU: oneDNN for large GEMMs, the Vector API for the rest. */
public final class CpuDevice implements Device {
  private final OneDnn oneDnn;
  private final Map<Integer, ConcurrentLinkedDeque<CpuLane>> idle = new ConcurrentHashMap<>();

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
    boolean half = oneDnn.precision() == Precision.BF16;
    return switch (format) {
      case FULL -> forwardOnly ? new PackedWeights(oneDnn, source) : new PlainWeights(source, half);
      // Without VNNI the library's byte products saturate: correct, then, is only the slow way.
      case INT8 ->
          forwardOnly && OneDnn.multipliesBytes()
              ? new ByteWeights(oneDnn, source)
              : new QuantizedWeights(source, false, half);
      case NF4 -> new QuantizedWeights(source, true, half);
    };
  }

  @Override
  public Tensor constant(int rows, int cols, float[] values, int offset) {
    return new CpuTensor(values, offset, rows, cols, cols);
  }

  @Override
  public Lane lane() {
    return lane(1);
  }

  @Override
  public Lane lane(int threads) {
    CpuLane lane = idle(threads).poll();
    return lane == null ? new CpuLane(this, oneDnn, threads) : lane;
  }

  private ConcurrentLinkedDeque<CpuLane> idle(int threads) {
    return idle.computeIfAbsent(threads, n -> new ConcurrentLinkedDeque<>());
  }

  void release(CpuLane lane) {
    idle(lane.threads()).push(lane);
  }

  @Override
  public void close() {
    idle.values().forEach(lanes -> lanes.forEach(CpuLane::destroy));
    idle.clear();
    oneDnn.close();
  }
}
