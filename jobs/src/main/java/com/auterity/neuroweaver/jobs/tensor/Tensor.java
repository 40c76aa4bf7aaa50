package com.auterity.neuroweaver.jobs.tensor;

/** A float32 matrix on a device, row-major; only the lane that made it can use it. */
public interface Tensor {
  int rows();

  int cols();
}
