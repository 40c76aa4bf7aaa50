package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.model.FakeQuantization;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.LoraTargets;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@code train} job is asked for, under the names Axolotl gives them. A step is {@code
 * gradient_accumulation_steps} micro-batches over the whole grid, so that no number here depends on
 * how many nodes there are.
 *
 * @param baseFormat in what the frozen base model's maps are held
 * @param gradientCheckpointing whether a layer's activations are computed again for backward, which
 *     takes less memory and more time, to the same bytes
 * @param maxSteps 0 when all epochs are to be trained
 * @param valSetSize a share of the rows when below 1, else a number of rows
 * @param saveSteps steps between checkpoints; 0 leaves it to time
 * @param qat what the merged weights are rounded to while training, or null
 */
public record TrainingConfig(
    String baseModel,
    String dataset,
    PromptFormat format,
    LoraConfig lora,
    WeightFormat baseFormat,
    boolean gradientCheckpointing,
    int sequenceLen,
    boolean samplePacking,
    int microBatchSize,
    int gradientAccumulationSteps,
    int numEpochs,
    long maxSteps,
    double learningRate,
    LrScheduler lrScheduler,
    double warmupRatio,
    double weightDecay,
    double adamBeta1,
    double adamBeta2,
    double adamEpsilon,
    double maxGradNorm,
    double valSetSize,
    long seed,
    long saveSteps,
    FakeQuantization qat) {

  /**
   * @throws NeuroWeaverException INVALID_INPUT naming the key, what was found and what is right
   */
  public static TrainingConfig parse(ObjectNode json) {
    Parameters keys = new Parameters("train", json);
    WeightFormat baseFormat = baseFormat(keys, json);
    LoraConfig lora =
        new LoraConfig(
            keys.whole("lora_r", 16, 1, LoraConfig.MAX_RANK),
            keys.number("lora_alpha", 32, Double.MIN_VALUE, 1e6, "a number above 0"),
            keys.number("lora_dropout", 0, 0, 0.99, "a number from 0 to 0.99"),
            targets(keys, json),
            keys.flag("peft_use_rslora", false),
            Map.of(),
            Map.of());
    keys.choice("optimizer", "adamw", "adamw", "adamw_torch");
    double valSetSize =
        keys.number("val_set_size", 0, 0, 1e9, "a share below 1 or a whole number of rows");
    if (valSetSize >= 1 && valSetSize != Math.rint(valSetSize)) {
      throw keys.wrong(
          "val_set_size", json.get("val_set_size"), "a share below 1 or a whole number of rows");
    }
    TrainingConfig config =
        new TrainingConfig(
            keys.text("base_model"),
            keys.text("dataset"),
            PromptFormat.read(keys, true),
            lora,
            baseFormat,
            keys.flag("gradient_checkpointing", false),
            keys.whole("sequence_len", 512, 8, 1 << 20),
            keys.flag("sample_packing", true),
            keys.whole("micro_batch_size", 1, 1, 4096),
            keys.whole("gradient_accumulation_steps", 8, 1, 1 << 16),
            keys.whole("num_epochs", 1, 1, 10_000),
            keys.whole("max_steps", 0L, 1L, 1_000_000_000L),
            keys.number("learning_rate", 2e-4, Double.MIN_VALUE, 10, "a number above 0, up to 10"),
            LrScheduler.valueOf(
                keys.choice("lr_scheduler", "cosine", "cosine", "linear", "constant")
                    .toUpperCase(Locale.ROOT)),
            keys.number("warmup_ratio", 0.03, 0, 1, "a number from 0 to 1"),
            keys.number("weight_decay", 0, 0, 1, "a number from 0 to 1"),
            keys.number("adam_beta1", 0.9, 0, 0.999999, "a number from 0 to below 1"),
            keys.number("adam_beta2", 0.999, 0, 0.9999999, "a number from 0 to below 1"),
            keys.number("adam_epsilon", 1e-8, 1e-15, 1, "a number from 1e-15 to 1"),
            keys.number("max_grad_norm", 1.0, Double.MIN_VALUE, 1e9, "a number above 0"),
            valSetSize,
            keys.whole("seed", 42L, Long.MIN_VALUE, Long.MAX_VALUE),
            keys.whole("save_steps", 0L, 1L, 1_000_000_000L),
            qat(keys, json));
    keys.refuseUnknown();
    return config;
  }

  private static FakeQuantization qat(Parameters keys, ObjectNode json) {
    if (!keys.has("qat")) {
      return null;
    }
    String bits = keys.choice("qat", "", "int8", "int4");
    if (json.path("lora_dropout").asDouble(0) > 0) {
      throw keys.wrong("lora_dropout", json.get("lora_dropout"), "0 beside qat");
    }
    if (baseFormat(keys, json) != WeightFormat.FULL) {
      throw keys.wrong(
          "qat", json.get("qat"), "left out where the base model is held in 8 or 4 bits");
    }
    return FakeQuantization.valueOf(bits.toUpperCase(Locale.ROOT));
  }

  /** 4 bits are QLoRA's, 8 bits either's; without a key qlora takes 4 bits and lora all. */
  private static WeightFormat baseFormat(Parameters keys, ObjectNode json) {
    boolean qlora = keys.choice("adapter", "lora", "lora", "qlora").equals("qlora");
    boolean in8bit = keys.flag("load_in_8bit", false);
    boolean in4bit = keys.flag("load_in_4bit", qlora && !in8bit);
    if (in4bit && in8bit) {
      throw keys.wrong(
          "load_in_4bit",
          json.get("load_in_4bit"),
          "false or left out beside load_in_8bit: true, since weights are held in one format");
    }
    if (in4bit && !qlora) {
      throw keys.wrong(
          "adapter",
          json.get("adapter"),
          "qlora beside load_in_4bit: true (lora trains on full weights or load_in_8bit: true)");
    }
    if (qlora && !in4bit && !in8bit) {
      throw keys.wrong(
          "load_in_4bit",
          json.get("load_in_4bit"),
          "true or left out beside adapter: qlora, or load_in_8bit true; adapter: lora trains on"
              + " full weights");
    }
    if (in8bit) {
      return WeightFormat.INT8;
    }
    return in4bit ? WeightFormat.NF4 : WeightFormat.FULL;
  }

  /** A list of names or paths, "all-linear", or a regular expression over paths; else all. */
  private static LoraTargets targets(Parameters keys, ObjectNode json) {
    boolean all = keys.flag("lora_target_linear", false);
    Optional<JsonNode> modules = keys.any("lora_target_modules");
    if (all && modules.isPresent()) {
      throw keys.wrong(
          "lora_target_linear",
          json.get("lora_target_linear"),
          "left out beside lora_target_modules, which says the same more exactly");
    }
    return modules.isPresent() && modules.get().isTextual()
        ? LoraTargets.matching(keys.text("lora_target_modules"))
        : LoraTargets.named(keys.texts("lora_target_modules", LoraConfig.ALL_MODULES));
  }
}
