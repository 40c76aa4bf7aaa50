package com.auterity.neuroweaver.jobs.tensor;

final class Nd4jCudaDeviceTest extends DeviceContract {
  Nd4jCudaDeviceTest() {
    super(TestDevice.ND4J_CUDA);
  }
}
