package com.auterity.neuroweaver.job;

import java.util.function.Supplier;

/** Runs reads and writes of transactional tables as one; again when another came between. */
interface Atomically {
  <T> T run(Supplier<T> work);
}
