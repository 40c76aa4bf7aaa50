package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.store.Manifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Uses a test has written down. */
final class KnownUses implements DataUses {
  final Map<String, String> running = new HashMap<>();
  final List<TrainedAdapter> adapters = new ArrayList<>();
  final Map<String, Copy> exports = new HashMap<>();

  /** The version each published table shows. */
  final Map<String, String> tables = new HashMap<>();

  final Set<Long> deleted = new TreeSet<>();

  @Override
  public List<String> runningJobs(
      String tenant, Collection<Manifest> versions, String exceptJobId) {
    return versions.stream()
        .filter(version -> running.containsKey(version.versionId()))
        .map(version -> running.get(version.versionId()))
        .toList();
  }

  @Override
  public List<TrainedAdapter> adapters(String tenant, Set<String> versionIds) {
    return adapters.stream()
        .filter(adapter -> adapter.datasetVersionIds().stream().anyMatch(versionIds::contains))
        .toList();
  }

  @Override
  public List<Copy> exports(String tenant, Set<String> versionIds) {
    return exports.entrySet().stream()
        .filter(export -> versionIds.contains(export.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  @Override
  public List<Copy> results(String tenant, Set<String> versionIds) {
    return List.of();
  }

  @Override
  public List<String> tables(String tenant, Set<String> versionIds) {
    return tables.entrySet().stream()
        .filter(table -> versionIds.contains(table.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void deleteRows(
      String tenant, String table, Map<Integer, long[]> ordinals, String versionId) {
    ordinals.values().forEach(rows -> Arrays.stream(rows).forEach(deleted::add));
    tables.put(table, versionId);
  }

  @Override
  public List<Copy> snapshots(Instant since) {
    return List.of(new Copy("nightly", "/snapshots/nightly"));
  }
}
