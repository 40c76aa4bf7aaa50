package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.model.FakeQuantization;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What a node keeps of the trainings it takes part in: for each job the adapter of the current step
 * and the sums of the attempts at it. A later step replaces an earlier one, a later run of the job
 * shuts out an earlier one, and what nobody asks for is forgotten.
 */
final class StepStates implements AutoCloseable {
  private final Cache<String, StepState> byJob =
      Caffeine.newBuilder()
          .expireAfterAccess(Duration.ofMinutes(10))
          .executor(Runnable::run)
          .removalListener((String job, StepState over, RemovalCause why) -> over.end())
          .build();

  static StepStates on(NodeContext node) {
    return node.shared(StepStates.class, StepStates::new);
  }

  /**
   * The state of a step, made when it comes with its adapter.
   *
   * @throws FencedException when a later run of the job has been here
   * @throws NeuroWeaverException UNAVAILABLE when this node does not have the step's adapter
   */
  StepState at(StepId id, byte[] adapter) {
    return byJob
        .asMap()
        .compute(
            id.jobId(),
            (job, current) -> {
              if (current != null && current.id.runEpoch() > id.runEpoch()) {
                throw new FencedException(job, id.runEpoch());
              }
              if (current != null && current.id.equals(id)) {
                return current;
              }
              if (current != null
                  && current.id.runEpoch() == id.runEpoch()
                  && current.id.step() > id.step()) {
                throw new NeuroWeaverException(
                    ErrorKind.CONFLICT,
                    "step %d of job %s is over, this node is at step %d"
                        .formatted(id.step(), job, current.id.step()));
              }
              if (adapter == null) {
                throw new NeuroWeaverException(
                    ErrorKind.UNAVAILABLE,
                    "this node does not have the adapter of step %d of job %s"
                        .formatted(id.step(), job));
              }
              return new StepState(id, Float32.values(adapter));
            });
  }

  @Override
  public void close() {
    byJob.invalidateAll();
  }

  /** Which step of which run of which job. */
  record StepId(String jobId, long runEpoch, long step) {}

  /** One step of one run. */
  static final class StepState {
    private final StepId id;
    private final float[] parameters;
    private final ConcurrentMap<Integer, GradientSum> sums = new ConcurrentHashMap<>();

    // Guarded by this.
    private LlamaModel rounded;
    private int users;
    private boolean over;

    private StepState(StepId id, float[] parameters) {
      this.id = id;
      this.parameters = parameters;
    }

    /** The adapter's flat vector. */
    float[] parameters() {
      return parameters;
    }

    /**
     * Runs the work with the base model that holds this step's adapter in its rounded weights; the
     * first who asks makes it, and it goes when the step is over and nobody uses it.
     */
    <T> T within(LlamaModel base, LoraAdapter adapter, FakeQuantization qat, Work<T> work)
        throws Exception {
      LlamaModel model;
      synchronized (this) {
        if (rounded == null) {
          rounded = base.merged(adapter, qat);
        }
        model = rounded;
        users++;
      }
      try {
        return work.with(model);
      } finally {
        synchronized (this) {
          users--;
          closeUnused();
        }
      }
    }

    private synchronized void end() {
      over = true;
      closeUnused();
    }

    private void closeUnused() {
      if (over && users == 0 && rounded != null) {
        rounded.close();
        rounded = null;
      }
    }

    /** The sum of one attempt; an attempt that nobody collects is dropped with the step. */
    GradientSum sum(int attempt, int stepMicroBatches) {
      return sums.computeIfAbsent(attempt, a -> new GradientSum(stepMicroBatches));
    }

    /** Takes an attempt's sum out. */
    GradientSum take(int attempt) {
      GradientSum sum = sums.remove(attempt);
      return sum == null ? new GradientSum(1) : sum;
    }
  }

  /** Work with a model. */
  @FunctionalInterface
  interface Work<T> {
    T with(LlamaModel model) throws Exception;
  }
}
