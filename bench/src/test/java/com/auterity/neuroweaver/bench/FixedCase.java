package com.auterity.neuroweaver.bench;

import java.util.Map;

/** A case whose rate is known. */
record FixedCase(String name) implements BenchCase {
  @Override
  public String unit() {
    return "things/s";
  }

  @Override
  public Outcome measure(BenchRun run) {
    double[] rounds = new double[run.rounds()];
    for (int i = 0; i < rounds.length; i++) {
      rounds[i] = i + 1;
    }
    return Outcome.alone(new Samples(rounds), Map.of());
  }
}
