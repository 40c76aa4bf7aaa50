package com.auterity.neuroweaver.jobs.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InParallelTest {
  @Test
  void runsEachPartOnce() {
    AtomicIntegerArray runs = new AtomicIntegerArray(100);
    InParallel.forEach(new Meter(), 100, runs::incrementAndGet);
    for (int i = 0; i < 100; i++) {
      assertEquals(1, runs.get(i));
    }
  }

  @Test
  void countsTheTimeOfThreadsThatNobodyElseMeasures() throws Exception {
    Meter meter = new Meter();
    AtomicLong spent = new AtomicLong();
    meter.measure(
        () -> {
          InParallel.forEach(
              meter,
              8,
              i -> {
                long before = ThreadCpu.nanos();
                while (ThreadCpu.nanos() - before < 5_000_000) {
                  Thread.onSpinWait();
                }
                spent.addAndGet(ThreadCpu.nanos() - before);
              });
          return null;
        });
    long counted = meter.usage(0).cpuNanos();
    assertTrue(counted >= spent.get(), counted + " of " + spent);
    assertTrue(counted < 2 * spent.get(), counted + " of " + spent);
  }

  @Test
  void isAsWideAsThePoolThatItRunsIn() throws Exception {
    ForkJoinPool three = new ForkJoinPool(3);
    try {
      assertEquals(3, three.submit(InParallel::width).get());
    } finally {
      three.shutdownNow();
    }
    assertTrue(InParallel.width() >= 1);
  }

  @Test
  void givesAPartsErrorToTheCaller() {
    IllegalStateException error =
        assertThrows(
            IllegalStateException.class,
            () ->
                InParallel.forEach(
                    new Meter(),
                    16,
                    i -> {
                      if (i == 11) {
                        throw new IllegalStateException("part 11");
                      }
                    }));
    assertTrue(error.getMessage().contains("part 11"), error.getMessage());
  }
}
