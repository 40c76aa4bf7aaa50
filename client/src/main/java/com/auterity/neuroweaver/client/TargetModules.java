package com.auterity.neuroweaver.client;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * The modules an adapter is put beside: a list of names or paths, or one text, which is {@code
 * all-linear} or a regular expression over paths. Just one of the two is not null.
 */
public record TargetModules(List<String> modules, String pattern) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static TargetModules of(List<String> modules) {
    return new TargetModules(List.copyOf(modules), null);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static TargetModules of(String pattern) {
    return new TargetModules(null, pattern);
  }

  /** As JSON holds it. */
  @JsonValue
  public Object json() {
    return pattern == null ? modules : pattern;
  }
}
