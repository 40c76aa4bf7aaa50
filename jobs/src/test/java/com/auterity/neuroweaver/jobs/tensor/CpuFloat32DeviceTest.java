package com.auterity.neuroweaver.jobs.tensor;

final class CpuFloat32DeviceTest extends DeviceContract {
  CpuFloat32DeviceTest() {
    super(TestDevice.CPU_FLOAT32);
  }
}
