package com.auterity.neuroweaver.jobs.refinement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.TreeMap;

/** The result of a refinement as JSON. */
final class RefineReport {
  private RefineReport() {}

  /** Adds what was done. */
  static void write(ObjectNode result, RefineProgress state, Recipe recipe) {
    result.put("rows_in", state.sum(RefineOutcome::rowsIn));
    result.put("rows_kept", state.sum(RefineOutcome::rowsKept));
    TreeMap<String, Long> rejected = new TreeMap<>();
    TreeMap<String, Long> changed = new TreeMap<>();
    TreeMap<String, Long> made = new TreeMap<>();
    for (StageCounts stage : state.counts().values()) {
      stage.rejected().forEach((reason, rows) -> rejected.merge(reason, rows, Long::sum));
      if (stage.changed() > 0) {
        changed.merge(stage.stage(), stage.changed(), Long::sum);
      }
      if (stage.made() > 0) {
        made.merge(stage.stage(), stage.made(), Long::sum);
      }
    }
    rejected.forEach(result.putObject("rejected")::put);
    state.masked().forEach(result.putObject("masked")::put);
    examples(result.putObject("masked_examples"), state);
    changed.forEach(result.putObject("changed")::put);
    if (!made.isEmpty()) {
      made.forEach(result.putObject("made")::put);
    }
    stages(result.putArray("stages"), state, recipe);
    result.set("profile_before", before(state, recipe.maskedColumns()));
    result.set("profile_after", state.after().toJson());
  }

  /** Without the values of columns whose values must not be seen. */
  private static ObjectNode before(RefineProgress state, List<String> masked) {
    ObjectNode profile = state.before().toJson();
    for (JsonNode column : profile.get("columns")) {
      if (masked.contains(column.get("name").asText())) {
        ((ObjectNode) column).putNull("min").putNull("max").remove("frequent");
      }
    }
    return profile;
  }

  /** {@code {KIND: [{column, action, ordinal, text}]}}. */
  private static void examples(ObjectNode into, RefineProgress state) {
    state
        .examples()
        .forEach(
            (kind, examples) -> {
              ArrayNode list = into.putArray(kind);
              for (MaskedExample example : examples) {
                list.addObject()
                    .put("column", example.column())
                    .put("action", example.action())
                    .put("ordinal", example.ordinal())
                    .put("text", example.text());
              }
            });
  }

  /**
   * In the recipe's order {@code {stage, rows_in, changed, made, rejected: {REASON: n}, examples:
   * {REASON: [{ordinal, detail, row}]}, report}}; made only where rows were, the last only from
   * survey stages and classifiers.
   */
  private static void stages(ArrayNode into, RefineProgress state, Recipe recipe) {
    List<String> names = recipe.stageNames();
    List<Integer> surveyed = recipe.surveyStages();
    JsonNode written = RefineSteps.json(state.stages());
    JsonNode reports = RefineSteps.json(state.surveys() == null ? "[]" : state.surveys());
    for (int place = 0; place < names.size(); place++) {
      String name = names.get(place);
      StageCounts counts = state.counts().getOrDefault(place, StageCounts.none(name));
      ObjectNode stage = into.addObject().put("stage", name).put("rows_in", counts.rowsIn());
      stage.put("changed", counts.changed());
      if (counts.made() > 0) {
        stage.put("made", counts.made());
      }
      counts.rejected().forEach(stage.putObject("rejected")::put);
      ObjectNode examples = stage.putObject("examples");
      counts
          .examples()
          .forEach(
              (reason, rows) -> {
                ArrayNode list = examples.putArray(reason);
                for (StageCounts.Dropped row : rows) {
                  ObjectNode shown = list.addObject().put("ordinal", row.ordinal());
                  shown.put("detail", row.detail());
                  row.values().forEach(shown.putObject("row")::put);
                }
              });
      JsonNode report = reports.path(surveyed.indexOf(place));
      if (!report.isObject()) {
        report = QualityTraining.report(written.get(place));
      }
      if (report.isObject()) {
        stage.set("report", report);
      }
    }
  }
}
