package com.auterity.neuroweaver.jobs.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanHandlerTest {
  @TempDir Path folder;

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(8);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final ScanHandler handler = new ScanHandler(catalog);

  private void load(String name, String csv, String partitionBy) throws Exception {
    Path file = Files.writeString(folder.resolve(name + ".csv"), csv);
    ObjectNode parameters =
        JsonNodeFactory.instance.objectNode().put("name", name).put("path", file.toString());
    if (partitionBy != null) {
      parameters.put("partition_by", partitionBy);
    }
    new LoadHandler(LoadingRun.keys()).run(job(parameters));
  }

  private LoadingRun job(ObjectNode parameters) {
    return new LoadingRun(
        "job_" + parameters.toString().hashCode(),
        catalog,
        chunks,
        parameters,
        LocalGrid.ofCaller(catalog, chunks));
  }

  private ObjectNode scan(String name) throws Exception {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode().put("dataset", name);
    handler.validate("default", parameters);
    return handler.run(job(parameters));
  }

  @Test
  void theContentHashIsTheSameHoweverTheRowsLie() throws Exception {
    StringBuilder csv = new StringBuilder("vin,miles\n");
    for (int i = 0; i < 500; i++) {
      csv.append('v').append(i % 7).append(',').append(i).append('\n');
    }
    load("by_vin", csv.toString(), "vin");
    load("by_ordinal", csv.toString(), null);
    load("changed", csv.toString().replace("v3,311", "v3,312"), null);
    ObjectNode scanned = scan("by_vin");
    assertEquals(500, scanned.get("rows").asLong());
    assertEquals(catalog.get("default", "by_vin").bytes(), scanned.get("bytes").asLong());
    assertEquals(scanned.get("content_hash"), scan("by_ordinal").get("content_hash"));
    assertNotEquals(scanned.get("content_hash"), scan("changed").get("content_hash"));
  }

  @Test
  void aDamagedChunkFailsTheScanWithItsKey() throws Exception {
    load("codes", "a,b\n1,2\n3,4\n", null);
    Manifest manifest = catalog.get("default", "codes");
    ChunkKey key = manifest.key(manifest.chunks().get(0));
    byte[] damaged = chunks.get(key).clone();
    damaged[damaged.length / 2] ^= 1;
    chunks.put(key, damaged);
    NeuroWeaverException error = assertThrows(NeuroWeaverException.class, () -> scan("codes"));
    assertEquals(ErrorKind.CORRUPT, error.kind());
    assertTrue(error.getMessage().contains(key.toString()), error.getMessage());
  }

  @Test
  void whatIsNotThereIsRefusedBeforeAnythingRuns() {
    ObjectNode unknown = JsonNodeFactory.instance.objectNode().put("dataset", "nothing");
    assertEquals(
        ErrorKind.NOT_FOUND,
        assertThrows(NeuroWeaverException.class, () -> handler.validate("default", unknown))
            .kind());
    unknown.put("datset", "x");
    String message =
        assertThrows(NeuroWeaverException.class, () -> handler.validate("default", unknown))
            .getMessage();
    assertTrue(message.contains("datset: unknown parameter"), message);
  }

  /** What the hash is may not change: results of different releases are compared. */
  @Test
  void theHashOfARowIsFixed() {
    Row row =
        new Row(
            3,
            "Zündkerze",
            42L,
            1.5,
            true,
            LocalDate.of(2026, 1, 31),
            Instant.parse("2026-01-31T09:30:00.000001Z"),
            null);
    assertEquals(RowHash.of(row), RowHash.of(new Row(3, row.toArray())));
    assertNotEquals(RowHash.of(row), RowHash.of(new Row(4, row.toArray())));
    assertNotEquals(RowHash.of(new Row(1, "a", "b")), RowHash.of(new Row(1, "b", "a")));
    assertNotEquals(RowHash.of(new Row(1, "a", null)), RowHash.of(new Row(1, null, "a")));
    assertNotEquals(RowHash.of(new Row(1, "", "x")), RowHash.of(new Row(1, null, "x")));
    assertEquals("53ed2351a94f3adf", Long.toHexString(RowHash.of(row)));
    Schema schema =
        new Schema(
            List.of(
                Column.of("a", ColumnType.STRING),
                Column.of("b", ColumnType.INT64),
                Column.of("c", ColumnType.FLOAT64),
                Column.of("d", ColumnType.BOOL),
                Column.of("e", ColumnType.DATE),
                Column.of("f", ColumnType.TIMESTAMP),
                Column.of("g", ColumnType.STRING)));
    Row other = new Row(9, "", -1L, Double.NaN, false, null, null, "a longer text");
    assertEquals(
        RowHash.of(row) + RowHash.of(other), RowHash.sum(RowBatch.of(schema, List.of(row, other))));
  }
}
