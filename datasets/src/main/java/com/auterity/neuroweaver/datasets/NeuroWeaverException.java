package com.auterity.neuroweaver.datasets;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A failure with its kind, a message that says what, where and what would be right, and the
 * offending values as details. The only exception type that crosses module boundaries on purpose.
 */
public class NeuroWeaverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorKind kind;
  private final transient Map<String, Object> details;

  public NeuroWeaverException(
      ErrorKind kind, String message, Map<String, ?> details, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.details = new LinkedHashMap<>(details);
  }

  public NeuroWeaverException(ErrorKind kind, String message, Map<String, ?> details) {
    this(kind, message, details, null);
  }

  public NeuroWeaverException(ErrorKind kind, String message) {
    this(kind, message, Map.of(), null);
  }

  public static NeuroWeaverException invalid(String message) {
    return new NeuroWeaverException(ErrorKind.INVALID_INPUT, message);
  }

  public static NeuroWeaverException notFound(String message) {
    return new NeuroWeaverException(ErrorKind.NOT_FOUND, message);
  }

  /**
   * What work in another thread failed with, to be thrown in this one: as it is when nobody has to
   * declare it, else as the cause of an IllegalStateException. An Error is thrown at once.
   */
  public static RuntimeException unchecked(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
  }

  public ErrorKind kind() {
    return kind;
  }

  public Map<String, Object> details() {
    return details == null ? Map.of() : details;
  }
}
