package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;
import java.util.Objects;

/**
 * In what a model differs from the plain Llama block.
 *
 * @param partialRotary the share of a head, from its beginning, that is rotated
 * @param windows for each layer how many tokens, itself among them, a token sees; 0 is all; an
 *     empty list is all in every layer
 * @param qkvBias whether the query, key and value maps have biases
 * @param outputBias whether attention's output map has one
 * @param mlpBias whether gate, up and down have
 * @param headNorm whether query and key heads are normalized before they are rotated (Qwen3)
 */
public record Variant(
    Architecture architecture,
    double partialRotary,
    RopeScaling ropeScaling,
    List<Integer> windows,
    boolean qkvBias,
    boolean outputBias,
    boolean mlpBias,
    boolean headNorm) {
  public static final Variant LLAMA = plain(Architecture.LLAMA);

  public Variant {
    Objects.requireNonNull(architecture);
    Objects.requireNonNull(ropeScaling);
    windows = List.copyOf(windows);
    if (!(partialRotary > 0 && partialRotary <= 1)) {
      throw NeuroWeaverException.invalid(
          "partial_rotary_factor must be above 0 and at most 1, found " + partialRotary);
    }
    for (int window : windows) {
      if (window < 0) {
        throw NeuroWeaverException.invalid("sliding_window must be positive, found " + window);
      }
    }
  }

  /** An architecture without options: Qwen2 with its biases, Qwen3 with its norms. */
  public static Variant plain(Architecture architecture) {
    return new Variant(
        architecture,
        1,
        RopeScaling.NONE,
        List.of(),
        architecture == Architecture.QWEN2,
        false,
        false,
        architecture == Architecture.QWEN3);
  }

  public Variant withWindows(List<Integer> wanted) {
    return new Variant(
        architecture, partialRotary, ropeScaling, wanted, qkvBias, outputBias, mlpBias, headNorm);
  }

  public Variant withRope(double partial, RopeScaling scaling) {
    return new Variant(
        architecture, partial, scaling, windows, qkvBias, outputBias, mlpBias, headNorm);
  }

  public Variant withBiases(boolean qkv, boolean output, boolean mlp) {
    return new Variant(
        architecture, partialRotary, ropeScaling, windows, qkv, output, mlp, headNorm);
  }
}
