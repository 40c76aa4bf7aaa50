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
import com.auterity.neuroweaver.datasets.store.DatasetErasureRow;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.DerivedRows;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.care.DataUses.Copy;
import com.auterity.neuroweaver.jobs.care.DataUses.TrainedAdapter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EraseHandlerTest {
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
  private static final Schema RAW =
      new Schema(
          List.of(
              Column.of("phone", ColumnType.STRING),
              Column.of("customer", ColumnType.INT64),
              Column.of("text", ColumnType.STRING)));
  private static final Schema TEXT = new Schema(List.of(Column.of("text", ColumnType.STRING)));

  /** Rows 0 to 29; every fifth is customer 7's, calling from one number. */
  private static List<Row> calls() {
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < 30; i++) {
      boolean seven = i % 5 == 0;
      rows.add(new Row(i, seven ? "555-0100" : "555-02" + i, seven ? 7L : 100 + i, "call " + i));
    }
    return rows;
  }

  /** A grid with a dataset of two versions, a masked derivation, one without the key, another. */
  private static final class Shop {
    final CareGrid grid = new CareGrid();
    final KnownUses uses = new KnownUses();
    final MortalTable<DatasetErasureRow> erasures =
        new MortalTable<>(DatasetErasureRow.TABLE, grid.mortality);
    final Manifest first = grid.version("calls", "job_1", RAW, calls(), AT);
    final Manifest second = grid.version("calls", "job_2", RAW, calls().subList(0, 7), AT);
    final Manifest masked =
        grid.version(
            "masked",
            "job_3",
            RAW,
            calls().stream().map(row -> row.with(0, "[phone]")).toList(),
            AT,
            first.versionId());
    final Manifest texts =
        grid.version(
            "texts",
            "job_4",
            TEXT,
            calls().stream().map(row -> new Row(row.ordinal(), row.get(2))).toList(),
            AT,
            masked.versionId());
    final Manifest other = grid.version("other", "job_5", RAW, calls(), AT);

    {
      uses.tables.put("CALLS", first.versionId());
    }

    EraseHandler handler() {
      return new EraseHandler(grid.catalog, grid.catalog, erasures, uses, Clock.systemUTC());
    }

    CareGrid.Run run(String jobId, String column, String value) {
      ObjectNode asked = JsonNodeFactory.instance.objectNode();
      asked.put("dataset", "calls").put("column", column).put("value", value);
      return grid.new Run(jobId, EraseHandler.hashed(grid.catalog.get("default", "calls"), asked));
    }

    /** Everything that may differ between two grids in which the same has happened. */
    Map<String, Object> facts() {
      Map<String, Object> facts = new TreeMap<>();
      for (String version : List.of("calls@1", "calls@2", "masked@1", "texts@1", "other@1")) {
        facts.put(version, grid.rows(version));
      }
      facts.put("chunks", grid.memory.size());
      facts.put("deleted from tables", Set.copyOf(uses.deleted));
      facts.put(
          "disposals",
          grid.catalog.disposals("default").stream()
              .map(d -> d.name() + d.version() + d.state())
              .sorted()
              .toList());
      return facts;
    }
  }

  @Test
  void takesTheSubjectOutOfEveryVersionAndOfWhatWasDerived() throws Exception {
    Shop shop = new Shop();
    shop.uses.adapters.add(
        new TrainedAdapter(
            "job_t", "aa", "advisor@1.0.0", "mv_1", List.of(shop.texts.versionId()), List.of("a")));
    shop.uses.adapters.add(
        new TrainedAdapter("job_u", "bb", null, null, List.of(shop.other.versionId()), List.of()));
    shop.uses.exports.put(shop.first.versionId(), new Copy("job_x", "/tmp/calls.parquet"));
    shop.uses.tables.put("OTHERS", shop.other.versionId());
    CareGrid.Run run = shop.run("job_e", "phone", "555-0100");
    shop.handler().validate("default", run.parameters());

    ObjectNode result = shop.handler().run(run);

    assertEquals(6 + 2 + 6 + 6, result.get("rows_erased").asInt());
    for (String version : List.of("calls@1", "masked@1", "texts@1")) {
      List<Row> left = shop.grid.rows(version);
      assertEquals(24, left.size(), version);
      assertTrue(left.stream().noneMatch(row -> row.ordinal() % 5 == 0), version);
    }
    assertEquals(5, shop.grid.rows("calls@2").size());
    assertEquals(calls(), shop.grid.rows("other@1"));
    Map<String, String> found = new TreeMap<>();
    result
        .get("versions")
        .forEach(
            v ->
                found.put(
                    v.get("dataset").asText() + v.get("version"),
                    v.get("rows_erased") + " by " + v.get("found_by").asText()));
    assertEquals(
        Map.of(
            "calls1",
            "6 by key",
            "calls2",
            "2 by key",
            "masked1",
            "6 by ordinal",
            "texts1",
            "6 by ordinal"),
        found);
    assertEquals(0, result.get("unresolved").size(), result.toString());
    assertEquals("[\"CALLS\"]", result.get("tables").toString());
    assertEquals(Set.of(0L, 5L, 10L, 15L, 20L, 25L), shop.uses.deleted);
    assertEquals(
        shop.grid.catalog.get("default", "calls@1").versionId(), shop.uses.tables.get("CALLS"));
    assertEquals(1, result.get("adapters").size());
    assertEquals("advisor@1.0.0", result.get("adapters").get(0).get("model").asText());
    assertEquals(
        "/tmp/calls.parquet",
        result.get("may_still_hold").get("exports").get(0).get("path").asText());
    assertEquals(
        "nightly", result.get("may_still_hold").get("snapshots").get(0).get("name").asText());

    // The old id names nothing any more, says why, and the new one keeps number and lineage.
    NeuroWeaverException gone =
        assertThrows(
            NeuroWeaverException.class,
            () -> shop.grid.catalog.get("default", shop.first.versionId()));
    assertEquals(ErrorKind.NOT_FOUND, gone.kind());
    Manifest now = shop.grid.catalog.get("default", "calls@1");
    assertTrue(gone.getMessage().contains(now.versionId()), gone.getMessage());
    assertEquals(1, now.version());
    assertEquals(shop.first.createdAt(), now.createdAt());
    assertFalse(result.toString().contains("555-0100"), "the value must not be kept");
    assertFalse(run.parameters().toString().contains("555-0100"), "the value must not be kept");
  }

  @Test
  void whatLanguageModelsAnsweredAboutTheRowsIsForgotten() throws Exception {
    Shop shop = new Shop();
    shop.grid.answer(shop.masked.datasetId());
    shop.grid.answer(shop.other.datasetId());
    shop.handler().run(shop.run("job_e", "phone", "555-0100"));
    assertFalse(shop.grid.hasAnswer(shop.masked.datasetId()));
    assertTrue(shop.grid.hasAnswer(shop.other.datasetId()));
  }

  @Test
  void killedBeforeAnyWriteItEndsAsIfNothingHadHappened() throws Exception {
    Shop calm = new Shop();
    calm.grid.mortality.dieAfter(Long.MAX_VALUE);
    ObjectNode expected = calm.handler().run(calm.run("job_e", "phone", "555-0100"));
    Map<String, Object> facts = calm.facts();
    long writes = calm.grid.mortality.writes();
    assertTrue(writes > 40, "writes: " + writes);
    for (long die = 0; die < writes; die++) {
      Shop shop = new Shop();
      ObjectNode result = shop.run("job_e", "phone", "555-0100").survive(shop.handler(), die);
      assertEquals(facts, shop.facts(), "killed before write " + die);
      assertEquals(
          expected.get("rows_erased"), result.get("rows_erased"), "killed before write " + die);
    }
  }

  @Test
  void aReaderOfTheOldManifestIsToldInsteadOfCalledCorrupt() throws Exception {
    Shop shop = new Shop();
    shop.handler().run(shop.run("job_e", "phone", "555-0100"));
    DatasetReader reader = new DatasetReader(shop.grid.catalog, shop.grid.chunks);
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> reader.partition(shop.first, 0));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
    assertTrue(e.getMessage().contains("rows of it were erased"), e.getMessage());
  }

  @Test
  void aValueOfANumberColumnIsFoundHoweverItIsWritten() throws Exception {
    Shop shop = new Shop();
    ObjectNode result = shop.handler().run(shop.run("job_e", "customer", "007"));
    assertEquals(20, result.get("rows_erased").asInt());
  }

  @Test
  void askedAgainItFindsWhatWasDerivedMeanwhileFromTheOldVersion() throws Exception {
    Shop shop = new Shop();
    shop.handler().run(shop.run("job_e", "phone", "555-0100"));
    shop.grid.version(
        "late",
        "job_late",
        TEXT,
        calls().stream().map(row -> new Row(row.ordinal(), row.get(2))).toList(),
        AT,
        shop.first.versionId());
    ObjectNode again = shop.handler().run(shop.run("job_f", "phone", "555-0100"));
    assertEquals(6, again.get("rows_erased").asInt());
    assertEquals(24, shop.grid.rows("late").size());
  }

  @Test
  void takesWhatWasMadeFromASubjectsRowsToo() throws Exception {
    Shop shop = new Shop();
    Schema made =
        new Schema(
            List.of(
                Column.of("text", ColumnType.STRING),
                Column.of(DerivedRows.SOURCE_ORDINAL, ColumnType.INT64)));
    List<Row> rows = new ArrayList<>();
    calls().forEach(row -> rows.add(new Row(row.ordinal(), row.get(2), null)));
    calls().forEach(row -> rows.add(new Row(960 + row.ordinal(), "caall", row.ordinal())));
    shop.grid.version("more", "job_more", made, rows, AT, shop.first.versionId());
    shop.handler().run(shop.run("job_e", "phone", "555-0100"));
    assertEquals(48, shop.grid.rows("more").size());
    shop.grid.rows("more").forEach(row -> assertTrue(row.ordinal() % 5 != 0, "is left: " + row));
  }

  @Test
  void whatCannotBeFollowedIsNamed() throws Exception {
    Shop shop = new Shop();
    shop.grid.version(
        "mixed",
        "job_mixed",
        TEXT,
        List.of(new Row(0, "call 0")),
        AT,
        shop.first.versionId(),
        shop.other.versionId());
    ObjectNode result = shop.handler().run(shop.run("job_e", "phone", "555-0100"));
    assertEquals(1, result.get("unresolved").size());
    assertEquals("mixed", result.get("unresolved").get(0).get("dataset").asText());
    assertEquals(
        "it has several parents and no column phone",
        result.get("unresolved").get(0).get("why").asText());
  }

  @Test
  void refusesAnUnknownColumnAndAVersionInUse() {
    Shop shop = new Shop();
    NeuroWeaverException column =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                shop.handler()
                    .validate("default", shop.run("job_e", "telephone", "1").parameters()));
    assertEquals(ErrorKind.INVALID_INPUT, column.kind());
    assertTrue(column.getMessage().contains("phone, customer, text"), column.getMessage());

    shop.uses.running.put(shop.texts.versionId(), "train job_77");
    NeuroWeaverException used =
        assertThrows(
            NeuroWeaverException.class,
            () -> shop.handler().validate("default", shop.run("job_e", "phone", "1").parameters()));
    assertEquals(ErrorKind.CONFLICT, used.kind());
    assertTrue(used.getMessage().contains("train job_77"), used.getMessage());
  }

  @Test
  void chunksOfAnErasureThatNeverCameToItsEndAreCollected() {
    Shop shop = new Shop();
    int before = shop.grid.memory.size();
    CareGrid.Run run = shop.run("job_e", "phone", "555-0100");
    shop.grid.mortality.dieAfter(5);
    assertThrows(RuntimeException.class, () -> shop.handler().run(run));
    shop.grid.mortality.dieAfter(Long.MAX_VALUE);
    assertTrue(shop.grid.memory.size() > before, "some chunks were written");
    shop.grid.catalog.collectGarbage("default", shop.grid.chunks, job -> true);
    assertEquals(before, shop.grid.memory.size());
    assertEquals(calls(), shop.grid.rows("calls@1"));
  }
}
