package com.auterity.neuroweaver.datasets.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesReaderTest {
  private static final FileOptions JSONL = FileOptions.of(FileFormat.JSONL);

  @TempDir Path folder;

  private final RejectedRows rejected = new RejectedRows(10);
  private Schema schema;

  @Test
  void keysBecomeColumnsInOrderOfFirstAppearance() {
    List<Row> rows =
        read(
            """
            {"id": 1, "text": "12", "at": "2026-01-31"}

            {"price": 2.50, "id": 2, "ok": true, "parts": ["a", {"n": 1.10}]}
            """,
            JSONL);
    assertEquals(List.of("id", "text", "at", "price", "ok", "parts"), schema.names());
    assertEquals(
        List.of(
            ColumnType.INT64,
            ColumnType.STRING,
            ColumnType.DATE,
            ColumnType.FLOAT64,
            ColumnType.BOOL,
            ColumnType.STRING),
        schema.columns().stream().map(c -> c.type()).toList());
    assertEquals(
        List.of(
            new Row(0, 1L, "12", LocalDate.of(2026, 1, 31), null, null, null),
            new Row(1, 2L, null, null, 2.5, true, "[\"a\",{\"n\":1.10}]")),
        rows);
  }

  @Test
  void badLinesAreRejectedWithTheirNumbers() {
    List<Row> rows =
        read("{\"a\":1}\n[1]\n{\"a\":\n{\"a\":1,\"a\":2}\n{\"a\":3} x\n{\"a\":4}", JSONL);
    assertEquals(List.of(new Row(0, 1L), new Row(5, 4L)), rows);
    assertEquals(4L, rejected.counts().get(RejectedRows.BAD_JSON));
    assertEquals(
        List.of(2L, 3L, 4L, 5L),
        rejected.first().stream().map(RejectedRows.Rejection::line).toList());
    assertEquals("expected a JSON object, found ARRAY", rejected.first().get(0).message());
  }

  @Test
  void mixedKindsAreKeptAsText() {
    List<Row> rows =
        read("{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":true}\n{\"a\":1.50}\n{\"a\":{\"b\":null}}", JSONL);
    assertEquals(
        List.of("1", "x", "true", "1.50", "{\"b\":null}"),
        rows.stream().map(row -> row.get(0)).toList());
  }

  @Test
  void numbersBeyond64BitsLoseNoDigit() {
    List<Row> rows = read("{\"a\":123456789012345678901234567890}", JSONL);
    assertEquals("123456789012345678901234567890", rows.get(0).get(0));
  }

  @Test
  void declaredTypesAreChecked() {
    FileOptions options =
        JSONL.withColumns(
            List.of(new ColumnDeclaration("a", ColumnType.INT64, SemanticType.ODOMETER, false)));
    List<Row> rows = read("{\"a\":\"12\"}\n{\"a\":1.5}\n{\"b\":1}", options);
    assertEquals(List.of(new Row(0, 12L, null)), rows);
    assertEquals(SemanticType.ODOMETER, schema.columns().get(0).semantic());
    assertEquals(2, rejected.total());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n \n", "{}\n{}", "not json", "[1]\n[2]"})
  void aFileWithoutARowIsRefused(String text) {
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> read(text, JSONL));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().contains(".jsonl"), e.getMessage());
  }

  private List<Row> read(String text, FileOptions options) {
    List<Row> rows = new ArrayList<>();
    Path file;
    try {
      file = Files.writeString(Files.createTempFile(folder, "rows", ".jsonl"), text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    try (RowReader reader = DatasetFile.open(file, options, rejected)) {
      schema = reader.schema();
      Row row;
      while ((row = reader.next()) != null) {
        rows.add(row);
      }
    }
    return rows;
  }
}
