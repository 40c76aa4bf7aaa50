package com.auterity.neuroweaver.bench;

import java.util.List;

/** A named set of cases that belong in one table. */
interface Bench {
  String name();

  /** One line for {@code bench --list}. */
  String summary();

  List<BenchCase> cases();
}
