package com.auterity.neuroweaver.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** Says what a value is, in words for an error. */
final class Found {
  private static final int LONGEST = 60;

  private Found() {}

  static String describe(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "nothing";
    }
    if (value.isObject()) {
      return "a mapping";
    }
    if (value.isArray()) {
      return "a list of " + value.size();
    }
    String text = value.asText();
    String shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    return (value.isTextual() ? "text" : value.getNodeType().name().toLowerCase(Locale.ROOT))
        + " `"
        + shown
        + "`";
  }
}
