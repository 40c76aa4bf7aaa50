package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.ChunkRepairReport;
import com.auterity.neuroweaver.client.EraseRequest;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.Page;
import com.auterity.neuroweaver.client.Retention;
import com.auterity.neuroweaver.client.RetentionRequest;
import com.auterity.neuroweaver.client.RetireRequest;
import com.auterity.neuroweaver.client.SnapshotInfo;
import com.auterity.neuroweaver.client.SnapshotRequest;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Care of data over HTTP. */
final class CareResource {
  private final DatasetCatalog catalog;
  private final Care care;
  private final Jobs jobs;

  CareResource(DatasetCatalog catalog, Care care, Jobs jobs) {
    this.catalog = catalog;
    this.care = care;
    this.jobs = jobs;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.post(
            "/datasets/{dataset_id}/verify",
            "Check every copy of every chunk of a version, and mend damaged ones.",
            Void.class,
            Job.class,
            202,
            (call, none) ->
                submit(call, "verify", parameters().put("dataset", manifest(call).versionId()))),
        Route.get(
            "/datasets/{dataset_id}/retention",
            "How long versions of a dataset are kept.",
            Retention.class,
            call -> care.retention(manifest(call))),
        Route.post(
            "/datasets/{dataset_id}/retention",
            "Set how long versions are kept: keep_days, keep_versions, or keep_everything.",
            RetentionRequest.class,
            Retention.class,
            200,
            this::setRetention),
        Route.post(
            "/datasets/{dataset_id}/retire",
            "Dispose of the versions that the dataset's retention has made due, or of the version"
                + " named.",
            RetireRequest.class,
            Job.class,
            202,
            this::retire),
        Route.post(
            "/retention/apply",
            "Dispose of the versions that any dataset's retention has made due.",
            RetireRequest.class,
            Job.class,
            202,
            (call, body) -> submit(call, "retire", dryRun(body))),
        Route.post(
            "/datasets/{dataset_id}/erase",
            "Erase the rows of a data subject from a dataset and all that was derived from it.",
            EraseRequest.class,
            Job.class,
            202,
            (call, body) -> submit(call, "erase", care.eraseParameters(manifest(call), body))),
        Route.page(
                "/repairs",
                "Chunks that were found damaged, newest first.",
                ChunkRepairReport.class,
                call -> page(call, care.repairs(call.tenant())))
            .paged(),
        Route.page(
                "/snapshots",
                "Snapshots of which this node has a part, oldest first.",
                SnapshotInfo.class,
                call -> page(call, care.snapshots()))
            .paged(),
        Route.post(
            "/snapshots",
            "Make a consistent copy of the whole grid.",
            SnapshotRequest.class,
            Job.class,
            202,
            (call, body) -> submit(call, "snapshot", parameters().put("name", body.name()))));
  }

  private Retention setRetention(Call call, RetentionRequest body) {
    Manifest dataset = manifest(call);
    if (Boolean.TRUE.equals(body.keepEverything())) {
      care.keepEverything(dataset);
      return new Retention(dataset.datasetId(), dataset.name(), null, null, null);
    }
    return care.setRetention(dataset, body);
  }

  private Job retire(Call call, RetireRequest body) {
    String reference = call.path("dataset_id");
    Manifest found = manifest(call);
    boolean version = reference.contains("@") || reference.equals(found.versionId());
    return submit(
        call,
        "retire",
        dryRun(body).put("dataset", version ? found.versionId() : found.datasetId()));
  }

  private static ObjectNode dryRun(RetireRequest body) {
    return parameters().put("dry_run", Boolean.TRUE.equals(body.dryRun()));
  }

  private Job submit(Call call, String kind, ObjectNode parameters) {
    return jobs.submit(call.tenant(), kind, parameters, call.idempotencyKey(), null);
  }

  private Manifest manifest(Call call) {
    return catalog.get(call.tenant(), call.path("dataset_id"));
  }

  private static <T> Page<T> page(Call call, List<T> all) {
    return Page.of(
        all.stream().skip(call.offset()).limit(call.limit()).toList(),
        all.size(),
        call.limit(),
        call.offset());
  }

  private static ObjectNode parameters() {
    return JsonNodeFactory.instance.objectNode();
  }
}
