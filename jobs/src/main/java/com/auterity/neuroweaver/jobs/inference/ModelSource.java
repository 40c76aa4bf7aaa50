package com.auterity.neuroweaver.jobs.inference;

/** The registered models, as the jobs that use them see them. */
public interface ModelSource {
  /**
   * A model by name (its newest version), {@code name@version}, {@code name@alias} or version id.
   *
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException NOT_FOUND naming what there is
   */
  ServedModel model(String tenant, String reference);

  /** The model version that serves under a deployment name; CONFLICT while it is not READY. */
  ServedModel deployment(String tenant, String name);
}
