package com.auterity.neuroweaver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Machine MACHINE = new Machine("a cpu", 2, 8.5, "a jdk", "an engine");

  private final Report report = new Report("speed", MACHINE);

  @Test
  void aCaseBesideAPeerHasMediansAndTheirRatio() {
    report.add(
        new FixedCase("a/b"),
        Outcome.beside(
            Samples.of(30, 10, 20),
            "torch",
            Samples.of(5, 5, 4),
            Map.of(Report.SHARE, 0.25, "tried", List.of(Map.of("threads", 2)))));
    JsonNode json = report.json();
    assertEquals("speed", json.get("bench").asText());
    assertEquals("a cpu", json.get("machine").get("cpu").asText());
    assertEquals(8.5, json.get("machine").get("memory_gb").asDouble());
    JsonNode row = json.get("cases").get(0);
    assertEquals("a/b", row.get("case").asText());
    assertEquals("things/s", row.get("unit").asText());
    assertEquals(20, row.get("ours").asDouble());
    assertEquals(5, row.get("peer").asDouble());
    assertEquals("torch", row.get("peer_name").asText());
    assertEquals(4, row.get("ratio").asDouble());
    assertEquals(10, row.get("ours_min").asDouble());
    assertEquals(30, row.get("ours_max").asDouble());
    assertEquals(3, row.get("ours_rounds").size());
    assertEquals(4, row.get("peer_min").asDouble());
    assertEquals(0.25, row.get("share_of_ceiling").asDouble());
    assertEquals(2, row.get("tried").get(0).get("threads").asInt());
    assertTrue(report.everyPeerMeasured());
    String line = report.table().lines().skip(2).findFirst().orElseThrow();
    assertTrue(
        line.matches("a/b +things/s +20\\.0 +10\\.0\\.\\.30\\.0 +5\\.00 .* 4\\.00x +25% +torch"),
        line);
  }

  @Test
  void aFailedPeerIsAReasonAndNoNumber() {
    report.add(
        new FixedCase("a/b"), Outcome.peerFailed(Samples.of(7), "torch", "it fell over", Map.of()));
    JsonNode row = report.json().get("cases").get(0);
    assertEquals(7, row.get("ours").asDouble());
    assertTrue(row.get("peer").isNull());
    assertTrue(row.get("ratio").isNull());
    assertEquals("torch", row.get("peer_name").asText());
    assertEquals("it fell over", row.get("peer_error").asText());
    assertFalse(report.everyPeerMeasured());
    assertTrue(report.table().contains("failed"));
    assertTrue(report.table().contains("a/b: torch failed: it fell over"));
  }

  @Test
  void aCaseWithoutAPeerStandsAlone() {
    report.add(new FixedCase("alone"), Outcome.alone(Samples.of(1234.5), Map.of()));
    JsonNode row = report.json().get("cases").get(0);
    assertTrue(row.get("peer").isNull());
    assertTrue(row.get("peer_name").isNull());
    assertFalse(row.has("peer_error"));
    assertTrue(report.everyPeerMeasured());
    assertFalse(report.table().contains("failed"));
  }

  @Test
  void aPeerHasEitherMeasuredOrFailed() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Outcome(Samples.of(1), "torch", null, null, Map.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Outcome(Samples.of(1), "torch", Samples.of(1), "failed", Map.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Outcome(Samples.of(1), null, Samples.of(1), null, Map.of()));
  }
}
