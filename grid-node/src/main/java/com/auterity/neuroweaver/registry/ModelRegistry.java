package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.jobs.inference.ModelSource;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import java.util.List;

/** Models, their versions, aliases and deployments. Thread-safe; one for each node. */
public final class ModelRegistry implements ModelSource {
  /** Registers a version; the same content again gives what is there, other content is CONFLICT. */
  public ModelVersion register(String tenant, NewVersion version) {
    throw new UnsupportedOperationException();
  }

  /** All models by name. */
  public List<RegisteredModel> list(String tenant) {
    throw new UnsupportedOperationException();
  }

  /** A model by name or model id; NOT_FOUND naming the models there are. */
  public RegisteredModel show(String tenant, String reference) {
    throw new UnsupportedOperationException();
  }

  /** A version by name (newest), name@version, name@alias or version id. */
  public ModelVersion version(String tenant, String reference) {
    throw new UnsupportedOperationException();
  }

  /** Points an alias of a model at one of its versions, moving it if it was there. */
  public void alias(String tenant, String model, String alias, String version) {
    throw new UnsupportedOperationException();
  }

  /** Deployments that are not removed, by name. */
  public List<Deployment> deployments(String tenant) {
    throw new UnsupportedOperationException();
  }

  /** Stops serving under the name; NOT_FOUND when nothing does. */
  public Deployment undeploy(String tenant, String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ServedModel model(String tenant, String reference) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ServedModel deployment(String tenant, String name) {
    throw new UnsupportedOperationException();
  }
}
