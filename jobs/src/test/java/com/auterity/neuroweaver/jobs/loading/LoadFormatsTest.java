package com.auterity.neuroweaver.jobs.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.junit.jupiter.params.provider.CsvSource;

/** Reject files, schema files, several files, and versions whose columns differ. */
class LoadFormatsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(4);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final LoadHandler handler = new LoadHandler(LoadingRun.keys());
  private int jobs;

  @Test
  void rejectedRowsGoWholeIntoAFileNamedByTheResult() throws IOException {
    Path file = file("a.csv", "id,name\n1,a\n2\n3,c,d\n4,e\n");
    Path rejects = folder.resolve("rejects.jsonl");
    ObjectNode result = load(file, "{\"rejects\": \"" + rejects + "\"}");
    assertEquals(2, result.get("rows").asLong());
    assertEquals(rejects.toString(), result.get("rejects").asText());
    assertEquals(
        """
        {"line":3,"reason":"field_count","message":"expected 2 cells, found 1","row":["2"]}
        {"line":4,"reason":"field_count","message":"expected 2 cells, found 3","row":["3","c","d"]}
        """,
        Files.readString(rejects));
    only("a.csv", "rejects.jsonl");
  }

  @Test
  void aLoadWithoutAnyGoodRowStillTellsWhatItRejected() throws IOException {
    Path file = file("a.csv", "id,name\n1\n2\n");
    Path rejects = folder.resolve("rejects.jsonl");
    assertThrows(
        NeuroWeaverException.class, () -> load(file, "{\"rejects\": \"" + rejects + "\"}"));
    assertEquals(2, Files.readAllLines(rejects).size());
    assertTrue(catalog.list("default").isEmpty());
  }

  @Test
  void aCancelledLoadLeavesNoRejectFile() throws IOException {
    Path file = file("a.csv", "id,name\n" + "1,a\n2\n".repeat(5_000));
    LoadingRun job =
        job(parameters(file, "{\"rejects\": \"" + folder.resolve("rejects.jsonl") + "\"}"));
    job.stop = new CancelledException("job");
    job.stopAtCheck = 1;
    assertThrows(CancelledException.class, () -> handler.run(job));
    only("a.csv");
  }

  @Test
  void aSchemaFileNamesTypesAndMeaningsAndInspectWritesOne() throws IOException {
    Path file = file("a.csv", "vin;miles\n1FTMW1T88MFA00001;12\nbad;13\n");
    Path schema =
        file(
            "schema.yaml",
            """
            columns:
              - {name: vin, semantic: vin, nullable: false}
              - {name: miles, type: float64, semantic: odometer}
            """);
    ObjectNode result = load(file, "{\"schema\": \"" + schema + "\"}");
    assertEquals(1, result.get("rejected").get("bad_vin").asInt());
    List<Column> columns = newest().schema().columns();
    assertEquals(new Column("vin", ColumnType.STRING, false, SemanticType.VIN), columns.get(0));
    assertEquals(
        new Column("miles", ColumnType.FLOAT64, true, SemanticType.ODOMETER), columns.get(1));

    FileInspection found =
        FileInspection.of(
            parameters(file, "{\"schema\": \"" + schema + "\"}"), 5, new RejectedRows(5));
    assertEquals(
        """
        format: csv
        delimiter: ";"
        header: true
        quote: true
        columns:
          - {name: vin, type: string, semantic: vin, nullable: false}
          - {name: miles, type: float64, semantic: odometer}
        """,
        found.yaml());
    assertEquals(1, found.first().size());
    Path written = file("written.yaml", found.yaml());
    load(file, "{\"schema\": \"" + written + "\"}");
    assertEquals(columns, newest().schema().columns());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "columns:\\n  - {name: a, type: int}|schema.yaml:2: columns[0].type: expected one of",
        "columns:\\n  - a\\n  - {nam: b}|schema.yaml:3: columns[1].nam: unknown",
        "header: maybe|schema.yaml:1: header: expected true or false",
        "\\ncolour: red|schema.yaml:2: colour: unknown parameter",
        "columns: [a]\\ncolumns: [b]|schema.yaml:2",
        "columns: &x [a]|schema.yaml:1: anchors and aliases are not taken",
        "- a|schema.yaml:1: expected keys",
        "columns: [|schema.yaml"
      })
  void aWrongSchemaFileIsRefusedWithItsLine(String yaml, String message) throws IOException {
    Path schema = file("schema.yaml", yaml.replace("\\n", "\n"));
    Path file = file("a.csv", "a\n1\n");
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                handler.validate("default", parameters(file, "{\"schema\": \"" + schema + "\"}")));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
  }

  @Test
  void aFolderOfFilesBecomesOneVersion() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    for (int i = 0; i < 5; i++) {
      Files.writeString(data.resolve(i + ".csv"), "id,n\n" + i + ",x\n");
    }
    ObjectNode result = load(data, "{}");
    assertEquals(5, result.get("rows").asLong());
    assertEquals(
        List.of(0L, 1L, 2L, 3L, 4L), rows().stream().map(row -> (Long) row.get(0)).toList());
    ObjectNode some = JSON.createObjectNode().put("name", "cars").put("path", data + "/[1-3].csv");
    assertEquals(3, run(some).get("rows").asLong());
    Files.writeString(data.resolve("notes.txt"), "x");
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> handler.validate("default", parameters(data, "{}")));
    assertTrue(e.getMessage().contains("notes.txt"), e.getMessage());
  }

  @Test
  void anotherSchemaIsRefusedNamingTheDifferences() throws IOException {
    load(file("1.csv", "id,price,trim\n1,5,SE\n"), "{}");
    Path next = file("2.csv", "id,price,color\n1,5.5,red\n");
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> load(next, "{\"evolve\": [\"add\"]}"));
    assertEquals(ErrorKind.CONFLICT, e.kind());
    assertTrue(
        e.getMessage()
            .contains(
                "price is float64 instead of int64; trim is missing. Allow it with evolve:"
                    + " [drop, widen]"),
        e.getMessage());
    assertEquals(1, newest().version());

    load(next, "{\"evolve\": [\"add\", \"drop\", \"widen\"]}");
    assertEquals(List.of("id", "price", "color"), newest().schema().names());
    assertEquals(List.of(new Row(0, 1L, 5.5, "red")), rows());
    assertEquals(
        ColumnType.INT64, catalog.get("default", "cars@1").schema().columns().get(1).type());
  }

  @Test
  void aRenamedColumnKeepsItsPlaceTypeAndMeaning() throws IOException {
    load(
        file("1.csv", "id,vin_no,n\n1,1FTMW1T88MFA00001,1\n"),
        "{\"columns\": [{\"name\": \"vin_no\", \"semantic\": \"vin\"}]}");
    Path next = file("2.csv", "n,vin,id\n1,1FTMW1T88MFA00001,7\n2,bad,8\n");
    ObjectNode result = load(next, "{\"rename\": {\"vin_no\": \"vin\"}}");
    assertEquals(List.of("id", "vin", "n"), newest().schema().names());
    assertEquals(SemanticType.VIN, newest().schema().columns().get(1).semantic());
    assertEquals(1, result.get("rejected").get("bad_vin").asInt());
    assertEquals(List.of(new Row(0, 7L, "1FTMW1T88MFA00001", 1L)), rows());
    for (String wrong : List.of("{\"id\": \"vin\"}", "{\"vin\": \"x\"}", "{\"vin_no\": \"vin\"}")) {
      assertThrows(
          NeuroWeaverException.class, () -> load(next, "{\"rename\": " + wrong + "}"), wrong);
    }
  }

  /** Types are inferred from what is there; that less is there is no other schema. */
  @Test
  void narrowerValuesKeepTheTypesOfTheNewestVersion() throws IOException {
    load(file("1.csv", "zip,price,note\n02134,5.5,9\n"), "{}");
    load(file("2.csv", "note,zip,price\n,12345,7\n,99,8\n"), "{}");
    assertEquals(
        List.of(ColumnType.STRING, ColumnType.FLOAT64, ColumnType.INT64),
        newest().schema().columns().stream().map(Column::type).toList());
    assertEquals(List.of(new Row(0, "12345", 7.0, null), new Row(1, "99", 8.0, null)), rows());
  }

  @Test
  void aWiderDeclarationNeedsTheWordAndANarrowerOneIsRefused() throws IOException {
    load(file("1.csv", "n\n1.5\n"), "{}");
    Path next = file("2.csv", "n\n2\n");
    String text = "\"columns\": [{\"name\": \"n\", \"type\": \"string\"}]";
    assertThrows(NeuroWeaverException.class, () -> load(next, "{" + text + "}"));
    load(next, "{" + text + ", \"evolve\": [\"widen\"]}");
    assertEquals(List.of(new Row(0, "2")), rows());
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                load(
                    next,
                    "{\"columns\": [{\"name\": \"n\", \"type\": \"int64\"}], \"evolve\":"
                        + " [\"widen\"]}"));
    assertTrue(e.getMessage().contains("which int64 does not hold"), e.getMessage());
  }

  @Test
  void aParquetFileGoesOnWhereACsvFileBegan() throws IOException {
    load(file("1.csv", "id,price\n1,5.5\n"), "{}");
    Path parquet = folder.resolve("cars.parquet");
    ObjectNode export =
        JSON.createObjectNode().put("dataset", "cars").put("path", parquet.toString());
    new ExportHandler().run(job(export));
    load(parquet, "{\"select\": [\"price\", \"id\"]}");
    assertEquals(List.of("id", "price"), newest().schema().names());
    assertEquals(List.of(new Row(0, 1L, 5.5)), rows());
    assertFalse(newest().version() == 1);
  }

  private ObjectNode load(Path file, String options) throws IOException {
    return run(parameters(file, options));
  }

  private ObjectNode run(ObjectNode parameters) {
    return handler.run(job(parameters));
  }

  private LoadingRun job(ObjectNode parameters) {
    return new LoadingRun("job_" + ++jobs, catalog, chunks, parameters);
  }

  private Manifest newest() {
    return catalog.get("default", "cars");
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    new DatasetReader(catalog, chunks).rows(newest()).forEachRemaining(rows::add);
    return rows;
  }

  private void only(String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of(names), files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static ObjectNode parameters(Path file, String options) throws IOException {
    ObjectNode parameters = (ObjectNode) JSON.readTree(options);
    return parameters.put("name", "cars").put("path", file.toString());
  }
}
