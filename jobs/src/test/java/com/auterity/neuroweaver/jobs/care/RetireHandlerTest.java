package com.auterity.neuroweaver.jobs.care;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.DatasetDisposalRow;
import com.auterity.neuroweaver.datasets.store.DatasetRetentionRow;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.care.DataUses.TrainedAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetireHandlerTest {
  private static final Instant NOW = Instant.parse("2026-06-30T00:00:00Z");
  private static final Schema SCHEMA = new Schema(List.of(Column.of("n", ColumnType.INT64)));

  private final CareGrid grid = new CareGrid();
  private final KnownUses uses = new KnownUses();
  private final MortalTable<DatasetRetentionRow> retentions =
      new MortalTable<>(DatasetRetentionRow.TABLE, grid.mortality);
  private final List<Manifest> versions = new ArrayList<>();

  private RetireHandler handler() {
    return new RetireHandler(
        grid.catalog, grid.catalog, retentions, uses, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /** Five versions, 50, 40, 30, 20 and 10 days old. */
  private void fiveVersions() {
    for (int i = 1; i <= 5; i++) {
      versions.add(
          grid.version(
              "logs",
              "job_" + i,
              SCHEMA,
              LongStream.range(0, 20).mapToObj(n -> new Row(n, n)).toList(),
              NOW.minus(Duration.ofDays(60 - 10L * i))));
    }
  }

  private void keep(Integer days, int newest) {
    retentions.put(
        new DatasetRetentionRow("default", versions.get(0).datasetId(), "logs", days, newest, NOW));
  }

  private CareGrid.Run run(String jobId, String dataset, boolean dryRun) {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode();
    if (dataset != null) {
      parameters.put("dataset", dataset);
    }
    return grid.new Run(jobId, parameters.put("dry_run", dryRun));
  }

  private List<Integer> numbers() {
    return grid.catalog.versions("default", versions.get(0).datasetId()).stream()
        .map(Manifest::version)
        .toList();
  }

  @Test
  void oldVersionsGoWithTheirChunksAndAreRemembered() throws Exception {
    fiveVersions();
    keep(25, 1);
    int each = versions.get(0).chunks().size();
    assertEquals(
        3, handler().run(run("job_dry", "logs", true)).get("retired").size(), "said, not done");
    assertEquals(List.of(5, 4, 3, 2, 1), numbers());

    JsonNode result = handler().run(run("job_r", null, false));

    assertEquals(List.of(5, 4), numbers());
    assertEquals(3, result.get("retired").size());
    assertEquals(3L * each, result.get("chunks_removed").asLong());
    assertEquals(2 * each, grid.memory.size());
    List<DatasetDisposalRow> disposals = grid.catalog.disposals("default");
    assertEquals(3, disposals.size());
    for (DatasetDisposalRow row : disposals) {
      assertEquals(DatasetDisposalRow.State.DISPOSED, row.state());
      assertEquals("older than 25 days and not among the newest 1", row.detail());
      assertEquals(20, row.rowCount());
    }
    NeuroWeaverException gone =
        assertThrows(NeuroWeaverException.class, () -> grid.catalog.get("default", "logs@2"));
    assertTrue(gone.getMessage().contains("was retired at"), gone.getMessage());
  }

  @Test
  void whatLanguageModelsAnsweredAboutTheRowsGoesWithAVersion() throws Exception {
    fiveVersions();
    String dataset = versions.get(0).datasetId();
    grid.answer(dataset);
    keep(25, 1);
    handler().run(run("job_dry", "logs", true));
    assertTrue(grid.hasAnswer(dataset));
    handler().run(run("job_r", "logs", false));
    assertFalse(grid.hasAnswer(dataset));
  }

  @Test
  void theNewestAndTheNumberAskedForStayHoweverOld() throws Exception {
    fiveVersions();
    keep(0, 2);
    handler().run(run("job_r", "logs", false));
    assertEquals(List.of(5, 4), numbers());
    keep(null, 1);
    handler().run(run("job_s", "logs", false));
    assertEquals(List.of(5), numbers());
  }

  @Test
  void aNumberIsNeverGivenOutAgainAndARepeatedCommitBringsNothingBack() throws Exception {
    fiveVersions();
    handler().run(run("job_r", "logs@5", false));
    assertEquals(List.of(4, 3, 2, 1), numbers());
    assertEquals(4, grid.catalog.get("default", "logs").version());
    grid.catalog.commit(versions.get(4));
    assertEquals(List.of(4, 3, 2, 1), numbers());
    Manifest next = grid.version("logs", "job_6", SCHEMA, List.of(new Row(0, 1L)), NOW);
    assertEquals(6, next.version());
  }

  @Test
  void aVersionInUseStaysAndSaysWhy() throws Exception {
    fiveVersions();
    keep(25, 1);
    uses.running.put(versions.get(0).versionId(), "train job_9");
    uses.adapters.add(
        new TrainedAdapter(
            "job_t",
            "aa",
            "advisor@1.0.0",
            "mv_1",
            List.of(versions.get(1).versionId()),
            List.of("advisor")));
    uses.adapters.add(
        new TrainedAdapter(
            "job_u", "bb", null, null, List.of(versions.get(2).versionId()), List.of()));

    uses.tables.put("LOGS", versions.get(2).versionId());

    JsonNode result = handler().run(run("job_r", "logs", false));

    assertEquals(List.of(5, 4, 3, 2, 1), numbers());
    assertEquals(3, result.get("kept").size());
    assertEquals(
        "it is published as SQL table LOGS", result.get("kept").get(0).get("why").asText());
    uses.tables.clear();

    result = handler().run(run("job_q", "logs", false));

    assertEquals(List.of(5, 4, 2, 1), numbers());
    assertEquals(2, result.get("kept").size());
    assertEquals(
        "deployment advisor serves a model trained on it",
        result.get("kept").get(0).get("why").asText());
    assertEquals("train job_9", result.get("kept").get(1).get("why").asText());
    NeuroWeaverException named =
        assertThrows(
            NeuroWeaverException.class,
            () -> handler().validate("default", run("job_s", "logs@1", false).parameters()));
    assertEquals(ErrorKind.CONFLICT, named.kind());
  }

  @Test
  void killedBeforeAnyWriteItEndsAsIfNothingHadHappened() throws Exception {
    for (long die = 0; die < 40; die++) {
      RetireHandlerTest other = new RetireHandlerTest();
      other.fiveVersions();
      other.keep(25, 1);
      other.run("job_r", "logs", false).survive(other.handler(), die);
      assertEquals(List.of(5, 4), other.numbers(), "killed before write " + die);
      assertEquals(
          other.versions.get(3).chunks().size() + other.versions.get(4).chunks().size(),
          other.grid.memory.size(),
          "killed before write " + die);
    }
  }

  @Test
  void withoutARetentionItSaysWhatToDo() {
    fiveVersions();
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> handler().validate("default", run("job_r", "logs", false).parameters()));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
    assertTrue(e.getMessage().contains("dataset retention"), e.getMessage());
  }
}
