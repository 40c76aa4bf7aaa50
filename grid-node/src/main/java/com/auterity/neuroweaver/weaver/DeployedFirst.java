package com.auterity.neuroweaver.weaver;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.registry.Deployments;
import com.auterity.neuroweaver.registry.ModelRegistry;

/** Looks a name up among the deployments and then among the registered models. */
public final class DeployedFirst implements Predictor.Targets {
  private final ModelRegistry registry;
  private final Deployments deployments;

  public DeployedFirst(ModelRegistry registry, Deployments deployments) {
    this.registry = registry;
    this.deployments = deployments;
  }

  @Override
  public Predictor.Target find(String tenant, String reference) {
    if (deployments.exists(tenant, reference)) {
      return new Predictor.Target(reference, registry.deployment(tenant, reference));
    }
    try {
      return new Predictor.Target(null, registry.model(tenant, reference));
    } catch (NeuroWeaverException e) {
      if (e.kind() != ErrorKind.NOT_FOUND) {
        throw e;
      }
      throw NeuroWeaverException.notFound(
          "nothing is deployed as '"
              + reference
              + "' (deployed are "
              + deployments.list(tenant).stream().map(d -> d.name()).toList()
              + "), and "
              + e.getMessage());
    }
  }
}
