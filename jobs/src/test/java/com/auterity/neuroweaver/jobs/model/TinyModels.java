package com.auterity.neuroweaver.jobs.model;

import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small models and micro-batches for tests. */
final class TinyModels {
  private TinyModels() {}

  /** Odd sizes on purpose: nothing is a multiple of a vector. */
  static ModelConfig tiny(boolean tied, boolean interleaved) {
    return new ModelConfig(
        20, 28, 2, 4, 2, 6, 37, 64, 10000, 1e-5, tied, interleaved, 1, List.of(2));
  }

  static ModelConfig nano() {
    return new ModelConfig(
        256, 704, 5, 8, 4, 32, 4096, 512, 10000, 1e-5, true, false, 1, List.of(2));
  }

  /** Weights large enough that every gradient shows. */
  static Map<String, float[]> weights(ModelConfig config, long seed, double deviation) {
    Map<String, float[]> weights = LlamaModel.initialWeights(config, seed);
    Random random = new Random(seed);
    weights.forEach(
        (name, values) -> {
          for (int i = 0; i < values.length; i++) {
            values[i] =
                (float)
                    (random.nextGaussian() * deviation + (name.endsWith("norm.weight") ? 1 : 0));
          }
        });
    return weights;
  }

  /** Packed samples of these lengths; about a fifth of the tokens are no targets. */
  static MicroBatch batch(ModelConfig config, long seed, int... lengths) {
    Random random = new Random(seed);
    int n = 0;
    for (int length : lengths) {
      n += length;
    }
    int[] tokens = new int[n];
    int[] targets = new int[n];
    int[] positions = new int[n];
    int[] segments = new int[n];
    int at = 0;
    for (int s = 0; s < lengths.length; s++) {
      for (int p = 0; p < lengths[s]; p++) {
        tokens[at] = random.nextInt(config.vocabSize());
        targets[at] = random.nextInt(5) == 0 ? -1 : random.nextInt(config.vocabSize());
        positions[at] = p;
        segments[at] = 100 + s;
        at++;
      }
    }
    return new MicroBatch(tokens, targets, positions, segments);
  }
}
