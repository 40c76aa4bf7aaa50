package com.auterity.neuroweaver.jobs.tensor;

/** Where tensors live and kernels run. */
public interface Device {
  /**
   * Everything the bytes of a result depend on: device, library, instruction set, JDK, precision.
   */
  String profile();

  Precision precision();
}
