package com.auterity.neuroweaver.jobs.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.SharedData;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExportHandlerTest {
  @TempDir Path folder;

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(16);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final ExportHandler handler = new ExportHandler();

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "arrow", "csv", "csv.gz", "jsonl", "jsonl.zst"})
  void anExportedDatasetLoadsAgainAsTheSameRows(String ending) throws IOException {
    load("cars", SharedData.get("epa_vehicles.csv"));
    ObjectNode parameters = parameters(folder.resolve("cars." + ending));
    handler.validate("default", parameters);
    ObjectNode result = handler.run(job(parameters));
    assertEquals(33_442, result.get("rows").asLong());
    assertEquals(ending.replaceAll("\\..*", ""), result.get("format").asText());
    load("again", folder.resolve("cars." + ending));
    assertEquals(rows("cars"), rows("again"));
    assertEquals(catalog.get("default", "cars").schema(), catalog.get("default", "again").schema());
    assertOnly("cars." + ending);
  }

  @Test
  void aCancelledExportLeavesNoFile() throws IOException {
    Path csv = Files.writeString(folder.resolve("a.csv"), "a\n" + "1\n".repeat(5_000));
    load("cars", csv);
    Files.delete(csv);
    LoadingRun job = job(parameters(folder.resolve("cars.parquet")));
    job.stop = new CancelledException("job_export");
    job.stopAtCheck = 3;
    assertThrows(CancelledException.class, () -> handler.run(job));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void aFileThatIsThereIsNotOverwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("cars.parquet"), "mine");
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> handler.validate("default", parameters(file)));
    assertEquals(ErrorKind.CONFLICT, e.kind());
  }

  @Test
  void anotherFormatOrAFolderThatIsNotThereIsRefused() {
    ObjectNode xls = parameters(folder.resolve("cars.xls")).put("format", "xls");
    assertTrue(refused(xls).contains("it is one of parquet, arrow, csv, jsonl"));
    ObjectNode snappy = parameters(folder.resolve("cars.csv")).put("compression", "snappy");
    assertTrue(refused(snappy).contains("it has none, gzip, zstd"));
    assertTrue(refused(parameters(folder.resolve("none/cars.parquet"))).contains("path:"));
    assertFalse(Files.exists(folder.resolve("none")));
  }

  private String refused(ObjectNode parameters) {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> handler.validate("default", parameters));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    return e.getMessage();
  }

  private void assertOnly(String name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(folder.resolve(name)), files.toList());
    }
  }

  private void load(String name, Path file) {
    ObjectNode parameters =
        JsonNodeFactory.instance.objectNode().put("name", name).put("path", file.toString());
    new LoadHandler(LoadingRun.keys())
        .run(new LoadingRun("job_" + name, catalog, chunks, parameters));
  }

  private LoadingRun job(ObjectNode parameters) {
    return new LoadingRun("job_export", catalog, chunks, parameters);
  }

  private static ObjectNode parameters(Path file) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("dataset", "cars")
        .put("path", file.toString());
  }

  private List<Row> rows(String name) {
    List<Row> rows = new ArrayList<>();
    new DatasetReader(catalog, chunks)
        .rows(catalog.get("default", name))
        .forEachRemaining(rows::add);
    return rows;
  }
}
