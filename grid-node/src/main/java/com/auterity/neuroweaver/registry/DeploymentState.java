package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Map;

/**
 * LOADING until every node has the model, then READY, or FAILED with a reason; REMOVED at the end.
 * A READY deployment takes a new version without leaving READY: the new one is loaded before.
 */
public enum DeploymentState {
  LOADING,
  READY,
  FAILED,
  REMOVED;

  boolean allows(DeploymentState next) {
    return switch (this) {
      case LOADING -> true;
      case READY -> next == READY || next == REMOVED;
      case FAILED -> next == LOADING || next == REMOVED;
      case REMOVED -> next == LOADING;
    };
  }

  /** Refuses a transition that the state does not allow, naming both. */
  void require(String deployment, DeploymentState next) {
    if (!allows(next)) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "deployment " + deployment + " is " + this + " and cannot become " + next,
          Map.of("deployment", deployment, "state", name(), "wanted", next.name()));
    }
  }
}
