package com.auterity.neuroweaver.bench;

/** One line of a bench's table; every figure is a rate, so that more is better. */
interface BenchCase {
  String name();

  /** What the figures count, for example {@code tokens/s}. */
  String unit();

  Outcome measure(BenchRun run) throws InterruptedException;
}
