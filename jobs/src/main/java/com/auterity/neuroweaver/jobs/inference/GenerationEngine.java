package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Generates with a KV cache, decoding up to {@code maxBatch} sequences together and taking a new
 * one in as soon as one ends. An adapter is merged into the weights once, at construction. What a
 * request gets does not depend on what else is in the batch. Calls may run at once.
 */
public final class GenerationEngine implements AutoCloseable {
  public GenerationEngine(LlamaModel model, LoraAdapter adapterOrNull, int maxBatch) {}

  /** Answers in the order of the requests; a prompt longer than the context is INVALID_INPUT. */
  public List<Generation> generate(List<GenerationRequest> requests) {
    return generate(requests, () -> false);
  }

  /** As above; when {@code cancelled} turns true, what is unfinished ends as CANCELLED. */
  public List<Generation> generate(List<GenerationRequest> requests, BooleanSupplier cancelled) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
