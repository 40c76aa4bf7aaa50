package com.auterity.neuroweaver.jobs.tensor;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of a lane: the one that calls, and mates that take pieces of what it runs. A mate
 * looks for work for some microseconds before it sleeps; one that comes late finds nothing left,
 * since the caller takes pieces, too. What a piece computes must not depend on who takes it.
 */
final class CpuTeam implements AutoCloseable {
  private static final int LOOKS = 4000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** A piece of work. */
  interface Piece {
    void run(CpuWorker worker, int number);
  }

  private final CpuWorker[] workers;
  private final Mate[] mates;
  private NativeBlock bytes;
  private volatile Job job;
  private volatile boolean closed;

  CpuTeam(int threads, OneDnn oneDnn) {
    workers = new CpuWorker[threads];
    mates = new Mate[threads - 1];
    for (int i = 0; i < threads; i++) {
      workers[i] = new CpuWorker(oneDnn);
    }
    for (int i = 0; i < mates.length; i++) {
      mates[i] = new Mate(workers[i + 1]);
      mates[i].start();
    }
  }

  int threads() {
    return workers.length;
  }

  /** The caller's own. */
  CpuWorker first() {
    return workers[0];
  }

  /** CPU time of all mates since they began. */
  long helperCpuNanos() {
    long nanos = 0;
    for (Mate mate : mates) {
      nanos += Math.max(0, THREADS.getThreadCpuTime(mate.getId()));
    }
    return nanos;
  }

  /** Native memory that all pieces share, whose contents last until the next call. */
  NativeBlock bytes(long size) {
    if (bytes == null || bytes.bytes < size) {
      if (bytes != null) {
        bytes.close();
      }
      bytes = new NativeBlock(size);
    }
    return bytes;
  }

  /** Runs the pieces 0 to {@code pieces - 1} and returns when all are done. */
  void run(int pieces, Piece piece) {
    if (mates.length == 0 || pieces <= 1) {
      for (int i = 0; i < pieces; i++) {
        piece.run(workers[0], i);
      }
      return;
    }
    Job mine = new Job(pieces, piece);
    job = mine;
    for (Mate mate : mates) {
      if (mate.sleeping) {
        LockSupport.unpark(mate);
      }
    }
    mine.work(workers[0]);
    while (mine.done.get() < pieces) {
      Thread.onSpinWait();
    }
    job = null;
    if (mine.problem != null) {
      throw new IllegalStateException("a piece of a kernel failed", mine.problem);
    }
  }

  private static final class Job {
    final int pieces;
    final Piece piece;
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger done = new AtomicInteger();
    volatile Throwable problem;

    Job(int pieces, Piece piece) {
      this.pieces = pieces;
      this.piece = piece;
    }

    void work(CpuWorker worker) {
      for (int i = next.getAndIncrement(); i < pieces; i = next.getAndIncrement()) {
        try {
          piece.run(worker, i);
        } catch (RuntimeException | Error e) {
          problem = e;
        } finally {
          done.incrementAndGet();
        }
      }
    }
  }

  private final class Mate extends Thread {
    private final CpuWorker worker;
    volatile boolean sleeping;

    Mate(CpuWorker worker) {
      super("lane-mate");
      this.worker = worker;
      setDaemon(true);
    }

    @Override
    public void run() {
      Job seen = null;
      int looks = 0;
      while (!closed) {
        Job found = job;
        if (found != null && found != seen) {
          seen = found;
          found.work(worker);
          looks = 0;
        } else if (++looks < LOOKS) {
          Thread.onSpinWait();
        } else {
          // Whoever sets a job looks at this flag afterwards; so look for a job once more after it.
          sleeping = true;
          if ((job == null || job == seen) && !closed) {
            LockSupport.park(CpuTeam.this);
          }
          sleeping = false;
          looks = 0;
        }
      }
      worker.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Mate mate : mates) {
      LockSupport.unpark(mate);
    }
    workers[0].close();
    if (bytes != null) {
      bytes.close();
    }
  }
}
