package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;

/** How a base model is made: its shape, its tokenizer, its corpus and its training. */
public record PretrainConfig(
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) Shape model,
    @JsonProperty(required = true) Vocabulary tokenizer,
    @JsonProperty(required = true) Corpus corpus,
    @JsonProperty(required = true) Training training,
    @JsonProperty(required = true) Smoke smoke) {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /** The model's shape, with the names of config.json. */
  public record Shape(
      @JsonProperty("hidden_size") int hiddenSize,
      @JsonProperty("intermediate_size") int intermediateSize,
      @JsonProperty("num_hidden_layers") int layers,
      @JsonProperty("num_attention_heads") int heads,
      @JsonProperty("num_key_value_heads") int kvHeads,
      @JsonProperty("head_dim") int headDim,
      @JsonProperty("max_position_embeddings") int maxPositions,
      @JsonProperty("rope_theta") double ropeTheta,
      @JsonProperty("rms_norm_eps") double rmsNormEps) {}

  /** How many tokens to learn, and from how many bytes of the corpus. */
  public record Vocabulary(
      @JsonProperty("vocab_size") int vocabSize, @JsonProperty("bytes") long bytes) {}

  /** Seeds of generated text, its size, and the length of the rows it is packed into. */
  public record Corpus(
      @JsonProperty("seed") long seed,
      @JsonProperty("heldout_seed") long heldoutSeed,
      @JsonProperty("bytes") long bytes,
      @JsonProperty("heldout_bytes") long heldoutBytes,
      @JsonProperty("row_tokens") int rowTokens) {}

  /** Steps of AdamW with linear warm-up and a cosine down to {@code minLearningRate}. */
  public record Training(
      @JsonProperty("seed") long seed,
      @JsonProperty("steps") int steps,
      @JsonProperty("micro_batches") int microBatches,
      @JsonProperty("micro_batch_rows") int microBatchRows,
      @JsonProperty("learning_rate") double learningRate,
      @JsonProperty("min_learning_rate") double minLearningRate,
      @JsonProperty("warmup_steps") int warmupSteps,
      @JsonProperty("adam_beta1") double adamBeta1,
      @JsonProperty("adam_beta2") double adamBeta2,
      @JsonProperty("weight_decay") double weightDecay,
      @JsonProperty("max_grad_norm") double maxGradNorm,
      @JsonProperty("threads") int threads,
      @JsonProperty("checkpoint_steps") int checkpointSteps,
      @JsonProperty("evaluate_steps") int evaluateSteps) {
    /** Of step 0, 1, ... */
    double learningRate(int step) {
      if (step < warmupSteps) {
        return learningRate * (step + 1) / warmupSteps;
      }
      double progress = (double) (step - warmupSteps) / Math.max(1, steps - warmupSteps);
      return minLearningRate
          + (learningRate - minLearningRate) * 0.5 * (1 + StrictMath.cos(Math.PI * progress));
    }

    Training withSteps(int newSteps, int newWarmupSteps) {
      return new Training(
          seed,
          newSteps,
          microBatches,
          microBatchRows,
          learningRate,
          minLearningRate,
          newWarmupSteps,
          adamBeta1,
          adamBeta2,
          weightDecay,
          maxGradNorm,
          threads,
          checkpointSteps,
          evaluateSteps);
    }
  }

  /** What is smaller in smoke mode, which shows in minutes that everything works. */
  public record Smoke(
      @JsonProperty("steps") int steps,
      @JsonProperty("warmup_steps") int warmupSteps,
      @JsonProperty("bytes") long bytes) {}

  public PretrainConfig {
    require(name.matches("[a-z0-9][a-z0-9._-]*"), "name", "small letters, digits, '.', '_', '-'");
    require(tokenizer.bytes > 0, "tokenizer.bytes", "positive");
    require(corpus.bytes > 0, "corpus.bytes", "positive");
    require(corpus.heldoutBytes > 0, "corpus.heldout_bytes", "positive");
    require(corpus.seed != corpus.heldoutSeed, "corpus.heldout_seed", "another than corpus.seed");
    require(
        corpus.rowTokens >= 16 && corpus.rowTokens <= model.maxPositions,
        "corpus.row_tokens",
        "between 16 and max_position_embeddings (%d)".formatted(model.maxPositions));
    require(training.steps > 0, "training.steps", "positive");
    require(training.microBatches > 0, "training.micro_batches", "positive");
    require(training.microBatchRows > 0, "training.micro_batch_rows", "positive");
    require(
        training.learningRate > 0 && training.learningRate < 1,
        "training.learning_rate",
        "above 0 and below 1");
    require(
        training.minLearningRate >= 0 && training.minLearningRate <= training.learningRate,
        "training.min_learning_rate",
        "between 0 and learning_rate");
    require(
        training.warmupSteps >= 0 && training.warmupSteps <= training.steps,
        "training.warmup_steps",
        "between 0 and steps");
    require(training.maxGradNorm > 0, "training.max_grad_norm", "positive");
    require(training.threads > 0, "training.threads", "positive");
    require(training.checkpointSteps > 0, "training.checkpoint_steps", "positive");
    require(training.evaluateSteps > 0, "training.evaluate_steps", "positive");
    require(smoke.steps > 0 && smoke.bytes > 0, "smoke", "positive in steps and bytes");
  }

  /** The configuration that a parsed file holds; {@code source} names it in errors. */
  public static PretrainConfig of(JsonNode tree, String source) {
    try {
      return MAPPER.treeToValue(tree, PretrainConfig.class);
    } catch (JsonProcessingException e) {
      Throwable cause = e.getCause() instanceof NeuroWeaverException ? e.getCause() : e;
      throw NeuroWeaverException.invalid(
          source
              + ": "
              + (cause instanceof JsonProcessingException json
                  ? json.getOriginalMessage()
                  : cause.getMessage()));
    }
  }

  /** The same with the sizes of smoke mode. */
  public PretrainConfig smaller() {
    return new PretrainConfig(
        name,
        model,
        new Vocabulary(tokenizer.vocabSize, Math.min(tokenizer.bytes, smoke.bytes)),
        new Corpus(
            corpus.seed,
            corpus.heldoutSeed,
            Math.min(corpus.bytes, smoke.bytes),
            corpus.heldoutBytes,
            corpus.rowTokens),
        training.withSteps(smoke.steps, smoke.warmupSteps),
        smoke);
  }

  /** What a checkpoint must share with a run that goes on from it: all that fixes its steps. */
  String identity() {
    return "%s|%s|%s|%s|%d|%d|%d"
        .formatted(
            name,
            model,
            tokenizer,
            corpus,
            training.seed,
            training.microBatches,
            training.microBatchRows);
  }

  /** The model's configuration with a vocabulary of this size and the tokens that end answers. */
  ModelConfig modelConfig(int vocabSize, List<Integer> eosTokenIds) {
    return new ModelConfig(
        model.hiddenSize,
        model.intermediateSize,
        model.layers,
        model.heads,
        model.kvHeads,
        model.headDim,
        vocabSize,
        model.maxPositions,
        model.ropeTheta,
        model.rmsNormEps,
        true,
        false,
        -1,
        eosTokenIds);
  }

  private static void require(boolean fits, String key, String right) {
    if (!fits) {
      throw NeuroWeaverException.invalid("%s must be %s".formatted(key, right));
    }
  }
}
