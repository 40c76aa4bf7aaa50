package com.auterity.neuroweaver.datasets.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.SharedData;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every dataset of the shared data, as its source says: for the Parquet files what the libraries of
 * the project that publishes them print, for texts the text itself, split in the plainest way.
 */
class SharedFilesTest {
  /** file | format | rows | columns | row | column | value. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          epa_vehicles.csv|csv|33442|12|2|displ|3.0
          dtc/dtc_codes.csv|csv|4988|2|1|description|Fuel volume regulator control -circuit open
          nhtsa/complaints.txt|nhtsa_complaints|100|48|0|FAILDATE|1994-11-28
          nhtsa/recalls.txt|nhtsa_recalls|100|24|0|POTAFF|291854
          dialogues/sgd_rentalcars.json|json|260|3|0|dialogue_id|23_00017
          vpic/decode-vin.json|json|1|148|0|Make|FORD
          vpic/decode-vin-batch.json|json|2|0|1|Make|TESLA
          vpic/get-wmis-for-manufacturerid.json|json|20|8|0|WMI|1HG
          parquet/alltypes_plain.parquet|parquet|8|11|0|timestamp_col|2009-03-01T00:00:00Z
          parquet/alltypes_dictionary.parquet|parquet|2|11|1|double_col|10.1
          parquet/alltypes_plain.snappy.parquet|parquet|2|11|1|date_string_col|04/01/09
          parquet/byte_stream_split.zstd.parquet|parquet|300|2|0|f64|-1.3065268517353166
          parquet/datapage_v2.snappy.parquet|parquet|5|5|0|e|[1,2,3]
          parquet/delta_binary_packed.parquet|parquet|200|66|1|bitwidth64|-9223372036854775808
          parquet/fixed_length_decimal.parquet|parquet|24|1|23|value|24.00
          parquet/int96_from_spark.parquet|parquet|5|1|0|a|2024-01-01T20:34:56.123456Z
          parquet/lz4_raw_compressed.parquet|parquet|4|3|2|v11|42.125
          parquet/nested_lists.snappy.parquet|parquet|3|2|0|a|[[["a","b"],["c"]],[null,["d"]]]
          parquet/nested_maps.snappy.parquet|parquet|6|3|1|a|{"b":[{"key":1,"value":true}]}
          parquet/nullable.impala.parquet|parquet|7|6|1|int_array_Array|[[null,1,2,null],[3,null,4],[],null]
          parquet/nulls.snappy.parquet|parquet|8|1|7|b_struct|{"b_c_int":null}
          parquet/repeated_no_annotation.parquet|parquet|6|2|4|phoneNumbers|{"phone":[{"number":1111111111,"kind":"home"}]}
          """)
  void everyFileLoads(
      String name, String format, int rows, int columns, int row, String column, String value) {
    FileOptions options = FileOptions.sniffing(FileFormat.of(format));
    if (name.startsWith("vpic/")) {
      options = options.withRecords("/content/Results");
    }
    Path file = SharedData.get(name);
    ReadFile read = ReadFile.of(file, options);
    assertEquals(rows, read.rows().size());
    if (columns > 0) {
      assertEquals(columns, read.schema().columns().size());
    }
    assertEquals(value, read.get(row, column).toString());
    // One timestamp of this file is out of any calendar.
    assertEquals(name.contains("int96") ? 1 : 0, read.rejected().total());
    ReadFile batches = ReadFile.batches(List.of(file), options);
    assertEquals(read.rows(), batches.rows());
    assertEquals(read.schema(), batches.schema());
  }

  @Test
  void everyCellOfTheTabSeparatedFilesIsWhatTheLineSays() throws IOException {
    for (String name : List.of("complaints", "recalls")) {
      Path file = SharedData.get("nhtsa/" + name + ".txt");
      ReadFile read = ReadFile.of(file, FileOptions.sniffing(FileFormat.of("nhtsa_" + name)));
      List<String> lines = Files.readAllLines(file);
      assertEquals(lines.size(), read.rows().size());
      for (int i = 0; i < lines.size(); i++) {
        assertEquals(lines.get(i), line(read.rows().get(i)), name + " line " + (i + 1));
      }
    }
  }

  private static String line(Row row) {
    List<String> cells = new ArrayList<>();
    for (Object value : row.toArray()) {
      cells.add(
          value == null
              ? ""
              : value instanceof LocalDate day
                  ? day.toString().replace("-", "")
                  : value.toString());
    }
    return String.join("\t", cells);
  }

  @Test
  void everyCellOfTheVehicleFileIsWhatTheLineSays() throws IOException {
    Path file = SharedData.get("epa_vehicles.csv");
    List<Row> rows = ReadFile.of(file, FileOptions.sniffing(FileFormat.CSV)).rows();
    List<String> lines = Files.readAllLines(file);
    int compared = 0;
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).contains("\"")) {
        continue;
      }
      String[] cells = lines.get(i).split(",", -1);
      for (int c = 0; c < cells.length; c++) {
        Object value = rows.get(i - 1).get(c);
        boolean same =
            value instanceof Double number
                ? number == Double.parseDouble(cells[c])
                : cells[c].equals(value == null ? "" : value.toString());
        assertTrue(same, "line " + (i + 1) + " cell " + c + ": " + value);
      }
      compared++;
    }
    assertTrue(compared > 30_000, compared + " lines without a quote");
  }

  @Test
  void everyDialogueIsTheArraysElement() throws IOException {
    Path file = SharedData.get("dialogues/sgd_rentalcars.json");
    ReadFile read = ReadFile.of(file, FileOptions.of(FileFormat.JSON));
    JsonNode array = new ObjectMapper().readTree(file.toFile());
    for (int i = 0; i < array.size(); i++) {
      assertEquals(array.get(i).get("turns").toString(), read.get(i, "turns"));
    }
  }

  @Test
  void aSelectionOfColumnsIsReadInItsOrder() {
    Path file = SharedData.get("parquet/alltypes_plain.parquet");
    FileOptions all = FileOptions.of(FileFormat.PARQUET);
    ReadFile some = ReadFile.of(file, all.withSelect(List.of("double_col", "id")));
    assertEquals(List.of("double_col", "id"), some.schema().names());
    ReadFile whole = ReadFile.of(file, all);
    for (int i = 0; i < 8; i++) {
      assertEquals(whole.get(i, "double_col"), some.get(i, "double_col"));
      assertEquals(whole.get(i, "id"), some.get(i, "id"));
    }
  }

  @Test
  void exportedInAnyFormatTheVehiclesReadBackEqual(@org.junit.jupiter.api.io.TempDir Path folder)
      throws IOException {
    ReadFile read =
        ReadFile.of(SharedData.get("epa_vehicles.csv"), FileOptions.sniffing(FileFormat.CSV));
    Schema schema = read.schema();
    for (ExportFormat format : ExportFormat.values()) {
      Path out = folder.resolve("vehicles." + format.word());
      try (RowWriter writer = format.open(out, schema, format.compression(null, out))) {
        for (Row row : read.rows()) {
          writer.write(row);
        }
      }
      ReadFile again = ReadFile.of(out, FileOptions.sniffing(FileFormat.of(format.word())));
      assertEquals(read.rows(), again.rows(), format.word());
      assertEquals(read.types(), again.types(), format.word());
    }
  }
}
