package com.auterity.neuroweaver.bench;

import java.util.List;

/** A named set of cases that belong in one table. */
interface Bench extends AutoCloseable {
  String name();

  /** One line for {@code bench --list}. */
  String summary();

  List<BenchCase> cases();

  /** Gives back what its cases share. */
  @Override
  default void close() {}
}
