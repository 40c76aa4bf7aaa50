package com.auterity.neuroweaver.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The grid refused or failed a request: the HTTP status (0 when no answer came), the code of the
 * error kind, a message for people, and the offending values.
 */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient Map<String, Object> details;

  public ApiException(int status, Problem problem, Throwable cause) {
    super(problem.message(), cause);
    this.status = status;
    this.code = problem.code();
    this.details = Collections.unmodifiableMap(new LinkedHashMap<>(problem.details()));
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  public Map<String, Object> details() {
    return details == null ? Map.of() : details;
  }

  /** Whether the request itself was wrong, so that sending it again cannot help. */
  public boolean isInvalidInput() {
    return status == 400 || status == 404 || status == 405 || status == 413 || status == 422;
  }
}
