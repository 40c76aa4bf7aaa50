package com.auterity.neuroweaver.workflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.api.FakeJobs;
import com.auterity.neuroweaver.client.Bill;
import com.auterity.neuroweaver.client.JobCost;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ReportHandlerTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final FakeJobs jobs = new FakeJobs();
  private final ReportHandler handler =
      new ReportHandler(
          jobs,
          (tenant, jobId) -> {
            assertEquals("job_1", jobId, "the bill of the workflow");
            return new Bill(
                0.75,
                List.of(
                    new JobCost("job_2", "train", 10, 20, 18, 1, 2, 3000, 40, 0.5),
                    new JobCost(null, "overhead", 0, 0, 3, 0, 0, 0, 0, 0.25)));
          });

  private String finished(String kind, String result) throws Exception {
    String id = jobs.submit("default", kind, MAPPER.createObjectNode(), null, "job_1").jobId();
    jobs.end(id, JobState.SUCCEEDED, (ObjectNode) MAPPER.readTree(result), null);
    return id;
  }

  private FakeContext run(ObjectNode parameters) throws Exception {
    String id = jobs.submit("default", "report", parameters, null, "job_1").jobId();
    FakeContext context = new FakeContext(id, parameters);
    return context;
  }

  private ObjectNode all() throws Exception {
    jobs.submit("default", "workflow", MAPPER.createObjectNode(), null, null);
    return MAPPER
        .createObjectNode()
        .put("title", "Advice & <answers>")
        .put("load", finished("load", "{\"rows\":100,\"rejected\":{\"ragged\":2}}"))
        .put(
            "refine",
            finished(
                "refine",
                "{\"rows_in\":100,\"rows_kept\":80,\"rejected\":{\"ragged\":1,\"vin_check\":17}}"))
        .put(
            "train",
            finished(
                "train",
                "{\"steps\":4,\"tokens\":4000,\"seconds\":2.5,\"loss_first\":3.5,\"loss_last\":0.5,"
                    + "\"losses\":[3.5,2.0,1.0,0.5],\"adapter_sha256\":\"abc\","
                    + "\"micro_batches_by_node\":{\"n1\":8,\"n2\":8},\"adapter_blob\":\"abc\"}"))
        .put(
            "evaluate",
            finished(
                "evaluate",
                "{\"rows\":20,\"before\":{\"perplexity\":50,\"valid_json\":0,\"field_exact\":0,\"op_code_accuracy\":0},"
                    + "\"after\":{\"perplexity\":1.2,\"valid_json\":1,\"field_exact\":0.9,\"op_code_accuracy\":0.85},"
                    + "\"keyword_baseline\":0.4,"
                    + "\"samples\":[{\"prompt\":\"<script>alert(1)</script>\",\"expected\":\"{}\",\"before\":\"\",\"after\":\"{}\"}]}"))
        .put("infer", finished("infer", "{\"rows\":20,\"tokens\":700,\"seconds\":1.5}"));
  }

  private static JsonNode json(FakeContext context, ObjectNode result) throws Exception {
    return MAPPER.readTree(context.blobs.get(result.get("report_json").asText()));
  }

  @Test
  void holdsTheKeysThatWerePromised() throws Exception {
    FakeContext context = run(all());
    JsonNode report = json(context, handler.run(context));
    assertEquals(MAPPER.readTree("[\"n1\",\"n2\"]"), report.get("nodes"));
    assertEquals(
        MAPPER.readTree(
            "{\"rows_loaded\":100,\"rows_kept\":80,\"rejected\":{\"ragged\":3,\"vin_check\":17}}"),
        report.get("dataset"));
    JsonNode training = report.get("training");
    for (String key :
        List.of(
            "steps",
            "tokens",
            "seconds",
            "loss_first",
            "loss_last",
            "adapter_sha256",
            "micro_batches_by_node")) {
      assertTrue(training.has(key), key);
    }
    for (String side : List.of("before", "after")) {
      for (String key : List.of("perplexity", "valid_json", "field_exact", "op_code_accuracy")) {
        assertTrue(report.at("/evaluation/" + side + "/" + key).isNumber(), side + " " + key);
      }
    }
    assertEquals(0.4, report.at("/evaluation/keyword_baseline").asDouble());
    assertEquals(
        MAPPER.readTree("{\"rows\":20,\"tokens\":700,\"seconds\":1.5}"), report.get("inference"));
    assertEquals(0.75, report.at("/cost/total_usd").asDouble());
    assertEquals("train", report.at("/cost/by_job/0/kind").asText());
    assertEquals(0.5, report.at("/cost/by_job/0/usd").asDouble());
  }

  @Test
  void thePageIsSelfContainedWellFormedAndEscaped() throws Exception {
    FakeContext context = run(all());
    ObjectNode result = handler.run(context);
    String html =
        new String(context.blobs.get(result.get("report_html").asText()), StandardCharsets.UTF_8);
    for (String outside :
        List.of("http://", "https://", "<script", "<link", "<img", "url(", "@import", "src=")) {
      assertFalse(html.contains(outside), outside);
    }
    assertTrue(html.contains("&lt;script&gt;alert(1)"), "what customers say is text");
    assertTrue(html.contains("Advice &amp; &lt;answers&gt;"));
    assertEquals(4, html.split("<svg", -1).length - 1, "loss, before and after, rejections, cost");
    assertTrue(html.contains("85.0 %") && html.contains("vin_check") && html.contains("0.750000"));
    wellFormed(html);
  }

  private static void wellFormed(String html) throws Exception {
    String body =
        html.substring(html.indexOf("<main>"), html.indexOf("</main>") + "</main>".length());
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(body)));
  }

  @Test
  void aRefinementShowsStagesDropsClustersMaskedPiecesAndProfiles() throws Exception {
    jobs.submit("default", "workflow", MAPPER.createObjectNode(), null, null);
    String refine =
        finished(
            "refine",
            """
            {"rows_in": 100, "rows_kept": 97, "rejected": {"near_duplicate": 2, "vin_length": 1},
             "masked": {"phone": 1200},
             "masked_examples": {"phone": [{"column": "note", "action": "replace", "ordinal": 4,
               "text": "call [phone] <now>"}]},
             "stages": [
               {"stage": "checks", "rows_in": 100, "changed": 0, "rejected": {}, "examples": {},
                "report": {"checks": [{"name": "km", "check": "km < 900000", "on_failure": "warn",
                  "passed": false, "failing_rows": 2,
                  "examples": [{"ordinal": 17, "found": "km = 999999"}]}]}},
               {"stage": "vin_check", "rows_in": 100, "changed": 0, "rejected": {"vin_length": 1},
                "examples": {"vin_length": [{"ordinal": 7, "detail": "has 3 characters",
                  "row": {"vin": "<b>", "note": "hi"}}]}},
               {"stage": "near_duplicates", "rows_in": 99, "changed": 0,
                "rejected": {"near_duplicate": 2}, "examples": {},
                "report": {"clusters": 1, "rows_compared": 99, "rows_dropped": 2,
                  "cluster_sizes": {"3-4": 1}, "biggest": [{"size": 3,
                    "kept": {"ordinal": 1, "text": "brakes squeal & grind"},
                    "dropped": [{"ordinal": 2, "similarity": 0.913, "text": "brakes squeal"}]}]}}],
             "profile_before": {"rows": 100, "columns": [{"name": "note", "type": "string",
               "count": 90, "nulls": 10, "distinct": 80, "min": null, "max": null,
               "mean_length": 20.5}]},
             "profile_after": {"rows": 97, "columns": [{"name": "note", "type": "string",
               "count": 97, "nulls": 0, "distinct": 80, "min": "a", "max": "z",
               "frequent": [{"value": "squeal", "count": 31}],
               "mean_length": 20.5}]}}
            """);
    FakeContext context = run(MAPPER.createObjectNode().put("refine", refine));
    ObjectNode result = handler.run(context);
    assertEquals("vin_check", json(context, result).at("/refinement/stages/1/stage").asText());
    String html =
        new String(context.blobs.get(result.get("report_html").asText()), StandardCharsets.UTF_8);
    for (String shown :
        List.of(
            "near_duplicate 2",
            "has 3 characters",
            "vin: &lt;b&gt;; note: hi",
            "1 clusters among 99 rows; 2 rows dropped",
            "brakes squeal &amp; grind",
            "(0.913)",
            "call [phone] &lt;now&gt;",
            "1,200",
            "90.0 % → 100.0 %",
            "km &lt; 900000",
            "row 17: km = 999999",
            "squeal (31)",
            "- → z")) {
      assertTrue(html.contains(shown), shown + " in " + html);
    }
    wellFormed(html);
  }

  @Test
  void sectionsWithoutAJobAreLeftOut() throws Exception {
    jobs.submit("default", "workflow", MAPPER.createObjectNode(), null, null);
    FakeContext context =
        run(
            MAPPER
                .createObjectNode()
                .put("load", finished("load", "{\"rows\":5,\"rejected\":{}}")));
    JsonNode report = json(context, handler.run(context));
    assertEquals(5, report.at("/dataset/rows_kept").asInt());
    assertFalse(report.has("training"));
    assertFalse(report.has("evaluation"));
  }

  @Test
  void refusesUnknownRolesWrongKindsAndUnfinishedJobs() throws Exception {
    all();
    String load = "job_2";
    for (Map.Entry<String, String> bad :
        Map.of("loud", load, "train", load, "load", "job_1", "refine", "job_99").entrySet()) {
      assertThrows(
          NeuroWeaverException.class,
          () ->
              handler.validate(
                  "default", MAPPER.createObjectNode().put(bad.getKey(), bad.getValue())),
          bad.getKey());
    }
    String running = jobs.submit("default", "train", MAPPER.createObjectNode(), null, null).jobId();
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> handler.validate("default", MAPPER.createObjectNode().put("train", running)));
    assertTrue(e.getMessage().contains("QUEUED"), e.getMessage());
  }
}
