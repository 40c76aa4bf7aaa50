package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.inference.ModelSource;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The models that stages score rows with. */
final class ScoringModels {
  /** The knob that names a registered model, as a job {@code infer} does. */
  static final String REGISTERED = "model";

  /** The knob that names a base model's folder, as {@code train} and {@code evaluate} do. */
  static final String BASE = "base_model";

  private ScoringModels() {}

  /**
   * The stages of a valid recipe with each model replaced by what it is now.
   *
   * @param numerics of the nodes that will score; null to look only
   * @throws NeuroWeaverException NOT_FOUND for a model that is not there, INVALID_INPUT for one
   *     that cannot score what the stage wants scored
   */
  static JsonNode pinned(JsonNode stages, String tenant, ModelSource models, String numerics) {
    JsonNode pinned = stages.deepCopy();
    for (int i = 0; i < pinned.size(); i++) {
      if (pinned.get(i).path("stage").asText().equals(PerplexityFilter.NAME)) {
        ObjectNode stage = (ObjectNode) pinned.get(i);
        Knobs knobs = new Knobs(stage, "stages[" + i + "] (" + PerplexityFilter.NAME + ")");
        String key = knobs.has(BASE) ? BASE : REGISTERED;
        ScoringModel model = found(key, knobs.text(key), tenant, models, numerics);
        checkLength(knobs, model);
        stage.set(key, model.json());
      }
    }
    return pinned;
  }

  static boolean any(JsonNode stages) {
    for (JsonNode stage : stages) {
      if (stage.path("stage").asText().equals(PerplexityFilter.NAME)) {
        return true;
      }
    }
    return false;
  }

  private static ScoringModel found(
      String key, String name, String tenant, ModelSource models, String numerics) {
    if (key.equals(REGISTERED)) {
      ServedModel model = models.model(tenant, name);
      ModelFolder folder = ModelFolder.open(ModelFolder.resolve(model.baseModel()));
      if (!folder.sha256().equals(model.baseModelSha256())) {
        throw new NeuroWeaverException(
            ErrorKind.CONFLICT,
            "base model %s in %s hashes to %s, but %s was made from %s; bring the same folder back"
                .formatted(
                    model.baseModel(),
                    folder.path(),
                    folder.sha256(),
                    model.label(),
                    model.baseModelSha256()));
      }
      return new ScoringModel(
          model.label(),
          model.baseModel(),
          model.baseModelSha256(),
          model.adapterBlob(),
          model.adapterConfigBlob(),
          numerics);
    }
    ModelFolder folder = ModelFolder.open(ModelFolder.resolve(name));
    return new ScoringModel(name, name, folder.sha256(), null, null, numerics);
  }

  private static void checkLength(Knobs knobs, ScoringModel model) {
    int positions =
        ModelFolder.open(ModelFolder.resolve(model.baseModel())).config().maxPositions();
    Integer wanted = knobs.whole("max_tokens", 2, Integer.MAX_VALUE);
    if (wanted != null && wanted > positions) {
      throw Knobs.invalid(
          knobs.place() + ".max_tokens",
          "is " + wanted + ", but " + model.label() + " reads " + positions + " tokens at most",
          "a whole number from 2 to " + positions);
    }
  }

  /** The numerics profile that all nodes have in common. */
  static String numerics(List<GridNode> nodes) {
    TreeSet<String> profiles = new TreeSet<>();
    nodes.forEach(node -> profiles.add(node.numericsProfile()));
    if (profiles.size() != 1) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "a model scores rows to the same bytes on nodes of one numerics profile only, but there"
              + " are "
              + profiles
              + "; let nodes of one profile hold the data",
          Map.of("numerics_profiles", profiles.toString()));
    }
    return profiles.first();
  }
}
