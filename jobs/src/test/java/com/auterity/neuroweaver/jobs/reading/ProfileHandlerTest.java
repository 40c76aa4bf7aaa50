package com.auterity.neuroweaver.jobs.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.LocalRun;
import com.auterity.neuroweaver.jobs.grid.StoredRows;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProfileHandlerTest {
  private static final Schema CARS =
      new Schema(
          List.of(
              Column.of("vin", ColumnType.STRING),
              Column.of("odometer", ColumnType.INT64),
              Column.of("price", ColumnType.FLOAT64)));
  private static final List<Row> ROWS = rows();

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(8);
  private final ReadingGrid grid = new ReadingGrid(catalog);

  private static List<Row> rows() {
    SplittableRandom random = new SplittableRandom(51);
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < 5_000; i++) {
      rows.add(
          new Row(
              i,
              "VIN" + random.nextInt(4_000),
              random.nextInt(9) == 0 ? null : random.nextLong(300_000),
              random.nextDouble() * 1e5));
    }
    return rows;
  }

  private static Manifest store(MemoryDatasetCatalog catalog, ReadingGrid grid) {
    return StoredRows.store(catalog, grid.store, "cars", CARS, null, ROWS);
  }

  private static ObjectNode profile(MemoryDatasetCatalog catalog, ReadingGrid grid) {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode().put("dataset", "cars");
    ProfileHandler handler = new ProfileHandler(catalog);
    handler.validate("default", parameters);
    return handler.run(new LocalRun("job_1", catalog, grid.store, grid, parameters));
  }

  @Test
  void figuresAreThoseOfAllRowsOnAnyNumberOfPartitions() {
    store(catalog, grid);
    ObjectNode result = profile(catalog, grid);
    DatasetProfile whole = DatasetProfile.of(CARS);
    ROWS.forEach(whole::add);
    assertEquals(whole.toJson(), result.get("profile"));
    assertEquals(5_000, result.get("rows_read").asInt());
    assertEquals(0, result.get("rows_from_kept_profiles").asInt());
    MemoryDatasetCatalog wide = new MemoryDatasetCatalog(64);
    ReadingGrid other = new ReadingGrid(wide);
    store(wide, other);
    assertEquals(result.get("profile"), profile(wide, other).get("profile"));
  }

  @Test
  void askingAgainReadsNoChunk() {
    Manifest version = store(catalog, grid);
    ObjectNode first = profile(catalog, grid);
    grid.store.reads.clear();
    ObjectNode again = profile(catalog, grid);
    assertEquals(first.get("profile"), again.get("profile"));
    assertEquals(0, again.get("rows_read").asInt());
    assertEquals(5_000, again.get("rows_from_kept_profiles").asInt());
    assertTrue(
        grid.store.reads.stream().noneMatch(key -> key.versionId().equals(version.versionId())));
  }

  @Test
  void aJobThatIsTakenUpAgainReadsWhatIsLeft() {
    Manifest version = store(catalog, grid);
    ObjectNode whole = profile(catalog, grid);
    MemoryDatasetCatalog fresh = new MemoryDatasetCatalog(8);
    ReadingGrid cut = new ReadingGrid(fresh);
    Manifest same = store(fresh, cut);
    cut.callOwner(
            3,
            ProfilePartition.class,
            new ProfilePartition.Question("default", same.versionId(), 3))
        .join();
    ObjectNode rest = profile(fresh, cut);
    long kept = version.chunksOf(3).stream().mapToLong(ChunkInfo::rows).sum();
    assertEquals(kept, rest.get("rows_from_kept_profiles").asLong());
    assertEquals(5_000 - kept, rest.get("rows_read").asLong());
    assertEquals(whole.get("profile"), rest.get("profile"));
  }

  @Test
  void keptProfilesGoWithTheirVersion() {
    Manifest version = store(catalog, grid);
    profile(catalog, grid);
    assertTrue(catalog.retire(version, "test", "job_2"));
    int removed = catalog.removeChunks("default", grid.store);
    assertTrue(removed > version.chunks().size(), "profiles too");
    assertThrows(NeuroWeaverException.class, () -> profile(catalog, grid));
  }

  @Test
  void aNewDeliveryCostsOnlyItsOwnRows() {
    StoredRows.store(catalog, grid.store, "cars", CARS, null, ROWS.subList(0, 4_000));
    profile(catalog, grid);
    List<Row> june = ROWS.subList(4_000, 5_000);
    StoredRows.store(catalog, grid.store, "june", CARS, null, june);
    ObjectNode both = run("june", "cars");
    assertEquals(1_000, both.get("rows_read").asInt());
    assertEquals(4_000, both.get("rows_from_kept_profiles").asInt());
    assertEquals(1_000, both.at("/versions/0/rows_read").asInt());
    assertEquals("cars", both.at("/versions/1/dataset").asText());
    DatasetProfile whole = DatasetProfile.of(CARS);
    ROWS.forEach(whole::add);
    assertEquals(whole.toJson(), both.get("profile"));
  }

  @Test
  void refusesVersionsThatCannotBeCountedTogether() {
    store(catalog, grid);
    List<Column> others = new ArrayList<>(CARS.columns());
    others.set(1, Column.of("odometer", ColumnType.STRING));
    StoredRows.store(catalog, grid.store, "other", new Schema(others), null, List.of());
    assertEquals(
        "profile: with names other, which cannot be counted with cars: its column odometer is of"
            + " STRING, not INT64; right would be a dataset of the same columns and types",
        assertThrows(NeuroWeaverException.class, () -> run("cars", "other")).getMessage());
    assertTrue(
        assertThrows(NeuroWeaverException.class, () -> run("cars", "cars@1"))
            .getMessage()
            .contains("twice"));
  }

  private ObjectNode run(String dataset, String with) {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode().put("dataset", dataset);
    parameters.putArray("with").add(with);
    ProfileHandler handler = new ProfileHandler(catalog);
    handler.validate("default", parameters);
    return handler.run(new LocalRun("job_1", catalog, grid.store, grid, parameters));
  }

  @Test
  void refusesWhatNobodyAskedFor() {
    store(catalog, grid);
    ObjectNode parameters =
        JsonNodeFactory.instance.objectNode().put("dataset", "cars").put("sample", 3);
    assertTrue(
        assertThrows(
                NeuroWeaverException.class,
                () -> new ProfileHandler(catalog).validate("default", parameters))
            .getMessage()
            .contains("sample"));
  }
}
