package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.training.Parameters;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The parameters of an {@code infer} job, checked; every key is known and used.
 *
 * @param limit how many rows are answered at most, the first ones of every partition
 */
record InferParameters(
    String model,
    String deployment,
    String dataset,
    String as,
    String outputColumn,
    long limit,
    Sampling sampling) {
  /** How answers are drawn; a row's own seed is made from {@code seed} and its ordinal. */
  public record Sampling(int maxTokens, double temperature, int topK, double topP, long seed) {}

  static InferParameters of(ObjectNode json) {
    Parameters keys = new Parameters("infer", json);
    String model = keys.optionalText("model").orElse(null);
    String deployment = keys.optionalText("deployment").orElse(null);
    if ((model == null) == (deployment == null)) {
      throw NeuroWeaverException.invalid(
          "infer: give exactly one of model (name or name@version) and deployment");
    }
    InferParameters parameters =
        new InferParameters(
            model,
            deployment,
            keys.text("dataset"),
            keys.text("as"),
            keys.text("output_column", "prediction"),
            keys.whole("limit", Long.MAX_VALUE, 1, Long.MAX_VALUE),
            new Sampling(
                keys.whole("max_tokens", 160, 1, 1_000_000),
                keys.number("temperature", 0, 0, 100, "a number from 0 to 100"),
                keys.whole("top_k", 0, 0, Integer.MAX_VALUE),
                keys.number("top_p", 1, Double.MIN_VALUE, 1, "a number above 0, up to 1"),
                keys.whole("seed", 0L, Long.MIN_VALUE, Long.MAX_VALUE)));
    keys.refuseUnknown();
    return parameters;
  }
}
