package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.client.Deployment;
import com.auterity.neuroweaver.client.Model;
import com.auterity.neuroweaver.client.ModelVersion;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.job.JobService;
import com.auterity.neuroweaver.job.JobState;
import com.auterity.neuroweaver.job.JobView;
import com.auterity.neuroweaver.jobs.care.DataUses;
import com.auterity.neuroweaver.publish.PublishedTables;
import com.auterity.neuroweaver.registry.ModelRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the grid's jobs, models, exports and snapshots have of dataset versions. */
record GridUses(
    JobService jobs, ModelRegistry registry, Snapshots snapshots, PublishedTables published)
    implements DataUses {
  /** Parameters that name what a job makes, not what it reads. */
  private static final Set<String> MADE = Set.of("name", "as");

  /** Jobs whose results show no values of the rows they read. */
  private static final Set<String> VALUELESS =
      Set.of(
          "export",
          "scan",
          "train",
          "register",
          "deploy",
          "verify",
          "retire",
          "erase",
          "snapshot",
          "publish",
          "unpublish");

  @Override
  public List<String> runningJobs(
      String tenant, Collection<Manifest> versions, String exceptJobId) {
    Set<String> references = new HashSet<>();
    for (Manifest version : versions) {
      // A job that named the dataset may have begun when this was its newest version.
      references.add(version.name());
      references.add(version.datasetId());
      references.add(version.versionId());
      references.add(version.name() + "@" + version.version());
    }
    // A queued job has read nothing yet, and finds what there is when it starts.
    return jobs.list(tenant).stream()
        .filter(job -> job.state() == JobState.RUNNING && !job.jobId().equals(exceptJobId))
        .filter(job -> names(job.parameters(), references))
        .map(job -> job.kind() + " " + job.jobId() + " is running on it")
        .toList();
  }

  private static boolean names(JsonNode node, Set<String> references) {
    if (node.isTextual()) {
      return references.contains(node.textValue());
    }
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        if (!MADE.contains(field.getKey()) && names(field.getValue(), references)) {
          return true;
        }
      }
      return false;
    }
    for (JsonNode item : node) {
      if (names(item, references)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<TrainedAdapter> adapters(String tenant, Set<String> versionIds) {
    List<TrainedAdapter> adapters = new ArrayList<>();
    Set<String> registered = new HashSet<>();
    for (Model model : registry.list(tenant)) {
      for (ModelVersion version : model.versions()) {
        if (version.datasetVersionIds().stream().anyMatch(versionIds::contains)) {
          registered.add(version.trainingJobId());
          adapters.add(
              new TrainedAdapter(
                  version.trainingJobId(),
                  version.adapterSha256(),
                  model.name() + "@" + version.version(),
                  version.versionId(),
                  version.datasetVersionIds(),
                  model.deployments().stream()
                      .filter(on -> version.version().equals(on.version()))
                      .map(Deployment::name)
                      .toList()));
        }
      }
    }
    for (JobView job : ended(tenant)) {
      String read = job.result().path("dataset_version_id").asText();
      if (job.kind().equals("train")
          && versionIds.contains(read)
          && !registered.contains(job.jobId())) {
        adapters.add(
            new TrainedAdapter(
                job.jobId(),
                job.result().path("adapter_sha256").asText(null),
                null,
                null,
                List.of(read),
                List.of()));
      }
    }
    return adapters;
  }

  @Override
  public List<Copy> exports(String tenant, Set<String> versionIds) {
    return ended(tenant).stream()
        .filter(job -> job.kind().equals("export"))
        .filter(job -> versionIds.contains(job.result().path("version_id").asText()))
        .map(job -> new Copy(job.jobId(), job.result().path("path").asText(null)))
        .toList();
  }

  @Override
  public List<Copy> results(String tenant, Set<String> versionIds) {
    return ended(tenant).stream()
        .filter(job -> !VALUELESS.contains(job.kind()))
        .filter(job -> names(job.result(), versionIds))
        .map(job -> new Copy(job.kind() + " " + job.jobId(), null))
        .toList();
  }

  private List<JobView> ended(String tenant) {
    return jobs.list(tenant).stream()
        .filter(job -> job.state() == JobState.SUCCEEDED && job.result() != null)
        .toList();
  }

  @Override
  public List<String> tables(String tenant, Set<String> versionIds) {
    return published.of(tenant, versionIds);
  }

  @Override
  public void deleteRows(
      String tenant, String table, Map<Integer, long[]> ordinals, String versionId) {
    published.deleteRows(tenant, table, ordinals, versionId);
  }

  @Override
  public List<Copy> snapshots(Instant since) {
    return snapshots.list().stream()
        .filter(snapshot -> !snapshot.createdAt().isBefore(since))
        .map(snapshot -> new Copy(snapshot.name(), snapshot.path().toString()))
        .toList();
  }
}
