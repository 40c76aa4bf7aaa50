package com.auterity.neuroweaver.datasets.store;

import java.util.List;
import java.util.Optional;

/** Committed dataset versions. A version is visible from the moment {@link #commit} returns. */
public interface DatasetCatalog {
  /** In the details of a NOT_FOUND: the version was there, and this is why it is no more. */
  String DISPOSAL = "disposal";

  /**
   * Reserves ids for a new version of the dataset called {@code name} (made if unknown) on behalf
   * of a job. Asking again for the same job and name gives the same ids, so a restarted job
   * overwrites its own chunks. Nothing becomes visible.
   */
  Reservation reserve(String tenant, String name, String jobId);

  /**
   * Makes the version visible, at once and whole. Committing the same version again is no error.
   */
  void commit(Manifest manifest);

  /** {@code reference}: version id, dataset id, name (newest version) or name@version. */
  Optional<Manifest> find(String tenant, String reference);

  /** Like {@link #find}, or NOT_FOUND naming the reference and the datasets there are. */
  Manifest get(String tenant, String reference);

  /** Newest version of every dataset, by name. */
  List<Manifest> list(String tenant);

  /** All versions of one dataset, newest first. */
  List<Manifest> versions(String tenant, String datasetId);

  /** Number of partitions of every dataset of this grid. */
  int partitions();

  /** Ids for a version that is not there yet. */
  record Reservation(String datasetId, String versionId, int version) {}
}
