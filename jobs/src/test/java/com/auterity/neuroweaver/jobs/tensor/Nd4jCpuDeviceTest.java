package com.auterity.neuroweaver.jobs.tensor;

final class Nd4jCpuDeviceTest extends DeviceContract {
  Nd4jCpuDeviceTest() {
    super(TestDevice.ND4J_CPU);
  }
}
