package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.jobs.tensor.DeviceWish;
import com.auterity.neuroweaver.jobs.tensor.Devices;

/** The numerics profile this node publishes: only nodes of equal profile compute one job. */
final class Numerics {
  private Numerics() {}

  /** Chooses the device of this process. */
  static String profile(DeviceWish wish) {
    return Devices.use(wish).profile();
  }
}
