package com.auterity.neuroweaver.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A report as one HTML page: no script, no picture and no font from anywhere else. */
final class ReportPage {
  private static final String STYLE =
      """
      body{font:15px/1.5 system-ui,sans-serif;color:#1f2933;background:#f5f7fa;margin:0}
      main{max-width:1000px;margin:0 auto;padding:24px}
      h1{font-size:26px;margin:0 0 4px} h2{font-size:18px;margin:0 0 12px}
      section{background:#fff;border:1px solid #e4e7eb;border-radius:8px;padding:20px;margin:16px 0}
      .tiles{display:flex;flex-wrap:wrap;gap:12px;margin:16px 0}
      .tile{background:#fff;border:1px solid #e4e7eb;border-radius:8px;padding:12px 16px;min-width:120px}
      .tile b{display:block;font-size:22px} .tile span,.note{color:#616e7c;font-size:13px}
      table{border-collapse:collapse;width:100%;font-size:13px}
      th,td{text-align:left;padding:6px 8px;border-bottom:1px solid #e4e7eb;vertical-align:top}
      td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
      code{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
      svg{max-width:100%;height:auto} svg text{font:12px system-ui,sans-serif;fill:#52606d}
      .right{color:#0f766e} .wrong{color:#b91c1c}
      """;

  private final StringBuilder html = new StringBuilder();
  private final ObjectNode report;

  private ReportPage(ObjectNode report) {
    this.report = report;
  }

  static String render(ObjectNode report) {
    return new ReportPage(report).page();
  }

  private String page() {
    String title = escape(report.path("title").asText());
    html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    html.append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    html.append("<title>").append(title).append("</title><style>\n").append(STYLE);
    html.append("</style></head><body><main>\n<h1>").append(title).append("</h1>\n");
    head();
    tiles();
    loss();
    evaluation();
    rejections();
    html.append(RefinementSection.render(report.path("refinement")));
    cost();
    answers();
    return html.append("</main></body></html>\n").toString();
  }

  private void head() {
    List<String> nodes = new ArrayList<>();
    report.path("nodes").forEach(node -> nodes.add(node.asText()));
    html.append("<p class=\"note\">")
        .append(nodes.size() == 1 ? "one node: " : nodes.size() + " nodes: ");
    html.append(escape(String.join(", ", nodes)));
    if (report.has("workflow_id")) {
      html.append(" · workflow ").append(escape(report.get("workflow_id").asText()));
    }
    html.append("</p>\n");
  }

  private void tiles() {
    html.append("<div class=\"tiles\">");
    JsonNode dataset = report.path("dataset");
    tile(dataset.path("rows_loaded"), 0, "rows loaded");
    tile(dataset.path("rows_kept"), 0, "rows kept");
    JsonNode training = report.path("training");
    tile(training.path("steps"), 0, "training steps");
    if (training.path("seconds").asDouble() > 0) {
      double rate = training.path("tokens").asDouble() / training.path("seconds").asDouble();
      tile(number(rate, 0), "training tokens/s");
    }
    JsonNode accuracy = report.at("/evaluation/after/op_code_accuracy");
    if (accuracy.isNumber()) {
      tile(number(accuracy.asDouble() * 100, 1) + " %", "operation codes right");
    }
    tile(report.at("/inference/rows"), 0, "rows answered");
    tile("$" + number(report.at("/cost/total_usd").asDouble(), 6), "cost");
    html.append("</div>\n");
  }

  private void tile(JsonNode value, int digits, String label) {
    if (value.isNumber()) {
      tile(number(value.asDouble(), digits), label);
    }
  }

  private void tile(String value, String label) {
    html.append("<div class=\"tile\"><b>").append(escape(value)).append("</b><span>");
    html.append(escape(label)).append("</span></div>");
  }

  private void loss() {
    JsonNode training = report.path("training");
    List<Double> losses = new ArrayList<>();
    training.path("losses").forEach(loss -> losses.add(loss.asDouble()));
    if (training.isMissingNode()) {
      return;
    }
    html.append("<section><h2>Training loss</h2>\n");
    if (losses.size() > 1) {
      html.append(SvgChart.line(losses, "step", "loss for each target token"));
    }
    html.append("<p class=\"note\">from ")
        .append(number(training.path("loss_first").asDouble(), 4));
    html.append(" to ").append(number(training.path("loss_last").asDouble(), 4)).append(" in ");
    html.append(number(training.path("seconds").asDouble(), 1)).append(" s over ");
    html.append(number(training.path("tokens").asDouble(), 0)).append(" tokens; micro-batches: ");
    List<String> shares = new ArrayList<>();
    training
        .path("micro_batches_by_node")
        .properties()
        .forEach(e -> shares.add(e.getKey() + " " + number(e.getValue().asDouble(), 0)));
    html.append(escape(String.join(", ", shares))).append("; adapter sha256 <code>");
    html.append(escape(training.path("adapter_sha256").asText())).append("</code></p></section>\n");
  }

  private void evaluation() {
    JsonNode evaluation = report.path("evaluation");
    if (evaluation.isMissingNode()) {
      return;
    }
    html.append("<section><h2>Before and after</h2>\n");
    List<SvgChart.Group> groups = new ArrayList<>();
    for (String measure : List.of("valid_json", "field_exact", "op_code_accuracy")) {
      List<SvgChart.Bar> bars = new ArrayList<>();
      bar(bars, "before", evaluation.at("/before/" + measure), "#9aa5b1");
      bar(bars, "after", evaluation.at("/after/" + measure), "#2563eb");
      if (measure.equals("op_code_accuracy")) {
        bar(bars, "keyword look-up", evaluation.path("keyword_baseline"), "#d97706");
      }
      groups.add(new SvgChart.Group(measure.replace('_', ' '), bars));
    }
    html.append(SvgChart.shares(groups));
    html.append("<p class=\"note\">perplexity ");
    html.append(measure(evaluation.at("/before/perplexity"))).append(" before, ");
    html.append(measure(evaluation.at("/after/perplexity"))).append(" after</p></section>\n");
  }

  private static void bar(List<SvgChart.Bar> bars, String label, JsonNode value, String color) {
    if (value.isNumber()) {
      bars.add(new SvgChart.Bar(label, value.asDouble(), color));
    }
  }

  private static String measure(JsonNode value) {
    return value.isNumber() ? number(value.asDouble(), 3) : "not measured";
  }

  private void rejections() {
    JsonNode rejected = report.at("/dataset/rejected");
    if (rejected.isMissingNode()) {
      return;
    }
    html.append("<section><h2>Rejected rows</h2>\n");
    List<SvgChart.Bar> bars = new ArrayList<>();
    rejected
        .properties()
        .forEach(e -> bars.add(new SvgChart.Bar(e.getKey(), e.getValue().asDouble(), "#b45309")));
    if (bars.isEmpty()) {
      html.append("<p class=\"note\">none</p>");
    } else {
      html.append(SvgChart.rows(bars, 0));
    }
    html.append("</section>\n");
  }

  private void cost() {
    JsonNode lines = report.at("/cost/by_job");
    html.append("<section><h2>Cost by job</h2>\n");
    List<SvgChart.Bar> bars = new ArrayList<>();
    for (JsonNode line : lines) {
      bars.add(
          new SvgChart.Bar(line.path("kind").asText(), line.path("usd").asDouble(), "#0f766e"));
    }
    if (!bars.isEmpty()) {
      html.append(SvgChart.rows(bars, 6));
    }
    html.append("<table><tr><th>job</th><th>kind</th><th class=\"n\">node s</th>");
    html.append("<th class=\"n\">CPU s</th><th class=\"n\">tokens in</th>");
    html.append("<th class=\"n\">tokens out</th><th class=\"n\">USD</th></tr>\n");
    for (JsonNode line : lines) {
      html.append("<tr><td><code>").append(escape(line.path("job_id").asText("-")));
      html.append("</code></td><td>").append(escape(line.path("kind").asText())).append("</td>");
      cell(line.path("node_seconds"), 1);
      cell(line.path("cpu_seconds"), 1);
      cell(line.path("tokens_in"), 0);
      cell(line.path("tokens_out"), 0);
      cell(line.path("usd"), 6);
      html.append("</tr>\n");
    }
    html.append("<tr><td><b>total</b></td><td></td><td></td><td></td><td></td><td></td>");
    cell(report.at("/cost/total_usd"), 6);
    html.append("</tr></table></section>\n");
  }

  private void cell(JsonNode value, int digits) {
    html.append("<td class=\"n\">").append(number(value.asDouble(), digits)).append("</td>");
  }

  private void answers() {
    JsonNode answers = report.path("answers");
    if (answers.isEmpty()) {
      return;
    }
    html.append("<section><h2>Answers side by side</h2>\n<table><tr><th>asked</th>");
    html.append("<th>right</th><th>before</th><th>after</th></tr>\n");
    for (JsonNode answer : answers) {
      String right = answer.path("expected").asText();
      html.append("<tr><td>")
          .append(escape(answer.path("prompt").asText()))
          .append("</td><td><code>");
      html.append(escape(right)).append("</code></td>");
      for (String side : List.of("before", "after")) {
        String text = answer.path(side).asText("");
        html.append("<td><code class=\"")
            .append(text.equals(right) ? "right" : "wrong")
            .append("\">");
        html.append(escape(text)).append("</code></td>");
      }
      html.append("</tr>\n");
    }
    html.append("</table></section>\n");
  }

  static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }

  private static final Map<Character, String> ENTITIES =
      Map.of('<', "&lt;", '>', "&gt;", '&', "&amp;", '"', "&quot;", '\'', "&#39;");

  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String entity = ENTITIES.get(c);
      if (entity != null) {
        out.append(entity);
      } else if (c >= ' ' || c == '\n' || c == '\t') {
        out.append(c);
      } else {
        out.append('\uFFFD');
      }
    }
    return out.toString();
  }
}
