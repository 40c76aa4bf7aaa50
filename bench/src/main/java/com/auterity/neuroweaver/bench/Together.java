package com.auterity.neuroweaver.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Work that all cores do at once, each thread its own, for a given time. */
final class Together {
  /** One piece of work; answers how much it was. */
  interface Work {
    double run();
  }

  private Together() {}

  /** Repeats each work on a thread of its own; work done by all in a second. */
  static double rate(List<Work> works, double seconds) throws InterruptedException {
    CountDownLatch ready = new CountDownLatch(works.size());
    CountDownLatch go = new CountDownLatch(1);
    double[] rates = new double[works.size()];
    AtomicReference<Throwable> problem = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < rates.length; t++) {
      int number = t;
      Thread thread =
          new Thread(
              () -> {
                try {
                  works.get(number).run();
                  ready.countDown();
                  go.await();
                  long start = System.nanoTime();
                  double done = 0;
                  double passed;
                  do {
                    done += works.get(number).run();
                    passed = (System.nanoTime() - start) / 1e9;
                  } while (passed < seconds);
                  rates[number] = done / passed;
                } catch (Throwable e) {
                  problem.set(e);
                  ready.countDown();
                }
              });
      thread.start();
      threads.add(thread);
    }
    ready.await();
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    if (problem.get() != null) {
      throw new IllegalStateException("a thread of the bench failed", problem.get());
    }
    double sum = 0;
    for (double rate : rates) {
      sum += rate;
    }
    return sum;
  }
}
