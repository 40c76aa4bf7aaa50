package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.Device;
import java.util.List;
import java.util.Map;

/**
 * A Llama-family model (RMSNorm, rotary embedding, grouped-query attention, SwiGLU) whose weights
 * lie prepared on a device. Safe for concurrent use while {@link #update} is not running.
 */
public final class LlamaModel implements AutoCloseable {
  /** Builds a model from its weights by their names in model hubs; (out x in), row-major. */
  public static LlamaModel of(ModelConfig config, Map<String, float[]> weights, Device device) {
    throw new UnsupportedOperationException();
  }

  /** Seeded weights for pretraining: normal with deviation 0.02 (outputs scaled by depth). */
  public static Map<String, float[]> initialWeights(ModelConfig config, long seed) {
    throw new UnsupportedOperationException();
  }

  /** Every weight by its hub name, and its place in the flat vector of {@link #parameters()}. */
  public static List<Slice> slices(ModelConfig config) {
    throw new UnsupportedOperationException();
  }

  public ModelConfig config() {
    throw new UnsupportedOperationException();
  }

  public Device device() {
    throw new UnsupportedOperationException();
  }

  /** A copy of all weights as one flat vector, laid out as {@link #slices} says. */
  public float[] parameters() {
    throw new UnsupportedOperationException();
  }

  /** Replaces all weights; no other call may run meanwhile. */
  public void update(float[] parameters) {
    throw new UnsupportedOperationException();
  }

  /** A copy of all weights by name. */
  public Map<String, float[]> weights() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
