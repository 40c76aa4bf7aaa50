package com.auterity.neuroweaver.client.cli;

/** What the command line returns to the shell. */
public final class ExitCode {
  public static final int OK = 0;

  /** The work was tried and failed. */
  public static final int FAILURE = 1;

  /** The command line, or the input it names, is wrong. */
  public static final int USAGE = 2;

  /** Ctrl-C. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
