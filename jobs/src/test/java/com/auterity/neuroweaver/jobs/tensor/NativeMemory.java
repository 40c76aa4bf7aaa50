package com.auterity.neuroweaver.jobs.tensor;

/** What tests in other packages may know of native memory. */
public final class NativeMemory {
  private NativeMemory() {}

  /** Bytes of all tensors, weights and workspaces that are held in this process. */
  public static long taken() {
    return NativeBlock.taken();
  }
}
