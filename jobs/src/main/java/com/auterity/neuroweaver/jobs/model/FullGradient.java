package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Lane;

/**
 * Loss and the gradient of all weights for one micro-batch, for pretraining: step with AdamW on
 * {@link LlamaModel#parameters()}, then {@link LlamaModel#update}. Each call runs on its caller's
 * thread; many may run at once.
 */
public final class FullGradient {
  private final LlamaModel model;

  public FullGradient(LlamaModel model) {
    this.model = model;
  }

  /**
   * Overwrites {@code gradient} (laid out as {@link LlamaModel#slices}) with the sum over targets.
   */
  public Result compute(MicroBatch batch, float[] gradient) {
    if (gradient.length != model.parameterCount()) {
      throw NeuroWeaverException.invalid(
          "a model of %d parameters needs a gradient of that length, found %d"
              .formatted(model.parameterCount(), gradient.length));
    }
    model.retain();
    try (Lane lane = model.device().lane()) {
      return new LlamaPass(model, lane, batch, null, 0, LlamaPass.Gradient.ALL, false, gradient)
          .run();
    } finally {
      model.release();
    }
  }
}
