package com.auterity.neuroweaver.weaver;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.ThreadCpu;
import com.auterity.neuroweaver.jobs.inference.Generation;
import com.auterity.neuroweaver.jobs.inference.GenerationRequest;
import com.auterity.neuroweaver.jobs.inference.LoadedModel;
import com.auterity.neuroweaver.jobs.inference.LoadedModels;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One thread that holds one model version in memory and decodes what is asked of it together. Ends
 * by itself when nothing was asked for a while.
 */
final class DecodeLoop implements AutoCloseable {
  private static final int TOGETHER = 16;
  private static final long IDLE_SECONDS = 60;

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
        round(lease.model(), first);
      }
    } catch (InterruptedException e) {
      end(new NeuroWeaverException(ErrorKind.UNAVAILABLE, "this node is stopping"));
    } catch (RuntimeException | Error e) {
      end(e);
    }
  }

  private void round(LoadedModel model, Question first) {
    long wall = System.nanoTime();
    long cpu = ThreadCpu.nanos();
    List<Question> questions = new ArrayList<>();
    questions.add(first);
    waiting.drainTo(questions, TOGETHER - 1);
    List<Question> asked = new ArrayList<>();
    List<GenerationRequest> requests = new ArrayList<>();
    for (Question question : questions) {
      if (question.answer().isDone()) {
        continue;
      }
      try {
        requests.add(question.maker().apply(model));
        asked.add(question);
      } catch (RuntimeException e) {
        question.answer().completeExceptionally(e);
      }
    }
    try {
      if (!requests.isEmpty()) {
        List<Generation> generations = model.engine().generate(requests);
        for (int i = 0; i < asked.size(); i++) {
          asked.get(i).answer().complete(new Answer(model, generations.get(i)));
        }
      }
    } catch (RuntimeException e) {
      asked.forEach(question -> question.answer().completeExceptionally(e));
    } finally {
      usage.worked(tenant, served.versionId(), System.nanoTime() - wall, ThreadCpu.nanos() - cpu);
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
