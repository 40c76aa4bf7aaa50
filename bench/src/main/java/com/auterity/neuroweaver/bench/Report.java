package com.auterity.neuroweaver.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The outcomes of one bench, as a table and as JSON. */
final class Report {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> HEADINGS =
      List.of("case", "unit", "ours", "spread", "peer", "spread", "ratio", "of ceiling", "peer is");

  /** Under this name a case's details hold its share of what the machine can do. */
  static final String SHARE = "share_of_ceiling";

  /** Under this name a case's details hold a line to print below the table. */
  static final String REMARK = "remark";

  private final String bench;
  private final Machine machine;
  private final Map<BenchCase, Outcome> outcomes = new LinkedHashMap<>();

  Report(String bench, Machine machine) {
    this.bench = bench;
    this.machine = machine;
  }

  void add(BenchCase measured, Outcome outcome) {
    outcomes.put(measured, outcome);
  }

  boolean everyPeerMeasured() {
    return outcomes.values().stream().allMatch(outcome -> outcome.peerError() == null);
  }

  ObjectNode json() {
    ObjectNode root = JSON.createObjectNode();
    root.put("bench", bench);
    root.set("machine", JSON.valueToTree(machine));
    ArrayNode cases = root.putArray("cases");
    outcomes.forEach(
        (measured, outcome) -> {
          ObjectNode row = cases.addObject();
          row.put("case", measured.name());
          row.put("unit", measured.unit());
          row.put("ours", outcome.ours().median());
          if (outcome.peer() == null) {
            row.putNull("peer");
          } else {
            row.put("peer", outcome.peer().median());
          }
          row.put("peer_name", outcome.peerName());
          if (outcome.peer() == null) {
            row.putNull("ratio");
          } else {
            row.put("ratio", ratio(outcome));
          }
          row.set("ours_rounds", JSON.valueToTree(outcome.ours().values()));
          row.put("ours_min", outcome.ours().min());
          row.put("ours_max", outcome.ours().max());
          if (outcome.peer() != null) {
            row.set("peer_rounds", JSON.valueToTree(outcome.peer().values()));
            row.put("peer_min", outcome.peer().min());
            row.put("peer_max", outcome.peer().max());
          }
          if (outcome.peerError() != null) {
            row.put("peer_error", outcome.peerError());
          }
          outcome.details().forEach((name, value) -> row.set(name, JSON.valueToTree(value)));
        });
    return root;
  }

  String table() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    outcomes.forEach(
        (measured, outcome) -> {
          Object share = outcome.details().get(SHARE);
          boolean peer = outcome.peer() != null;
          rows.add(
              List.of(
                  measured.name(),
                  measured.unit(),
                  figure(outcome.ours().median()),
                  spread(outcome.ours()),
                  peer
                      ? figure(outcome.peer().median())
                      : outcome.peerName() == null ? "" : "failed",
                  peer ? spread(outcome.peer()) : "",
                  peer ? "%.2fx".formatted(ratio(outcome)) : "",
                  share instanceof Number part ? "%.0f%%".formatted(100 * part.doubleValue()) : "",
                  outcome.peerName() == null ? "" : outcome.peerName()));
        });
    int[] widths = new int[HEADINGS.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder(bench).append(": ").append(machine.line()).append('\n');
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        boolean words = i < 2 || i == widths.length - 1;
        line.append(
            ("%" + (words ? "-" : "") + Math.max(1, widths[i]) + "s  ").formatted(row.get(i)));
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    outcomes.forEach(
        (measured, outcome) -> {
          if (outcome.details().get(REMARK) instanceof String remark) {
            out.append("%s: %s%n".formatted(measured.name(), remark));
          }
          if (outcome.peerError() != null) {
            out.append(
                "%s: %s failed: %s%n"
                    .formatted(measured.name(), outcome.peerName(), outcome.peerError()));
          }
        });
    return out.toString();
  }

  private static double ratio(Outcome outcome) {
    return outcome.ours().median() / outcome.peer().median();
  }

  private static String spread(Samples samples) {
    return figure(samples.min()) + ".." + figure(samples.max());
  }

  /** Three or four digits that count. */
  private static String figure(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }
}
