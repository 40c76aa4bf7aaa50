package com.auterity.neuroweaver.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Asks for a LoRA adapter to be trained, in the key names of Axolotl. Null leaves a knob at its
 * default; {@code base_model}, {@code dataset}, {@code answer_column} and just one of {@code
 * prompt_column}, {@code prompt_columns} and {@code prompt_template} must be there.
 */
public record TrainingRequest(
    String baseModel,
    String dataset,
    String promptColumn,
    List<String> promptColumns,
    String promptTemplate,
    String systemPrompt,
    String answerColumn,
    String adapter,
    @JsonProperty("load_in_4bit") Boolean loadIn4bit,
    @JsonProperty("load_in_8bit") Boolean loadIn8bit,
    Boolean gradientCheckpointing,
    Integer loraR,
    Double loraAlpha,
    Double loraDropout,
    TargetModules loraTargetModules,
    Boolean loraTargetLinear,
    Boolean peftUseRslora,
    String qat,
    Integer sequenceLen,
    Boolean samplePacking,
    Integer microBatchSize,
    Integer gradientAccumulationSteps,
    Integer numEpochs,
    Long maxSteps,
    Double learningRate,
    String lrScheduler,
    Double warmupRatio,
    String optimizer,
    Double weightDecay,
    Double adamBeta1,
    Double adamBeta2,
    Double adamEpsilon,
    Double maxGradNorm,
    Double valSetSize,
    Long seed,
    Long saveSteps) {
  public TrainingRequest {
    promptColumns = promptColumns == null ? null : List.copyOf(promptColumns);
  }
}
