package com.auterity.neuroweaver.node;

import org.apache.ignite.Ignite;
import org.apache.ignite.failure.AbstractFailureHandler;
import org.apache.ignite.failure.FailureContext;
import org.apache.ignite.failure.FailureType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A critical failure ends the process, loudly: a half-dead node would hold up the whole grid. Exit
 * code 71 after a failure, 72 when the others have dropped this node.
 */
final class LoudFailureHandler extends AbstractFailureHandler {
  static final int FAILED = 71;
  static final int DROPPED = 72;

  private static final Logger LOG = LoggerFactory.getLogger(LoudFailureHandler.class);

  @Override
  protected boolean handle(Ignite ignite, FailureContext failure) {
    boolean dropped = failure.type() == FailureType.SEGMENTATION;
    String what =
        dropped
            ? "the other nodes have dropped this one (it was paused, starved of CPU, or cut off);"
                + " start it again"
            : "critical failure " + failure.type() + ", this node ends: " + failure.error();
    System.err.println("node " + ignite.name() + ": " + what);
    LOG.error(what, failure.error());
    Runtime.getRuntime().halt(dropped ? DROPPED : FAILED);
    return true;
  }
}
