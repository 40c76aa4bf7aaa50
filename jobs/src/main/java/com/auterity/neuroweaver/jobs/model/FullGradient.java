package com.auterity.neuroweaver.jobs.model;

/**
 * Loss and the gradient of all weights for one micro-batch, for pretraining: step with AdamW on
 * {@link LlamaModel#parameters()}, then {@link LlamaModel#update}. Each call runs on its caller's
 * thread; many may run at once.
 */
public final class FullGradient {
  public FullGradient(LlamaModel model) {}

  /**
   * Overwrites {@code gradient} (laid out as {@link LlamaModel#slices}) with the sum over targets.
   */
  public Result compute(MicroBatch batch, float[] gradient) {
    throw new UnsupportedOperationException();
  }
}
