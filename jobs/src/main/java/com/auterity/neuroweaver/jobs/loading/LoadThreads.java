package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.jobs.grid.DaemonThreads;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.ThreadCpu;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** The threads of one load; what they compute is metered as the job's. */
final class LoadThreads implements Executor, AutoCloseable {
  /** Beside the cores' own, for those that wait until a chunk is stored. */
  private static final int WAITING = 2;

  private final JobContext context;
  private final int count = Runtime.getRuntime().availableProcessors() + WAITING;
  private final ExecutorService threads;

  LoadThreads(JobContext context) {
    this.context = context;
    this.threads =
        Executors.newFixedThreadPool(count, DaemonThreads.named("load " + context.jobId()));
  }

  int count() {
    return count;
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(
        () -> {
          long before = ThreadCpu.nanos();
          try {
            task.run();
          } finally {
            context.meter().cpuNanos(ThreadCpu.nanos() - before);
          }
        });
  }

  <T> Future<T> submit(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    execute(future);
    return future;
  }

  /** Returns when the last task has ended, so that nothing is written afterwards. */
  @Override
  public void close() {
    threads.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
