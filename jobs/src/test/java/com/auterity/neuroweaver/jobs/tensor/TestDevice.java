package com.auterity.neuroweaver.jobs.tensor;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/** The devices that tests run on, where this machine has them. */
public enum TestDevice {
  CPU_FLOAT32(Set.of(WeightFormat.values()), true),
  CPU_BF16(Set.of(WeightFormat.values()), true),
  ND4J_CPU(Set.of(WeightFormat.values()), true),
  ND4J_CUDA(Set.of(WeightFormat.values()), true);

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
        Assumptions.assumeTrue(Devices.hasBf16(), "this processor does not multiply bf16");
        return Devices.open(DeviceWish.of("cpu", "bf16"));
      case ND4J_CPU:
        Assumptions.assumeFalse(nd4j().cuda(), "ND4J's backend here is CUDA");
        return nd4j();
      case ND4J_CUDA:
        Assumptions.assumeTrue(
            nd4j().cuda(), "no CUDA backend of ND4J here (Maven profile `cuda`, a GPU)");
        return nd4j();
      default:
        throw new AssertionError(this);
    }
  }

  private static Nd4jDevice nd4j() {
    try {
      return (Nd4jDevice) Devices.open(DeviceWish.of("nd4j", "auto"));
    } catch (NeuroWeaverException e) {
      Assumptions.assumeFalse(e.getMessage().contains("compute capability"), e.getMessage());
      throw e;
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
