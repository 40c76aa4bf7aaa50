package com.auterity.neuroweaver.jobs.refinement;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The model that a stage scores rows with, as it was when the job began.
 *
 * @param label as the result names it
 * @param sha256 what the base model's folder hashes to
 * @param adapterBlob null, as {@code adapterConfigBlob} is, for the base model alone
 * @param numerics the numerics profile all scores are computed on; null before a job has begun
 */
record ScoringModel(
    String label,
    String baseModel,
    String sha256,
    String adapterBlob,
    String adapterConfigBlob,
    String numerics) {

  /** As it stands in a recipe whose references are pinned. */
  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("label", label)
        .put("base_model", baseModel)
        .put("sha256", sha256)
        .put("adapter_blob", adapterBlob)
        .put("adapter_config_blob", adapterConfigBlob)
        .put("numerics", numerics);
  }

  static ScoringModel of(Knobs knobs) {
    ScoringModel model =
        new ScoringModel(
            knobs.text("label"),
            knobs.text("base_model"),
            knobs.text("sha256"),
            knobs.text("adapter_blob", null),
            knobs.text("adapter_config_blob", null),
            knobs.text("numerics", null));
    knobs.done();
    return model;
  }
}
