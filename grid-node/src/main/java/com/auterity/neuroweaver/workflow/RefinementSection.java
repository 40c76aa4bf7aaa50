package com.auterity.neuroweaver.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a refinement did: rows dropped by stage with examples, clusters of duplicates, masked
 * pieces, and the columns before and after.
 */
final class RefinementSection {
  /** Values of a column that are shown with their counts. */
  private static final int FREQUENT = 3;

  private final StringBuilder html = new StringBuilder();
  private final JsonNode refinement;

  private RefinementSection(JsonNode refinement) {
    this.refinement = refinement;
  }

  /**
   * @param refinement of the report; empty text when it is missing
   */
  static String render(JsonNode refinement) {
    if (refinement.isMissingNode()) {
      return "";
    }
    RefinementSection section = new RefinementSection(refinement);
    section.stages();
    section.checks();
    section.dropped();
    section.clusters();
    section.masked();
    section.profiles();
    return section.html.toString();
  }

  private void stages() {
    html.append("<section><h2>Stages</h2>\n<table>");
    header("stage", "#rows in", "#changed", "#dropped", "reasons");
    for (JsonNode stage : refinement.path("stages")) {
      long dropped = 0;
      List<String> reasons = new ArrayList<>();
      for (Map.Entry<String, JsonNode> reason : stage.path("rejected").properties()) {
        dropped += reason.getValue().asLong();
        reasons.add(reason.getKey() + " " + count(reason.getValue()));
      }
      html.append("<tr>");
      text(stage.path("stage").asText());
      figure(count(stage.path("rows_in")));
      figure(count(stage.path("changed")));
      figure(ReportPage.number(dropped, 0));
      text(String.join(", ", reasons));
      html.append("</tr>\n");
    }
    html.append("</table></section>\n");
  }

  private void checks() {
    StringBuilder rows = new StringBuilder();
    for (JsonNode stage : refinement.path("stages")) {
      for (JsonNode check : stage.path("report").path("checks")) {
        boolean passed = check.path("passed").asBoolean();
        List<String> examples = new ArrayList<>();
        for (JsonNode example : check.path("examples")) {
          examples.add(
              "row " + example.path("ordinal").asText() + ": " + example.path("found").asText());
        }
        rows.append("<tr><td>").append(ReportPage.escape(check.path("check").asText()));
        rows.append("</td><td class=\"").append(passed ? "right\">passed" : "wrong\">failed");
        rows.append("</td><td>").append(ReportPage.escape(check.path("on_failure").asText()));
        rows.append("</td><td class=\"n\">").append(shown(check.path("value")));
        rows.append("</td><td class=\"n\">").append(count(check.path("failing_rows")));
        rows.append("</td><td>").append(ReportPage.escape(String.join("; ", examples)));
        rows.append("</td></tr>\n");
      }
    }
    if (!rows.isEmpty()) {
      html.append("<section><h2>Checks</h2>\n<table>");
      header("check", "", "on failure", "#value", "#failing rows", "examples");
      html.append(rows).append("</table></section>\n");
    }
  }

  private void dropped() {
    StringBuilder rows = new StringBuilder();
    for (JsonNode stage : refinement.path("stages")) {
      for (Map.Entry<String, JsonNode> reason : stage.path("examples").properties()) {
        for (JsonNode example : reason.getValue()) {
          List<String> values = new ArrayList<>();
          example
              .path("row")
              .properties()
              .forEach(value -> values.add(value.getKey() + ": " + value.getValue().asText()));
          rows.append("<tr>");
          for (String cell :
              List.of(
                  stage.path("stage").asText(),
                  reason.getKey(),
                  example.path("ordinal").asText(),
                  example.path("detail").asText(),
                  String.join("; ", values))) {
            rows.append("<td>").append(ReportPage.escape(cell)).append("</td>");
          }
          rows.append("</tr>\n");
        }
      }
    }
    if (!rows.isEmpty()) {
      html.append("<section><h2>Dropped rows, examples</h2>\n<table>");
      header("stage", "reason", "source row", "why", "row");
      html.append(rows).append("</table></section>\n");
    }
  }

  private void clusters() {
    for (JsonNode stage : refinement.path("stages")) {
      JsonNode report = stage.path("report");
      if (!report.has("cluster_sizes")) {
        continue;
      }
      html.append("<section><h2>Clusters of near duplicates</h2>\n<p class=\"note\">");
      html.append(count(report.path("clusters"))).append(" clusters among ");
      html.append(count(report.path("rows_compared"))).append(" rows; ");
      html.append(count(report.path("rows_dropped"))).append(" rows dropped</p>\n");
      List<SvgChart.Bar> bars = new ArrayList<>();
      report
          .path("cluster_sizes")
          .properties()
          .forEach(
              size ->
                  bars.add(
                      new SvgChart.Bar(
                          size.getKey() + " rows", size.getValue().asDouble(), "#7c3aed")));
      if (!bars.isEmpty()) {
        html.append(SvgChart.rows(bars, 0));
      }
      html.append("<table>");
      header("#rows", "stays", "dropped, with its similarity");
      for (JsonNode cluster : report.path("biggest")) {
        html.append("<tr>");
        figure(count(cluster.path("size")));
        JsonNode kept = cluster.path("kept");
        text(
            kept.has("text")
                ? kept.get("text").asText()
                : "row " + kept.path("ordinal").asText() + " of " + kept.path("dataset").asText());
        List<String> dropped = new ArrayList<>();
        for (JsonNode row : cluster.path("dropped")) {
          dropped.add(
              ReportPage.escape(row.path("text").asText())
                  + " <span class=\"note\">("
                  + ReportPage.number(row.path("similarity").asDouble(), 3)
                  + ")</span>");
        }
        html.append("<td>").append(String.join("<br/>", dropped)).append("</td></tr>\n");
      }
      html.append("</table></section>\n");
    }
  }

  private void masked() {
    JsonNode examples = refinement.path("masked_examples");
    if (examples.isEmpty()) {
      return;
    }
    html.append("<section><h2>Masked personal data</h2>\n<table>");
    header("kind", "#pieces", "action", "column", "as it is now");
    for (Map.Entry<String, JsonNode> kind : examples.properties()) {
      for (JsonNode example : kind.getValue()) {
        html.append("<tr>");
        text(kind.getKey());
        figure(count(refinement.at("/masked/" + kind.getKey())));
        text(example.path("action").asText());
        text(example.path("column").asText());
        text(example.path("text").asText());
        html.append("</tr>\n");
      }
    }
    html.append("</table></section>\n");
  }

  private void profiles() {
    JsonNode before = refinement.path("profile_before");
    JsonNode after = refinement.path("profile_after");
    if (!after.path("columns").isArray()) {
      return;
    }
    Map<String, JsonNode> earlier = new HashMap<>();
    before.path("columns").forEach(column -> earlier.put(column.path("name").asText(), column));
    html.append("<section><h2>Columns before and after</h2>\n<table>");
    header(
        "column",
        "type",
        "#filled",
        "#distinct",
        "least",
        "middle",
        "greatest",
        "#mean length",
        "frequent");
    for (JsonNode column : after.path("columns")) {
      JsonNode was = earlier.getOrDefault(column.path("name").asText(), column.path("none"));
      html.append("<tr>");
      text(column.path("name").asText());
      text(column.path("type").asText());
      figure(both(filled(was, before), filled(column, after)));
      figure(both(count(was.path("distinct")), count(column.path("distinct"))));
      for (String place : List.of("/min", "/quantiles/0.5", "/max")) {
        text(both(shown(was.at(place)), shown(column.at(place))));
      }
      figure(both(length(was), length(column)));
      text(frequent(column));
      html.append("</tr>\n");
    }
    html.append("</table></section>\n");
  }

  private static String filled(JsonNode column, JsonNode profile) {
    double rows = profile.path("rows").asDouble();
    return column.isMissingNode() || rows == 0
        ? ""
        : ReportPage.number(100 * column.path("count").asDouble() / rows, 1) + " %";
  }

  /** The most frequent values after it and their counts. */
  private static String frequent(JsonNode column) {
    List<String> values = new ArrayList<>();
    for (JsonNode each : column.path("frequent")) {
      if (values.size() < FREQUENT) {
        values.add(shown(each.path("value")) + " (" + count(each.path("count")) + ")");
      }
    }
    return String.join(", ", values);
  }

  private static String length(JsonNode column) {
    JsonNode length = column.path("mean_length");
    return length.isNumber() ? ReportPage.number(length.asDouble(), 1) : "";
  }

  private static String shown(JsonNode value) {
    String text = value.isNull() || value.isMissingNode() ? "" : value.asText();
    return text.length() > 40 ? text.substring(0, text.offsetByCodePoints(0, 37)) + "..." : text;
  }

  private static String both(String before, String after) {
    return before.equals(after) ? after : (before.isEmpty() ? "-" : before) + " → " + after;
  }

  private static String count(JsonNode number) {
    return number.isNumber() ? ReportPage.number(number.asDouble(), 0) : "";
  }

  /** Columns of figures begin with #. */
  private void header(String... names) {
    html.append("<tr>");
    for (String name : names) {
      html.append(name.startsWith("#") ? "<th class=\"n\">" + name.substring(1) : "<th>" + name);
      html.append("</th>");
    }
    html.append("</tr>\n");
  }

  private void text(String content) {
    html.append("<td>").append(ReportPage.escape(content)).append("</td>");
  }

  private void figure(String content) {
    html.append("<td class=\"n\">").append(ReportPage.escape(content)).append("</td>");
  }
}
