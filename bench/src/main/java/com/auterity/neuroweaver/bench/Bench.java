package com.auterity.neuroweaver.bench;

import java.util.List;

/** A named set of cases that belong in one table. */
interface Bench extends AutoCloseable {
  String name();

  /** One line for {@code bench --list}. */
  String summary();

  List<BenchCase> cases();

  /** Whether it measures a generated file whose size can be chosen. */
  default boolean hasSource() {
    return false;
  }

  /** Whether it measures generated documents whose number can be chosen. */
  default boolean hasDocuments() {
    return false;
  }

  /** Gives back what its cases share. */
  @Override
  default void close() {}
}
