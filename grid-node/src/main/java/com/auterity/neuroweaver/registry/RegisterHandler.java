package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.client.ModelVersion;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.training.Parameters;
import com.auterity.neuroweaver.registry.FinishedJobs.FinishedJob;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Job {@code register}: makes a trained adapter a model version with its lineage. */
public final class RegisterHandler implements JobHandler {
  private final ModelRegistry registry;
  private final FinishedJobs jobs;

  public RegisterHandler(ModelRegistry registry, FinishedJobs jobs) {
    this.registry = registry;
    this.jobs = jobs;
  }

  @Override
  public String kind() {
    return "register";
  }

  /** What is asked for: the jobs by id, or by any object with their {@code job_id}. */
  private record Order(
      String name, String version, String trainJob, String evaluateJob, List<String> aliases) {
    static Order of(ObjectNode json) {
      Parameters keys = new Parameters("register", json);
      Order order =
          new Order(
              keys.text("name"),
              SemanticVersion.parse(keys.text("version")).toString(),
              job(keys, "train")
                  .orElseThrow(
                      () ->
                          NeuroWeaverException.invalid(
                              "register: train is missing; it must be the id of the train job")),
              job(keys, "evaluate").orElse(null),
              keys.texts("aliases", List.of()));
      keys.refuseUnknown();
      NewVersion.requireName("model name", order.name());
      return order;
    }

    private static Optional<String> job(Parameters keys, String key) {
      Optional<JsonNode> given = keys.any(key);
      if (given.isEmpty()) {
        return Optional.empty();
      }
      JsonNode id = given.get().isObject() ? given.get().path("job_id") : given.get();
      if (!id.isTextual() || id.textValue().isBlank()) {
        throw keys.wrong(key, given.get(), "the id of a job, or an object with its job_id");
      }
      return Optional.of(id.textValue());
    }
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    Order order = Order.of(parameters);
    finished(tenant, "train", order.trainJob());
    if (order.evaluateJob() != null) {
      finished(tenant, "evaluate", order.evaluateJob());
    }
  }

  @Override
  public ObjectNode run(JobContext context) {
    Order order = Order.of(context.parameters());
    FinishedJob train = finished(context.tenant(), "train", order.trainJob());
    Map<String, Double> metrics = new TreeMap<>();
    numbers(train.result(), metrics, "loss_first", "loss_last");
    if (order.evaluateJob() != null) {
      FinishedJob evaluate = finished(context.tenant(), "evaluate", order.evaluateJob());
      numbers(
          evaluate.result(),
          metrics,
          "perplexity",
          "valid_json",
          "field_exact",
          "op_code_accuracy",
          "exact_match");
    }
    ModelVersion version =
        registry.register(
            context.tenant(),
            new NewVersion(
                order.name(),
                order.version(),
                text(train.parameters(), "base_model"),
                text(train.result(), "base_model_sha256"),
                text(train.result(), "adapter_blob"),
                text(train.result(), "adapter_config_blob"),
                text(train.result(), "adapter_sha256"),
                datasetVersions(context, train),
                order.trainJob(),
                train.parameters(),
                metrics));
    for (String alias : order.aliases()) {
      registry.alias(context.tenant(), order.name(), alias, order.version());
    }
    context.attribute(null, version.versionId());
    ObjectNode result = context.parameters().objectNode();
    result.put("model_id", registry.show(context.tenant(), order.name()).modelId());
    result.put("name", order.name());
    result.put("version", version.version());
    result.put("version_id", version.versionId());
    result.put("base_model", version.baseModel());
    result.put("base_model_sha256", version.baseModelSha256());
    result.put("adapter_sha256", version.adapterSha256());
    return result;
  }

  private FinishedJob finished(String tenant, String kind, String jobId) {
    FinishedJob job = jobs.get(tenant, jobId);
    if (!job.kind().equals(kind)) {
      throw NeuroWeaverException.invalid(
          "register: %s must be a %s job, but %s is a %s job"
              .formatted(kind, kind, jobId, job.kind()));
    }
    return job;
  }

  private static List<String> datasetVersions(JobContext context, FinishedJob train) {
    List<String> ids = new ArrayList<>();
    if (train.result().hasNonNull("dataset_version_id")) {
      ids.add(train.result().get("dataset_version_id").asText());
    } else {
      context
          .datasets()
          .find(context.tenant(), train.parameters().path("dataset").asText())
          .ifPresent(manifest -> ids.add(manifest.versionId()));
    }
    return ids;
  }

  private static String text(ObjectNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isTextual()) {
      throw NeuroWeaverException.invalid(
          "register: the train job has no " + key + " in its parameters or result");
    }
    return value.textValue();
  }

  private static void numbers(ObjectNode node, Map<String, Double> metrics, String... keys) {
    for (String key : keys) {
      if (node.path(key).isNumber()) {
        metrics.put(key, node.get(key).doubleValue());
      }
    }
  }
}
