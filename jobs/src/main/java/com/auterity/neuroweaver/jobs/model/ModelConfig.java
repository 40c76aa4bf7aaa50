package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;

/**
 * The shape of a Llama-family model, as its {@code config.json} tells it. {@code ropeInterleaved}
 * rotates adjacent pairs (llama2.c) instead of split halves (model hubs); {@code variant} says in
 * what else it differs from a plain Llama.
 */
public record ModelConfig(
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int vocabSize,
    int maxPositions,
    double ropeTheta,
    double rmsNormEps,
    boolean tiedEmbeddings,
    boolean ropeInterleaved,
    int bosTokenId,
    List<Integer> eosTokenIds,
    Variant variant) {
  private static final int MAX_LAYERS = 10_000;

  public ModelConfig {
    eosTokenIds = List.copyOf(eosTokenIds);
    positive("hidden_size", hiddenSize);
    positive("intermediate_size", intermediateSize);
    positive("num_hidden_layers", layers);
    positive("num_attention_heads", heads);
    positive("num_key_value_heads", kvHeads);
    positive("head_dim", headDim);
    positive("vocab_size", vocabSize);
    positive("max_position_embeddings", maxPositions);
    if (layers > MAX_LAYERS) {
      throw NeuroWeaverException.invalid(
          "num_hidden_layers is %d; at most %d are possible".formatted(layers, MAX_LAYERS));
    }
    if (2L * intermediateSize > Integer.MAX_VALUE
        || ((long) heads + 2L * kvHeads) * headDim > Integer.MAX_VALUE) {
      throw NeuroWeaverException.invalid(
          "intermediate_size %d, or %d and %d heads of head_dim %d, are impossibly wide"
              .formatted(intermediateSize, heads, kvHeads, headDim));
    }
    if (heads % kvHeads != 0) {
      throw NeuroWeaverException.invalid(
          "num_attention_heads (%d) must be a multiple of num_key_value_heads (%d)"
              .formatted(heads, kvHeads));
    }
    int rotary = (int) (headDim * variant.partialRotary());
    if (headDim % 2 != 0 || rotary == 0 || rotary % 2 != 0) {
      throw NeuroWeaverException.invalid(
          "head_dim and the rotated part of it must be even, found %d and %d"
              .formatted(headDim, rotary));
    }
    if (!variant.windows().isEmpty() && variant.windows().size() != layers) {
      throw NeuroWeaverException.invalid(
          "there are windows for %d layers of %d".formatted(variant.windows().size(), layers));
    }
    if (!(ropeTheta > 0) || !(rmsNormEps > 0)) {
      throw NeuroWeaverException.invalid(
          "rope_theta and rms_norm_eps must be positive, found %s and %s"
              .formatted(ropeTheta, rmsNormEps));
    }
  }

  /** A plain Llama. */
  public ModelConfig(
      int hiddenSize,
      int intermediateSize,
      int layers,
      int heads,
      int kvHeads,
      int headDim,
      int vocabSize,
      int maxPositions,
      double ropeTheta,
      double rmsNormEps,
      boolean tiedEmbeddings,
      boolean ropeInterleaved,
      int bosTokenId,
      List<Integer> eosTokenIds) {
    this(
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        kvHeads,
        headDim,
        vocabSize,
        maxPositions,
        ropeTheta,
        rmsNormEps,
        tiedEmbeddings,
        ropeInterleaved,
        bosTokenId,
        eosTokenIds,
        Variant.LLAMA);
  }

  /** The same sizes in another architecture. */
  public ModelConfig with(Variant other) {
    return new ModelConfig(
        hiddenSize,
        intermediateSize,
        layers,
        heads,
        kvHeads,
        headDim,
        vocabSize,
        maxPositions,
        ropeTheta,
        rmsNormEps,
        tiedEmbeddings,
        ropeInterleaved,
        bosTokenId,
        eosTokenIds,
        other);
  }

  /** How many numbers of a head, from its beginning, are rotated. */
  public int rotaryDim() {
    return (int) (headDim * variant.partialRotary());
  }

  /** How many tokens, itself among them, a token sees in this layer; 0 is all before it. */
  public int window(int layer) {
    return variant.windows().isEmpty() ? 0 : variant.windows().get(layer);
  }

  /** Width of all query heads together. */
  public int queryWidth() {
    return heads * headDim;
  }

  /** Width of all key (or value) heads together. */
  public int keyWidth() {
    return kvHeads * headDim;
  }

  private static void positive(String key, int value) {
    if (value <= 0) {
      throw NeuroWeaverException.invalid(key + " must be positive, found " + value);
    }
  }
}
