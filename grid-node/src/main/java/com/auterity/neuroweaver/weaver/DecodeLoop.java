package com.auterity.neuroweaver.weaver;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.ThreadCpu;
import com.auterity.neuroweaver.jobs.inference.Generation;
import com.auterity.neuroweaver.jobs.inference.GenerationFeed;
import com.auterity.neuroweaver.jobs.inference.GenerationRequest;
import com.auterity.neuroweaver.jobs.inference.LoadedModel;
import com.auterity.neuroweaver.jobs.inference.LoadedModels;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that holds one model version in memory and decodes what is asked of it together,
 * taking new questions in between tokens. Ends by itself when nothing was asked for a while.
 */
final class DecodeLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DecodeLoop.class);
  private static final long IDLE_SECONDS = 60;
  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  private final String tenant;
  private final ServedModel served;
  private final LoadedModels models;
  private final PredictUsage usage;
  private final BlockingQueue<Question> waiting;
  private final Thread thread;

  // Guarded by waiting: no question may slip in after the last look at the queue.
  private boolean closed;

  /** An answer and the model that gave it, which can spell its tokens. */
  record Answer(LoadedModel model, Generation generation) {}

  /** Something asked: its request is made on the loop's thread, by the model that is loaded. */
  private record Question(
      Function<LoadedModel, GenerationRequest> maker, CompletableFuture<Answer> answer) {}

  DecodeLoop(
      String tenant, ServedModel served, LoadedModels models, PredictUsage usage, int queueLimit) {
    this.tenant = tenant;
    this.served = served;
    this.models = models;
    this.usage = usage;
    this.waiting = new ArrayBlockingQueue<>(queueLimit);
    this.thread = new Thread(this::run, "decode-" + served.label());
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * Puts a question into the queue; BUSY when it is full, null when the loop has ended. Prompt and
   * knobs are made and checked by the loop's thread, whose CPU time is metered.
   */
  CompletableFuture<Answer> submit(Function<LoadedModel, GenerationRequest> maker) {
    Question question = new Question(maker, new CompletableFuture<>());
    synchronized (waiting) {
      if (closed) {
        return null;
      }
      if (!waiting.offer(question)) {
        int limit = waiting.size();
        throw new NeuroWeaverException(
            ErrorKind.BUSY,
            served.label() + " has " + limit + " requests waiting on this node; try again soon",
            Map.of("model", served.label(), "waiting", limit));
      }
    }
    return question.answer();
  }

  private void run() {
    try (LoadedModels.Lease lease = models.acquire(served)) {
      while (true) {
        Question first = waiting.poll(IDLE_SECONDS, TimeUnit.SECONDS);
        if (first == null) {
          synchronized (waiting) {
            if (waiting.isEmpty()) {
              closed = true;
              return;
            }
          }
          continue;
        }
        decode(lease.model(), first);
      }
    } catch (InterruptedException e) {
      end(new NeuroWeaverException(ErrorKind.UNAVAILABLE, "this node is stopping"));
    } catch (RuntimeException | Error e) {
      end(e);
    }
  }

  /** Decodes until nothing is asked any more; what comes meanwhile joins the batch. */
  private void decode(LoadedModel model, Question first) {
    Feed feed = new Feed(model, first);
    try {
      model.engine().run(feed, THREADS);
    } catch (RuntimeException e) {
      // Those who asked have been told; the next question may fare better.
      LOG.warn("{}: a round of decoding failed", served.label(), e);
    } catch (Error e) {
      feed.fail(e);
      throw e;
    } finally {
      feed.account();
    }
  }

  /** Gives the engine what waits, and those who asked their answers. */
  private final class Feed implements GenerationFeed {
    private final LoadedModel model;
    private final Set<Question> decoding = new HashSet<>();
    private Question next;
    private long wall = System.nanoTime();
    private long cpu = ThreadCpu.nanos();
    private long helped;

    Feed(LoadedModel model, Question first) {
      this.model = model;
      this.next = first;
    }

    @Override
    public Ticket poll() {
      while (true) {
        Question question = next == null ? waiting.poll() : next;
        next = null;
        if (question == null) {
          return null;
        }
        try {
          if (!question.answer().isDone()) {
            return ticket(question, question.maker().apply(model));
          }
        } catch (RuntimeException e) {
          question.answer().completeExceptionally(e);
        }
      }
    }

    private Ticket ticket(Question question, GenerationRequest request) {
      decoding.add(question);
      return new Ticket() {
        @Override
        public GenerationRequest request() {
          return request;
        }

        @Override
        public boolean cancelled() {
          return question.answer().isDone();
        }

        @Override
        public void complete(Generation generation) {
          decoding.remove(question);
          account();
          question.answer().complete(new Answer(model, generation));
        }

        @Override
        public void fail(RuntimeException problem) {
          decoding.remove(question);
          question.answer().completeExceptionally(problem);
        }
      };
    }

    /** Meters the thread up to now; a loop under load would else never be. */
    void account() {
      long wallNow = System.nanoTime();
      long cpuNow = ThreadCpu.nanos();
      usage.worked(tenant, served.versionId(), wallNow - wall, cpuNow - cpu + helped);
      helped = 0;
      wall = wallNow;
      cpu = cpuNow;
    }

    @Override
    public void helped(long cpuNanos) {
      helped += cpuNanos;
    }

    void fail(Error problem) {
      decoding.forEach(question -> question.answer().completeExceptionally(problem));
    }
  }

  /** No more questions; those that wait get the problem. */
  private void end(Throwable problem) {
    List<Question> left = new ArrayList<>();
    synchronized (waiting) {
      closed = true;
      waiting.drainTo(left);
    }
    left.forEach(question -> question.answer().completeExceptionally(problem));
  }

  @Override
  public void close() {
    end(new NeuroWeaverException(ErrorKind.UNAVAILABLE, "this node is stopping"));
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
