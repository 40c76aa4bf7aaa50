package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.MicroBatch;
import com.auterity.neuroweaver.jobs.model.ModelConfig;
import java.util.Random;

/** The step that {@code lora-step} measures, for both sides. */
final class LoraSettings {
  static final int TOKENS = 512;
  static final LoraConfig LORA = new LoraConfig(16, 32, 0, LoraConfig.ALL_MODULES);
  static final double LEARNING_RATE = 1e-4;
  static final double BETA1 = 0.9;
  static final double BETA2 = 0.999;
  static final double EPSILON = 1e-8;
  static final double WEIGHT_DECAY = 0.01;

  private LoraSettings() {}

  /** Rows of random ids; row r of the next ids follows from another stream. */
  static int[][] ids(ModelConfig config, long seed, int rows) {
    Random random = new Random(seed);
    int[][] ids = new int[rows][TOKENS];
    for (int[] row : ids) {
      for (int i = 0; i < TOKENS; i++) {
        row[i] = random.nextInt(config.vocabSize());
      }
    }
    return ids;
  }

  /** One sequence; every token has a target. */
  static MicroBatch microBatch(int[] tokens, int[] targets) {
    int[] positions = new int[tokens.length];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = i;
    }
    return new MicroBatch(tokens, targets, positions, new int[tokens.length]);
  }
}
