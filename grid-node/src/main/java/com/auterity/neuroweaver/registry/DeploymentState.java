package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Map;

/** LOADING until every node has the model, then READY; FAILED with a reason; REMOVED at the end. */
public enum DeploymentState {
  LOADING,
  READY,
  FAILED,
  REMOVED;

  /** Whether a deployment in this state may go to the other: REMOVED and FAILED may load again. */
  boolean allows(DeploymentState next) {
    return switch (this) {
      case LOADING -> true;
      case READY, FAILED -> next == LOADING || next == REMOVED;
      case REMOVED -> next == LOADING;
    };
  }

  void require(String deployment, DeploymentState next) {
    if (!allows(next)) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "deployment " + deployment + " is " + this + " and cannot become " + next,
          Map.of("deployment", deployment, "state", name(), "wanted", next.name()));
    }
  }
}
