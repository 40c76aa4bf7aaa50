package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.store.Manifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Uses a test has written down. */
final class KnownUses implements DataUses {
  final Map<String, String> running = new HashMap<>();
  final List<TrainedAdapter> adapters = new ArrayList<>();
  final Map<String, Copy> exports = new HashMap<>();

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
  public List<Copy> snapshots(Instant since) {
    return List.of(new Copy("nightly", "/snapshots/nightly"));
  }
}
