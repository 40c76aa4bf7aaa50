package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.store.Manifest;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What else on the grid uses dataset versions, or holds what was made of them. */
public interface DataUses {
  /**
   * Jobs under way that read one of these versions, or whose parameters name it in any way.
   *
   * @param exceptJobId the job that asks
   * @return lines for people: {@code train job_...}
   */
  List<String> runningJobs(String tenant, Collection<Manifest> versions, String exceptJobId);

  /** Adapters whose training read one of these version ids: registered, or only trained. */
  List<TrainedAdapter> adapters(String tenant, Set<String> versionIds);

  /** Files that export jobs wrote from one of these version ids. */
  List<Copy> exports(String tenant, Set<String> versionIds);

  /** Jobs whose stored results show values of one of these version ids: profiles, examples. */
  List<Copy> results(String tenant, Set<String> versionIds);

  /** Names of the SQL tables that were published from one of these version ids. */
  List<String> tables(String tenant, Set<String> versionIds);

  /**
   * Takes rows out of a published table; those that are gone already are passed over.
   *
   * @param ordinals of the rows, by partition
   * @param versionId the version that the table shows from then on
   */
  void deleteRows(String tenant, String table, Map<Integer, long[]> ordinals, String versionId);

  /** Snapshots of the grid made at or after an instant. */
  List<Copy> snapshots(Instant since);

  /**
   * @param model name and version, null when the adapter was not registered
   * @param deployments under which it answers now
   */
  record TrainedAdapter(
      String trainJobId,
      String adapterSha256,
      String model,
      String modelVersionId,
      List<String> datasetVersionIds,
      List<String> deployments) {}

  /**
   * Where a copy lies: {@code what} is a job's or snapshot's name, {@code where} a path or null.
   */
  record Copy(String what, String where) {}
}
