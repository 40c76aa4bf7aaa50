package com.auterity.neuroweaver.jobs.tensor;

import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/** The devices that tests run on, where this machine has them. */
public enum TestDevice {
  CPU_FLOAT32(Set.of(WeightFormat.values()), true),
  CPU_BF16(Set.of(WeightFormat.values()), true),
  ND4J_CPU(Set.of(WeightFormat.values()), true),
  ND4J_CUDA(Set.of(WeightFormat.values()), true);

  private static final class Nd4j {
    static final Nd4jDevice DEVICE = Nd4jDevice.open();
  }

  private final Set<WeightFormat> formats;
  private final boolean windows;

  TestDevice(Set<WeightFormat> formats, boolean windows) {
    this.formats = formats;
    this.windows = windows;
  }

  /** One device for the whole JVM; a test that asks for an absent one is skipped, saying so. */
  public Device get() {
    switch (this) {
      case CPU_FLOAT32:
        return Devices.float32();
      case CPU_BF16:
        Assumptions.assumeTrue(CpuDevice.hasBf16(), "this processor does not multiply bf16");
        return Devices.best();
      case ND4J_CPU:
        Assumptions.assumeFalse(Nd4j.DEVICE.cuda(), "ND4J's backend here is CUDA");
        return Nd4j.DEVICE;
      case ND4J_CUDA:
        Assumptions.assumeTrue(
            Nd4j.DEVICE.cuda(), "no CUDA backend of ND4J here (Maven profile `cuda`, a GPU)");
        return Nd4j.DEVICE;
      default:
        throw new AssertionError(this);
    }
  }

  /** How frozen weights can be held. */
  Set<WeightFormat> formats() {
    return formats;
  }

  /** Whether attention honours {@link Heads#window}. */
  boolean windows() {
    return windows;
  }

  /** Whether kernels are compiled while they run, so that the first call may differ from later. */
  boolean compilesWhileRunning() {
    return this == CPU_FLOAT32 || this == CPU_BF16;
  }
}
