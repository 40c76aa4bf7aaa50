package com.auterity.neuroweaver.client.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What a finished step came to, in a few words: rows, tokens, loss, accuracy. */
final class ResultText {
  private ResultText() {}

  static String of(JsonNode result) {
    List<String> parts = new ArrayList<>();
    if (result == null) {
      return "";
    }
    if (result.has("rows_kept")) {
      parts.add(count(result, "rows_kept") + " of " + count(result, "rows_in") + " rows kept");
    } else if (result.has("steps")) {
      parts.add(count(result, "steps") + " steps");
    } else if (result.has("rows")) {
      parts.add(count(result, "rows") + " rows");
    }
    double seconds = result.path("seconds").asDouble();
    if (result.has("tokens")) {
      parts.add(count(result, "tokens") + " tokens");
      if (seconds > 0) {
        parts.add(Printer.decimal(result.get("tokens").asDouble() / seconds, 0) + " tokens/s");
      }
    }
    if (result.has("loss_last")) {
      parts.add("loss " + number(result, "loss_first") + " to " + number(result, "loss_last"));
    }
    if (result.path("op_code_accuracy").isNumber()) {
      parts.add("op code accuracy " + number(result, "op_code_accuracy"));
    }
    if (result.has("name") && result.has("version")) {
      parts.add(result.get("name").asText() + " " + result.get("version").asText());
    }
    return String.join("  ", parts);
  }

  private static String count(JsonNode result, String field) {
    return Printer.count(result.path(field).asLong());
  }

  private static String number(JsonNode result, String field) {
    return Printer.decimal(result.path(field).asDouble(), 4);
  }
}
