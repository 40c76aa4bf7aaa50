package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Lane;

/**
 * Loss and adapter gradient of one micro-batch. Each call runs on its caller's thread; many may run
 * at once, and the bytes of a result depend on the arguments alone.
 */
public final class LoraGradient {
  private final LlamaModel model;
  private final boolean checkpointing;

  public LoraGradient(LlamaModel model) {
    this(model, false);
  }

  /**
   * @param checkpointing whether to keep less memory between forward and backward, for the time of
   *     about one more forward pass; the result is the same
   */
  public LoraGradient(LlamaModel model, boolean checkpointing) {
    this.model = model;
    this.checkpointing = checkpointing;
  }

  /**
   * Overwrites {@code gradient} with the sum (not the mean) over target tokens of the gradient with
   * respect to {@code adapter.parameters()}. The dropout mask hangs on (dropoutSeed, layer, module,
   * element) alone.
   */
  public Result compute(LoraAdapter adapter, MicroBatch batch, long dropoutSeed, float[] gradient) {
    return compute(adapter, batch, dropoutSeed, LlamaPass.Gradient.ADAPTER, gradient);
  }

  /**
   * The same for a model whose weights hold the adapter already, rounded or not: the base weights'
   * gradient goes straight through rounding to A and B.
   */
  public Result computeWithin(LoraAdapter adapter, MicroBatch batch, float[] gradient) {
    if (adapter.config().dropout() > 0) {
      throw NeuroWeaverException.invalid(
          "lora_dropout is %s; an adapter that is trained within quantized weights has none"
              .formatted(adapter.config().dropout()));
    }
    return compute(adapter, batch, 0, LlamaPass.Gradient.ADAPTER_WITHIN, gradient);
  }

  private Result compute(
      LoraAdapter adapter,
      MicroBatch batch,
      long dropoutSeed,
      LlamaPass.Gradient wanted,
      float[] gradient) {
    check(adapter);
    if (gradient.length != adapter.parameters().length) {
      throw NeuroWeaverException.invalid(
          "an adapter of %d parameters needs a gradient of that length, found %d"
              .formatted(adapter.parameters().length, gradient.length));
    }
    model.retain();
    try (Lane lane = model.device().lane()) {
      return new LlamaPass(
              model, lane, batch, adapter, dropoutSeed, wanted, checkpointing, gradient)
          .run();
    } finally {
      model.release();
    }
  }

  /** Forward only, without dropout; a null adapter measures the base model. */
  public Result loss(LoraAdapter adapter, MicroBatch batch) {
    if (adapter != null) {
      check(adapter);
    }
    model.retain();
    try (Lane lane = model.device().lane()) {
      return new LlamaPass(model, lane, batch, adapter, 0, LlamaPass.Gradient.NONE, false, null)
          .run();
    } finally {
      model.release();
    }
  }

  /**
   * As {@link #loss}, of each sample by itself: the sums of its targets' negative log-likelihoods
   * in nats, in the order of the samples.
   */
  public double[] losses(LoraAdapter adapter, MicroBatch batch) {
    if (adapter != null) {
      check(adapter);
    }
    model.retain();
    try (Lane lane = model.device().lane()) {
      return new LlamaPass(model, lane, batch, adapter, 0, LlamaPass.Gradient.NONE, false, null)
          .losses();
    } finally {
      model.release();
    }
  }

  private void check(LoraAdapter adapter) {
    if (!adapter.model().equals(model.config())) {
      throw NeuroWeaverException.invalid("this adapter was made for a model of another shape");
    }
  }
}
