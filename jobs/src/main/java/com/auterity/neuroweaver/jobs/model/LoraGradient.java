package com.auterity.neuroweaver.jobs.model;

/**
 * Loss and adapter gradient of one micro-batch. Each call runs on its caller's thread; many may run
 * at once, and the bytes of a result depend on the arguments alone.
 */
public final class LoraGradient {
  public LoraGradient(LlamaModel model) {}

  /**
   * Overwrites {@code gradient} with the sum (not the mean) over target tokens of the gradient with
   * respect to {@code adapter.parameters()}.
   */
  public Result compute(LoraAdapter adapter, MicroBatch batch, long dropoutSeed, float[] gradient) {
    throw new UnsupportedOperationException();
  }

  /** Forward only, without dropout; a null adapter measures the base model. */
  public Result loss(LoraAdapter adapter, MicroBatch batch) {
    throw new UnsupportedOperationException();
  }
}
