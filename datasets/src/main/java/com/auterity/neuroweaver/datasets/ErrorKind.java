package com.auterity.neuroweaver.datasets;

/** What kind of failure this is, the HTTP status that fits, and whether trying again can help. */
public enum ErrorKind {
  INVALID_INPUT(400, false),
  NOT_FOUND(404, false),
  CONFLICT(409, false),
  TOO_LARGE(413, false),
  UNPROCESSABLE(422, false),
  BUSY(429, true),
  CANCELLED(409, false),
  UNAVAILABLE(503, true),
  /** Stored bytes do not match their checksum, or a file contradicts itself. */
  CORRUPT(500, false),
  OUT_OF_MEMORY(507, false),
  /** A disk of the grid has less room than it shall have. */
  OUT_OF_STORAGE(507, false),
  INTERNAL(500, false);

  private final int httpStatus;
  private final boolean retryable;

  ErrorKind(int httpStatus, boolean retryable) {
    this.httpStatus = httpStatus;
    this.retryable = retryable;
  }

  public int httpStatus() {
    return httpStatus;
  }

  public boolean retryable() {
    return retryable;
  }
}
