package com.auterity.neuroweaver.jobs.evaluation;

import com.auterity.neuroweaver.jobs.training.Parameters;
import com.auterity.neuroweaver.jobs.training.PromptFormat;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * What an {@code evaluate} job is asked for.
 *
 * @param adapter a registered model's reference as text, or an object with the two blobs; absent
 *     when the base model alone is to be measured
 * @param limit 0 for all rows
 * @param samples how many rows to show side by side
 * @param keywordsFrom the dataset a keyword look-up is fitted on, absent for none
 * @param keywordText the column with the customer's words
 */
record EvaluationConfig(
    String baseModel,
    String dataset,
    PromptFormat format,
    Optional<JsonNode> adapter,
    int maxTokens,
    int limit,
    int samples,
    String opCodeField,
    Optional<String> keywordsFrom,
    String keywordText) {

  static EvaluationConfig parse(ObjectNode json) {
    Parameters keys = new Parameters("evaluate", json);
    PromptFormat format = PromptFormat.read(keys, true);
    Optional<JsonNode> adapter = keys.any("adapter");
    if (adapter.isPresent() && !adapter.get().isTextual() && !blobs(adapter.get())) {
      throw keys.wrong(
          "adapter",
          adapter.get(),
          "the reference of a registered model, or an object with adapter_blob and"
              + " adapter_config_blob");
    }
    Optional<String> keywordsFrom = Optional.empty();
    String keywordText = format.columns().get(0);
    if (keys.object("keyword_baseline").isPresent()) {
      Parameters baseline =
          new Parameters("evaluate: keyword_baseline", keys.object("keyword_baseline").get());
      keywordsFrom = Optional.of(baseline.text("fit_on"));
      keywordText = baseline.text("text_column", keywordText);
      baseline.refuseUnknown();
    }
    EvaluationConfig config =
        new EvaluationConfig(
            keys.text("base_model"),
            keys.text("dataset"),
            format,
            adapter,
            keys.whole("max_tokens", 192, 1, 1 << 20),
            keys.whole("limit", 0, 1, Integer.MAX_VALUE),
            keys.whole("samples", 5, 0, 1000),
            keys.text("op_code_field", "op_code"),
            keywordsFrom,
            keywordText);
    keys.refuseUnknown();
    return config;
  }

  private static boolean blobs(JsonNode adapter) {
    return adapter.path("adapter_blob").isTextual()
        && adapter.path("adapter_config_blob").isTextual();
  }
}
