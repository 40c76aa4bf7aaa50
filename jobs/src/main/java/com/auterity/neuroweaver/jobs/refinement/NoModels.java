package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.inference.ModelSource;
import com.auterity.neuroweaver.jobs.inference.ServedModel;

/** Where no models are registered. */
final class NoModels implements ModelSource {
  @Override
  public ServedModel model(String tenant, String reference) {
    throw NeuroWeaverException.notFound("there is no registered model '" + reference + "'");
  }

  @Override
  public ServedModel deployment(String tenant, String name) {
    throw NeuroWeaverException.notFound("there is no deployment '" + name + "'");
  }
}
