package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.HealthDetail;
import java.util.Optional;

/** What the node knows of itself. */
public interface NodeFacts {
  /** Consistent id of this node. */
  String name();

  /** Build version. */
  String version();

  /** Empty when the grid can take work, otherwise what is missing. */
  Optional<String> notReadyBecause();

  HealthDetail detail();
}
