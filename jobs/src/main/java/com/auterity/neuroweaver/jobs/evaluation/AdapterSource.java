package com.auterity.neuroweaver.jobs.evaluation;

import java.util.Optional;

/** Finds the adapter of a registered model by its name, version or id. */
@FunctionalInterface
public interface AdapterSource {
  Optional<AdapterFiles> find(String tenant, String reference);

  /** The blobs with the two files of a PEFT adapter. */
  record AdapterFiles(String adapterBlob, String adapterConfigBlob) {}
}
