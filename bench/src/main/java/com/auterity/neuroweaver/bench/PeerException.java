package com.auterity.neuroweaver.bench;

/** A peer that did not start, answer in time, or do what it was asked. */
final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PeerException(String message) {
    super(message);
  }

  PeerException(String message, Throwable cause) {
    super(message, cause);
  }
}
