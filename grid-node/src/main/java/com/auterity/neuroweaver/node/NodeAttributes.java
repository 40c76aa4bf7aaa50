package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.job.GridAttributes;

/** What a node tells the others of itself when it joins, beside {@link GridAttributes}. */
final class NodeAttributes {
  static final String BUILD = "neuroweaver.build";
  static final String LAYOUT = "neuroweaver.layout";

  /** The snapshot the node was started to restore; empty without one. */
  static final String RESTORE = "neuroweaver.restore";

  private NodeAttributes() {}
}
