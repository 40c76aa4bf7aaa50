package com.auterity.neuroweaver.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What went wrong: the kind of error, a message that says what would be right, and the offending
 * values.
 */
public record Problem(String code, String message, Map<String, Object> details) {
  public Problem {
    details =
        details == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}
