package com.auterity.neuroweaver.jobs.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.model.AdamW;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.LoraGradient;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.ModelLoad;
import com.auterity.neuroweaver.jobs.model.Result;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import org.junit.jupiter.api.Test;

/** On a base model in 8 or 4 bits an adapter learns what it learns on the full one. */
class QuantizedTrainingTest {
  private static final int ROWS = 32;
  private static final int STEPS = 200;

  @Test
  void twoHundredStepsEndAtTheLossOfFullWeights() {
    ModelFolder nano = ModelFolder.open(ModelFolder.resolve("nano"));
    TokenizedPartition samples = ServiceRequestSamples.of(nano, ROWS, 48);
    double full = lossAfterTraining(nano, samples, WeightFormat.FULL, 4);
    double int8 = lossAfterTraining(nano, samples, WeightFormat.INT8, 1.03);
    double nf4 = lossAfterTraining(nano, samples, WeightFormat.NF4, 0.6);
    String all = "full " + full + ", INT8 " + int8 + ", NF4 " + nf4;
    assertEquals(full, int8, 0.02 * full, all);
    assertEquals(full, nf4, 0.02 * full, all);
  }

  /** In nats a target token, over all samples. */
  private static double lossAfterTraining(
      ModelFolder folder, TokenizedPartition samples, WeightFormat format, double mostBytes) {
    int[] all = new int[samples.samples()];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
    try (LlamaModel model = folder.load(Devices.best(), new ModelLoad(format, false))) {
      assertTrue(model.bytesPerLinearParameter() <= mostBytes, format.name());
      LoraConfig config = new LoraConfig(8, 16, 0, LoraConfig.ALL_MODULES);
      LoraAdapter adapter = LoraAdapter.init(model.config(), config, 1);
      LoraGradient gradients = new LoraGradient(model);
      double before = perToken(gradients.loss(adapter, samples.microBatch(all)));
      float[] gradient = new float[adapter.parameters().length];
      AdamW optimizer = new AdamW(gradient.length, 0.9, 0.999, 1e-8, 0);
      LearningRate rates = LearningRate.of(1e-3, LrScheduler.COSINE, STEPS, 0.05);
      for (int step = 0; step < STEPS; step++) {
        Result result =
            gradients.compute(
                adapter, samples.microBatch(new int[] {step * 5 % ROWS}), step, gradient);
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] /= result.targetTokens();
        }
        optimizer.step(adapter.parameters(), gradient, rates.at(step));
      }
      double after = perToken(gradients.loss(adapter, samples.microBatch(all)));
      assertTrue(after < 0.8 * before, format + ": " + before + " fell only to " + after);
      return after;
    }
  }

  private static double perToken(Result result) {
    return result.lossSum() / result.targetTokens();
  }
}
