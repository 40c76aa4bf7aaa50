package com.auterity.neuroweaver.client.cli;

/** The work was tried and failed; the message says why. Exit code 1. */
public final class FailureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FailureException(String message) {
    super(message);
  }
}
