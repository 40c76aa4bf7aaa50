package com.auterity.neuroweaver.bench;

import java.util.ArrayList;
import java.util.List;

/** Turns that alternate, so that a machine that slows down slows everybody down. */
final class Rounds {
  /** One turn; what it answers is a rate. */
  interface Turn {
    double measure() throws InterruptedException;
  }

  private Rounds() {}

  /** Round by round, each turn once, in the order given. */
  static List<Samples> alternate(int rounds, List<Turn> turns) throws InterruptedException {
    double[][] values = new double[turns.size()][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int t = 0; t < turns.size(); t++) {
        values[t][round] = turns.get(t).measure();
      }
    }
    List<Samples> samples = new ArrayList<>();
    for (double[] side : values) {
      samples.add(new Samples(side));
    }
    return samples;
  }
}
