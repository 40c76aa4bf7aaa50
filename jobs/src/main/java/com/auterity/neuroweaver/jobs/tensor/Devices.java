package com.auterity.neuroweaver.jobs.tensor;

/** Chooses a device for this machine. */
public final class Devices {
  private Devices() {}

  /** The fastest device here: bf16 where the processor multiplies it, else float32. One per JVM. */
  public static Device best() {
    throw new UnsupportedOperationException();
  }

  /** The CPU in float32, whatever the processor could do. One per JVM. */
  public static Device float32() {
    throw new UnsupportedOperationException();
  }
}
