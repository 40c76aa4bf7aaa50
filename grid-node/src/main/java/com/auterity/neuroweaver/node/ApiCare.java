package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.api.Care;
import com.auterity.neuroweaver.client.ChunkRepairReport;
import com.auterity.neuroweaver.client.EraseRequest;
import com.auterity.neuroweaver.client.Retention;
import com.auterity.neuroweaver.client.RetentionRequest;
import com.auterity.neuroweaver.client.SnapshotInfo;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkRepairRow;
import com.auterity.neuroweaver.datasets.store.DatasetRetentionRow;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.care.EraseHandler;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Care of data in the words of the wire. */
record ApiCare(GridParts parts, Snapshots made) implements Care {
  @Override
  public Retention retention(Manifest dataset) {
    return parts
        .table(DatasetRetentionRow.TABLE)
        .get(dataset.tenant(), dataset.datasetId())
        .map(ApiCare::wire)
        .orElseThrow(
            () ->
                NeuroWeaverException.notFound(
                    "dataset " + dataset.name() + " has no retention: every version is kept"));
  }

  @Override
  public Retention setRetention(Manifest dataset, RetentionRequest request) {
    if (request.keepDays() == null && request.keepVersions() == null) {
      throw NeuroWeaverException.invalid(
          "a retention needs keep_days, keep_versions or both (or keep_everything: true)");
    }
    DatasetRetentionRow row =
        new DatasetRetentionRow(
            dataset.tenant(),
            dataset.datasetId(),
            dataset.name(),
            request.keepDays(),
            request.keepVersions() == null ? 1 : request.keepVersions(),
            parts.clock().instant().truncatedTo(ChronoUnit.MICROS));
    parts.table(DatasetRetentionRow.TABLE).put(row);
    return wire(row);
  }

  @Override
  public void keepEverything(Manifest dataset) {
    parts.table(DatasetRetentionRow.TABLE).remove(dataset.tenant(), dataset.datasetId());
  }

  @Override
  public ObjectNode eraseParameters(Manifest dataset, EraseRequest request) {
    ObjectNode asked = JsonNodeFactory.instance.objectNode();
    asked.put("dataset", dataset.datasetId());
    asked.put("column", request.column());
    asked.put("value", request.value());
    return EraseHandler.hashed(dataset, asked);
  }

  @Override
  public List<ChunkRepairReport> repairs(String tenant) {
    return parts.table(ChunkRepairRow.TABLE).where(Map.of("tenant", tenant)).stream()
        .sorted(Comparator.comparing(ChunkRepairRow::repairedAt).reversed())
        .map(
            row ->
                new ChunkRepairReport(
                    row.versionId(),
                    row.part(),
                    row.seq(),
                    row.outcome().name(),
                    row.damagedOn().isEmpty()
                        ? List.of()
                        : Arrays.asList(row.damagedOn().split(",")),
                    row.mendedFrom(),
                    row.noticedBy(),
                    row.problem(),
                    row.repairedAt()))
        .toList();
  }

  @Override
  public List<SnapshotInfo> snapshots() {
    return made.list().stream()
        .map(
            snapshot ->
                new SnapshotInfo(
                    snapshot.name(),
                    snapshot.path().toString(),
                    snapshot.nodes(),
                    snapshot.createdAt()))
        .toList();
  }

  private static Retention wire(DatasetRetentionRow row) {
    return new Retention(
        row.datasetId(), row.name(), row.keepDays(), row.keepVersions(), row.updatedAt());
  }
}
