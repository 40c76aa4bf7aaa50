package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;

/**
 * The shape of a Llama-family model, as its {@code config.json} tells it. {@code ropeInterleaved}
 * rotates adjacent pairs (llama2.c) instead of split halves (model hubs).
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
    List<Integer> eosTokenIds) {

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
    if (heads % kvHeads != 0) {
      throw NeuroWeaverException.invalid(
          "num_attention_heads (%d) must be a multiple of num_key_value_heads (%d)"
              .formatted(heads, kvHeads));
    }
    if (headDim % 2 != 0) {
      throw NeuroWeaverException.invalid("head_dim must be even, found " + headDim);
    }
    if (!(ropeTheta > 0) || !(rmsNormEps > 0)) {
      throw NeuroWeaverException.invalid(
          "rope_theta and rms_norm_eps must be positive, found %s and %s"
              .formatted(ropeTheta, rmsNormEps));
    }
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
