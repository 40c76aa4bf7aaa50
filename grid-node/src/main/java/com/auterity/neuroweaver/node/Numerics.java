package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.jobs.tensor.Devices;

/** The numerics profile this node publishes: only nodes of equal profile compute one job. */
final class Numerics {
  private Numerics() {}

  static String profile() {
    return Devices.best().profile();
  }
}
