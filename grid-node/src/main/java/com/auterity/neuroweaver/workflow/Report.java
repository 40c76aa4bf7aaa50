package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.client.Bill;
import com.auterity.neuroweaver.client.JobCost;
import com.auterity.neuroweaver.client.WireMapper;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** The content of {@code report.json}: a section for each role there is a result for. */
final class Report {
  private static final JsonMapper MAPPER = WireMapper.strict();

  private Report() {}

  static ObjectNode build(
      String title,
      String workflowId,
      List<String> nodes,
      Map<ReportHandler.Role, ObjectNode> results,
      Bill bill) {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("title", title);
    if (workflowId != null) {
      report.put("workflow_id", workflowId);
    }
    ArrayNode names = report.putArray("nodes");
    nodes.forEach(names::add);
    dataset(report, results);
    copy(
        report,
        "refinement",
        results.get(ReportHandler.Role.REFINE),
        "stages",
        "masked",
        "masked_examples",
        "profile_before",
        "profile_after");
    copy(
        report,
        "training",
        results.get(ReportHandler.Role.TRAIN),
        "steps",
        "tokens",
        "seconds",
        "loss_first",
        "loss_last",
        "adapter_sha256",
        "base_model_sha256",
        "micro_batches_by_node",
        "losses");
    evaluation(report, results);
    copy(
        report,
        "model",
        results.get(ReportHandler.Role.REGISTER),
        "model_id",
        "name",
        "version",
        "version_id");
    copy(
        report,
        "deployment",
        results.get(ReportHandler.Role.DEPLOY),
        "deployment_id",
        "name",
        "state");
    copy(
        report,
        "inference",
        results.get(ReportHandler.Role.INFER),
        "rows",
        "tokens",
        "seconds",
        "dataset",
        "version_id");
    cost(report, bill);
    return report;
  }

  private static void dataset(ObjectNode report, Map<ReportHandler.Role, ObjectNode> results) {
    ObjectNode load = results.get(ReportHandler.Role.LOAD);
    ObjectNode refine = results.get(ReportHandler.Role.REFINE);
    if (load == null && refine == null) {
      return;
    }
    ObjectNode dataset = report.putObject("dataset");
    JsonNode loaded = load != null ? load.get("rows") : refine.get("rows_in");
    dataset.set("rows_loaded", loaded);
    dataset.set("rows_kept", refine != null ? refine.get("rows_kept") : loaded);
    ObjectNode rejected = dataset.putObject("rejected");
    addCounts(rejected, load);
    addCounts(rejected, refine);
    if (refine != null && refine.has("masked")) {
      dataset.set("masked", refine.get("masked"));
    }
  }

  private static void addCounts(ObjectNode counts, ObjectNode result) {
    if (result == null) {
      return;
    }
    result
        .path("rejected")
        .properties()
        .forEach(
            entry ->
                counts.put(
                    entry.getKey(),
                    counts.path(entry.getKey()).asLong() + entry.getValue().asLong()));
  }

  private static void evaluation(ObjectNode report, Map<ReportHandler.Role, ObjectNode> results) {
    ObjectNode result = results.get(ReportHandler.Role.EVALUATE);
    if (result == null) {
      return;
    }
    copy(report, "evaluation", result, "rows", "before", "after", "keyword_baseline");
    if (result.has("samples")) {
      report.set("answers", result.get("samples"));
    }
  }

  private static void copy(ObjectNode report, String section, ObjectNode result, String... fields) {
    if (result == null) {
      return;
    }
    ObjectNode copy = report.putObject(section);
    for (String field : fields) {
      if (result.has(field)) {
        copy.set(field, result.get(field));
      }
    }
  }

  private static void cost(ObjectNode report, Bill bill) {
    ObjectNode cost = report.putObject("cost");
    cost.put("total_usd", bill.totalUsd());
    ArrayNode byJob = cost.putArray("by_job");
    for (JobCost line : bill.byJob()) {
      byJob.add(MAPPER.<ObjectNode>valueToTree(line));
    }
  }
}
