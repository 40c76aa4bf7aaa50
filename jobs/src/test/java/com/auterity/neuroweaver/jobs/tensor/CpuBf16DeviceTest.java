package com.auterity.neuroweaver.jobs.tensor;

final class CpuBf16DeviceTest extends DeviceContract {
  CpuBf16DeviceTest() {
    super(TestDevice.CPU_BF16);
  }
}
