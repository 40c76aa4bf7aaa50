package com.auterity.neuroweaver.datasets.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.SharedData;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelimitedReaderTest {
  private static final FileOptions CSV = FileOptions.of(FileFormat.CSV);
  private static final FileOptions TSV = FileOptions.of(FileFormat.TSV);

  @TempDir Path folder;

  private final RejectedRows rejected = new RejectedRows(5);

  @Test
  void theEpaFileHasAllItsRowsWithTypes() {
    Path file = SharedData.get("epa_vehicles.csv");
    List<Row> rows = read(file, CSV);
    assertEquals(33_442, rows.size());
    assertEquals(0, rejected.total());
    assertEquals(
        List.of(13309L, "Acura", "2.2CL/3.0CL", 1997L),
        List.of(rows.get(0).toArray()).subList(0, 4));
    try (RowReader reader = DatasetFile.open(file, CSV, rejected)) {
      assertEquals(33_442, reader.records());
      assertEquals(
          List.of(
              "id", "make", "model", "year", "class", "trans", "drive", "cyl", "displ", "fuel",
              "hwy", "cty"),
          reader.schema().names());
      assertEquals(ColumnType.INT64, reader.schema().columns().get(7).type());
      assertEquals(ColumnType.FLOAT64, reader.schema().columns().get(8).type());
    }
    assertTrue(rows.stream().anyMatch(row -> row.get(7) == null), "empty cells are nulls");
  }

  @Test
  void theTroubleCodesAreAllThere() {
    List<Row> rows = read(SharedData.get("dtc/dtc_codes.csv"), CSV);
    assertEquals(4_988, rows.size());
    assertEquals(0, rejected.total());
    assertEquals("P0001", rows.get(1).get(0));
  }

  @Test
  void theComplaintsFlatFileNeedsNoHeaderAndNoQuotes() {
    Path file = SharedData.get("nhtsa/complaints.txt");
    List<Row> rows = read(file, TSV.withHeader(false));
    assertEquals(100, rows.size());
    assertEquals(Map.of(), rejected.counts());
    assertEquals("TOYOTA", rows.get(0).get(3));
    long odinos = rows.stream().map(row -> row.get(1)).distinct().count();
    assertEquals(77, odinos);
  }

  @Test
  void theRecallsFlatFileLoads() {
    assertEquals(100, read(SharedData.get("nhtsa/recalls.txt"), TSV.withHeader(false)).size());
    assertEquals(0, rejected.total());
  }

  @Test
  void raggedRowsAreRejectedWithTheirLines() {
    List<Row> rows = read(file("a,b\n1,2\n3\n\n4,5,6\n\"7\n7\",8\n9,10\n"), CSV);
    assertEquals(3, rows.size());
    assertEquals(Map.of(RejectedRows.FIELD_COUNT, 2L), rejected.counts());
    assertEquals(
        List.of(
            new RejectedRows.Rejection(3, "field_count", "expected 2 cells, found 1"),
            new RejectedRows.Rejection(5, "field_count", "expected 2 cells, found 3")),
        rejected.first());
    assertEquals(List.of(0L, 3L, 4L), rows.stream().map(Row::ordinal).toList());
  }

  @Test
  void valuesThatAreNotOfTheDeclaredTypeAreRejected() {
    FileOptions options =
        CSV.withColumns(
            List.of(
                new ColumnDeclaration("n", ColumnType.INT64, SemanticType.NONE, false),
                new ColumnDeclaration("t", ColumnType.DATE, SemanticType.DATE, true)));
    List<Row> rows = read(file("n,t\n1,20260131\nx,2026-01-31\n,2026-01-31\n2,\n"), options);
    assertEquals(2, rows.size());
    assertNull(rows.get(1).get(1));
    assertEquals(
        Map.of(RejectedRows.BAD_VALUE, 1L, RejectedRows.MISSING_VALUE, 1L), rejected.counts());
    assertTrue(rejected.first().get(0).message().contains("n: expected int64"));
    assertEquals(3, rejected.first().get(0).line());
  }

  @Test
  void typesComeFromEveryRowNotFromTheFirstOnes() {
    StringBuilder text = new StringBuilder("a\n");
    for (int i = 0; i < 50_000; i++) {
      text.append(i).append('\n');
    }
    List<Row> rows = read(file(text + "x\n"), CSV);
    assertEquals(50_001, rows.size());
    assertEquals("x", rows.get(50_000).get(0));
    assertEquals("7", rows.get(7).get(0));
  }

  @Test
  void quotesBreaksAndAByteOrderMarkAreUnderstood() {
    List<Row> rows = read(file("\ufeffa,b\r\n\"x, \"\"y\"\"\r\nz\",ü€😀\r\n"), CSV);
    assertEquals(List.of(new Row(0, "x, \"y\"\r\nz", "ü€😀")), rows);
  }

  @Test
  void inATabSeparatedFileAQuoteIsACharacter() {
    List<Row> rows = read(file("a\tb\n\"5 inch\tx\"y\n"), TSV);
    assertEquals(List.of(new Row(0, "\"5 inch", "x\"y")), rows);
  }

  @Test
  void anotherDelimiterIsTaken() {
    assertEquals(
        List.of(new Row(0, 1L, "2,3")), read(file("a;b\n1;2,3\n"), CSV.withDelimiter(';')));
  }

  @Test
  void withoutHeaderAndNamesColumnsAreNumbered() {
    Path file = file("1,x\n2,y\n");
    try (RowReader reader = DatasetFile.open(file, CSV.withHeader(false), rejected)) {
      assertEquals(List.of("column_1", "column_2"), reader.schema().names());
      assertEquals(new Row(0, 1L, "x"), reader.next());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n\n", "\ufeff"})
  void anEmptyFileIsRefused(String text) {
    NeuroWeaverException e = refused(file(text), CSV);
    assertTrue(e.getMessage().contains("is empty"), e.getMessage());
  }

  @Test
  void aHeaderAloneIsRefused() {
    assertTrue(refused(file("a,b\n"), CSV).getMessage().contains("has no row"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a,b\n1,\"x",
        "a,b\n1,\"",
        "a,b\n1,\"x\n2,y\n3,z\n",
        "a,b\n1,\"x \"\" y",
        "a,b\n1,\"\"\"",
        "a,b\n1,\"x\"y\n"
      })
  void aQuoteThatIsNeverClosedIsRefusedWithItsLine(String text) {
    NeuroWeaverException e = refused(file(text), CSV);
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().contains("line"), e.getMessage());
  }

  @Test
  void aLongCellThatIsNeverClosedIsRefused() {
    refused(file("a,b\n1,\"" + "0123456789\n".repeat(10_000)), CSV);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\n\"x\"", "a\n\"\"\"\"", "a\n\"\"\"x\"\n", "a\nx", "a\n\"x\n\n\""})
  void aQuoteThatIsClosedAtTheEndIsFine(String text) {
    assertEquals(1, read(file(text), CSV).size());
  }

  @Test
  void randomFilesComeBackAsTheyWereWritten() {
    SplittableRandom random = new SplittableRandom(5);
    String alphabet = "ab,\"\n\t é";
    for (int round = 0; round < 300; round++) {
      int width = 1 + random.nextInt(3);
      List<Row> expected = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      for (int c = 0; c < width; c++) {
        text.append(c == 0 ? "" : ",").append("c").append(c);
      }
      for (int r = 0; r < 1 + random.nextInt(5); r++) {
        Object[] cells = new Object[width];
        for (int c = 0; c < width; c++) {
          StringBuilder cell = new StringBuilder("x");
          for (int i = random.nextInt(6); i > 0; i--) {
            cell.append(alphabet.charAt(random.nextInt(alphabet.length())));
          }
          cells[c] = cell.toString();
          text.append(c == 0 ? "\n" : ",");
          text.append('"').append(cell.toString().replace("\"", "\"\"")).append('"');
        }
        expected.add(new Row(r, cells));
      }
      assertEquals(expected, read(file(text.toString()), CSV), text.toString());
    }
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws IOException {
    Path file = folder.resolve("latin1.csv");
    Files.write(file, "a\nok\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    NeuroWeaverException e = refused(file, CSV);
    assertTrue(e.getMessage().contains("is not UTF-8"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,a\n1,2\n", "a,\n1,2\n"})
  void aHeaderThatNamesNothingOrTwiceIsRefused(String text) {
    assertTrue(refused(file(text), CSV).getMessage().contains("line 1"));
  }

  @Test
  void aDeclaredColumnTheFileDoesNotHaveIsRefused() {
    NeuroWeaverException e =
        refused(file("a,b\n1,2\n"), CSV.withColumns(List.of(ColumnDeclaration.named("c"))));
    assertTrue(e.getMessage().contains("has no column c; its columns are a, b"));
  }

  @Test
  void aMissingFileIsNotFoundAndAFolderIsRefused() {
    assertEquals(ErrorKind.NOT_FOUND, failure(folder.resolve("none.csv"), CSV).kind());
    assertEquals(ErrorKind.INVALID_INPUT, failure(folder, CSV).kind());
  }

  private List<Row> read(Path file, FileOptions options) {
    List<Row> rows = new ArrayList<>();
    try (RowReader reader = DatasetFile.open(file, options, rejected)) {
      Row row;
      while ((row = reader.next()) != null) {
        rows.add(row);
      }
      assertNull(reader.next(), "the end stays the end");
    }
    return rows;
  }

  private NeuroWeaverException refused(Path file, FileOptions options) {
    NeuroWeaverException e = failure(file, options);
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertFalse(e.details().isEmpty());
    return e;
  }

  private NeuroWeaverException failure(Path file, FileOptions options) {
    return assertThrows(NeuroWeaverException.class, () -> read(file, options));
  }

  private Path file(String text) {
    try {
      Path file = Files.createTempFile(folder, "rows", ".csv");
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
