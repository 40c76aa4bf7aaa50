package com.auterity.neuroweaver.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.automotive.Vin;
import com.auterity.neuroweaver.datasets.format.DatasetFile;
import com.auterity.neuroweaver.datasets.format.FileFormat;
import com.auterity.neuroweaver.datasets.format.FileOptions;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.format.RowReader;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFilesTest {
  @TempDir Path folder;

  private static Object value(Row row, String column) {
    return row.get(RepairOrders.SCHEMA.indexOf(column).getAsInt());
  }

  private static List<Row> read(Path file, FileFormat format) {
    List<ColumnDeclaration> declared =
        RepairOrders.SCHEMA.columns().stream().map(SourceFilesTest::declared).toList();
    RejectedRows rejected = new RejectedRows(3);
    List<Row> rows = new ArrayList<>();
    try (RowReader reader =
        DatasetFile.open(file, FileOptions.of(format).withColumns(declared), rejected)) {
      for (Row row = reader.next(); row != null; row = reader.next()) {
        rows.add(row);
      }
    }
    assertEquals(0, rejected.total(), () -> rejected.first().toString());
    return rows;
  }

  private static ColumnDeclaration declared(Column column) {
    return new ColumnDeclaration(column.name(), column.type(), column.semantic(), true);
  }

  @Test
  void theSameSeedGivesTheSameBytesFromAnyNumberOfThreads() throws Exception {
    SourceFiles.Source one = new SourceFiles(folder.resolve("one"), 7, 1).csv(3);
    SourceFiles.Source three = new SourceFiles(folder.resolve("three"), 7, 3).csv(3);
    SourceFiles.Source other = new SourceFiles(folder.resolve("other"), 8, 3).csv(3);
    byte[] bytes = Files.readAllBytes(one.file());
    assertArrayEquals(bytes, Files.readAllBytes(three.file()));
    assertFalse(Arrays.equals(bytes, Files.readAllBytes(other.file())));
    assertTrue(bytes.length >= 3 << 20 && bytes.length < (3 << 20) + 2_000, "" + bytes.length);
    assertEquals('\n', bytes[bytes.length - 1]);
    assertEquals(one.rows(), read(one.file(), FileFormat.CSV).size());
  }

  @Test
  void aSmallerFileIsTheBeginningOfALargerOne() throws Exception {
    SourceFiles files = new SourceFiles(folder, 7, 2);
    List<Row> small = read(files.csv(1).file(), FileFormat.CSV);
    assertEquals(small, read(files.csv(4).file(), FileFormat.CSV).subList(0, small.size()));
  }

  @Test
  void theParquetFileHoldsTheRowsOfTheCsvFile() throws Exception {
    SourceFiles files = new SourceFiles(folder, 7, 2);
    assertEquals(files.csv(2).rows(), files.parquet(2).rows());
    assertEquals(
        read(files.csv(2).file(), FileFormat.CSV),
        read(files.parquet(2).file(), FileFormat.PARQUET));
  }

  @Test
  void aFileThatIsThereIsNotMadeAgain() throws Exception {
    SourceFiles files = new SourceFiles(folder, 7, 2);
    Path file = files.csv(1).file();
    Files.writeString(file, "kept");
    assertEquals(4, files.csv(1).bytes());
    assertEquals("kept", Files.readString(file));
  }

  @Test
  void rowsAgreeWithThemselves() throws Exception {
    List<Row> rows = read(new SourceFiles(folder, 7, 2).csv(8).file(), FileFormat.CSV);
    Set<Object> numbers = new HashSet<>();
    Map<Object, List<Row>> byVin = new HashMap<>();
    for (Row row : rows) {
      assertTrue(numbers.add(value(row, "ro_number")), row::toString);
      Vin vin = new Vin((String) value(row, "vin"));
      assertTrue(vin.checkDigitIsRight(), row::toString);
      assertEquals(value(row, "model_year"), (long) vin.modelYear().getAsInt(), row::toString);
      assertEquals(value(row, "make"), vin.maker().orElseThrow(), row::toString);
      Instant opened = (Instant) value(row, "opened_at");
      Instant closed = (Instant) value(row, "closed_at");
      assertTrue(closed == null || closed.isAfter(opened), row::toString);
      double hours = (Double) value(row, "labor_hours");
      double rate = (Double) value(row, "labor_amount") / hours;
      assertEquals(110 + (Long) value(row, "dealer_id"), rate, 1e-6, row::toString);
      byVin.computeIfAbsent(vin.value(), v -> new ArrayList<>()).add(row);
    }
    List<List<Row>> returning =
        byVin.values().stream().filter(visits -> visits.size() > 1).toList();
    assertTrue(returning.size() > 50, "vehicles come back: " + returning.size());
    for (List<Row> visits : returning) {
      visits.sort(Comparator.comparing(row -> (Instant) value(row, "opened_at")));
      for (int i = 1; i < visits.size(); i++) {
        Row before = visits.get(i - 1);
        Row row = visits.get(i);
        assertEquals(value(before, "customer_name"), value(row, "customer_name"));
        assertTrue((Long) value(before, "odometer") <= (Long) value(row, "odometer"));
      }
    }
    assertTrue(rows.stream().anyMatch(row -> value(row, "closed_at") == null));
    assertTrue(rows.stream().anyMatch(row -> ((String) value(row, "cause")).contains("\"")));
  }

  /** A compressor finds little in them: less than a factor of four, where logs give ten. */
  @Test
  void theyAreNotTheCompressibleKind() throws Exception {
    byte[] bytes = Files.readAllBytes(new SourceFiles(folder, 7, 2).csv(4).file());
    double ratio = (double) bytes.length / deflated(bytes);
    assertTrue(ratio < 4, "ratio " + ratio);
  }

  private static int deflated(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(6);
    try (DeflaterOutputStream deflating = new DeflaterOutputStream(out, deflater)) {
      deflating.write(bytes);
    } finally {
      deflater.end();
    }
    return out.size();
  }
}
