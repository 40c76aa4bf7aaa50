package com.auterity.neuroweaver.job;

/** Names of what a node tells the others when it joins. */
public final class GridAttributes {
  /** Device, oneDNN version, instruction set, JDK feature release, precision. */
  public static final String NUMERICS = "neuroweaver.numerics";

  /** How many compute threads it offers. */
  public static final String WORKERS = "neuroweaver.workers";

  private GridAttributes() {}
}
