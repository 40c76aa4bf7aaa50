package com.auterity.neuroweaver.workflow;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a step can be, and the fields of its result that later steps may refer to. */
enum StepKind {
  LOAD("dataset", "dataset_id", "version_id", "version", "rows", "rejected"),
  REFINE(
      "dataset",
      "dataset_id",
      "version_id",
      "version",
      "rows_in",
      "rows_kept",
      "rejected",
      "rejects_dataset",
      "profile_before",
      "profile_after",
      "masked",
      "changed",
      "made",
      "stages"),
  TRAIN(
      "adapter_blob",
      "adapter_config_blob",
      "adapter_sha256",
      "base_model_sha256",
      "steps",
      "tokens",
      "seconds",
      "loss_first",
      "loss_last",
      "losses",
      "micro_batches_by_node"),
  EVALUATE("rows", "before", "after", "keyword_baseline", "samples", "seconds"),
  REGISTER(
      "model_id",
      "name",
      "version",
      "version_id",
      "adapter_sha256",
      "base_model",
      "base_model_sha256"),
  DEPLOY("deployment_id", "name", "model", "version", "version_id", "state"),
  INFER("dataset", "dataset_id", "version_id", "version", "rows", "tokens", "seconds"),
  EXPORT("dataset", "path", "rows"),
  REPORT("report_json", "report_html");

  private final List<String> resultFields;

  StepKind(String... resultFields) {
    this.resultFields = List.of(resultFields);
  }

  /** The word in the file and of the job. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  List<String> resultFields() {
    return resultFields;
  }

  static StepKind of(String word) {
    return Arrays.stream(values())
        .filter(kind -> kind.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no kind of step: " + word));
  }
}
