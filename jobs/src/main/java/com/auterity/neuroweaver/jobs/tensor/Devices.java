package com.auterity.neuroweaver.jobs.tensor;

/** The devices of this machine, one of each for the whole JVM; they are never closed. */
public final class Devices {
  private Devices() {}

  private static final class Float32 {
    static final Device DEVICE = new CpuDevice(Precision.FLOAT32);
  }

  private static final class Bf16 {
    static final Device DEVICE = new CpuDevice(Precision.BF16);
  }

  /** The fastest device here: bf16 where the processor multiplies it, else float32. */
  public static Device best() {
    return CpuDevice.hasBf16() ? Bf16.DEVICE : Float32.DEVICE;
  }

  /** The CPU in float32, whatever the processor could do. */
  public static Device float32() {
    return Float32.DEVICE;
  }
}
