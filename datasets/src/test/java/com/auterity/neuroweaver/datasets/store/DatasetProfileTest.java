package com.auterity.neuroweaver.datasets.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DatasetProfileTest {
  private static final Schema TEXT = new Schema(List.of(Column.of("t", ColumnType.STRING)));

  @Test
  void figuresAgreeWithCountingByHandOverRandomRows() {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 50; round++) {
      Schema schema = RandomRows.schema(random);
      List<Row> rows = RandomRows.rows(random, schema, random.nextInt(400));
      DatasetProfile profile = DatasetProfile.of(schema);
      rows.forEach(profile::add);
      JsonNode json = profile.toJson();
      assertEquals(rows.size(), json.get("rows").asLong());
      for (int c = 0; c < schema.columns().size(); c++) {
        int at = c;
        JsonNode column = json.get("columns").get(c);
        long nulls = rows.stream().filter(row -> row.get(at) == null).count();
        Set<String> distinct = new HashSet<>();
        rows.stream().map(row -> row.text(at)).filter(Objects::nonNull).forEach(distinct::add);
        assertEquals(nulls, column.get("nulls").asLong());
        assertEquals(rows.size() - nulls, column.get("count").asLong());
        assertEquals(distinct.size(), column.get("distinct").asLong());
        assertTrue(column.get("distinct_exact").asBoolean());
      }
    }
  }

  @Test
  void partsMergeIntoTheWholeInAnyOrderAndThroughBytes() {
    SplittableRandom random = new SplittableRandom(12);
    for (int round = 0; round < 30; round++) {
      Schema schema = RandomRows.schema(random);
      List<Row> rows = RandomRows.rows(random, schema, 300);
      DatasetProfile whole = DatasetProfile.of(schema);
      DatasetProfile[] parts = new DatasetProfile[3];
      for (int p = 0; p < parts.length; p++) {
        parts[p] = DatasetProfile.of(schema);
      }
      for (Row row : rows) {
        whole.add(row);
        parts[random.nextInt(3)].add(row);
      }
      DatasetProfile merged = DatasetProfile.ofBytes(parts[2].toBytes());
      merged.merge(DatasetProfile.ofBytes(parts[0].toBytes()));
      merged.merge(parts[1]);
      assertEquals(whole.toJson(), merged.toJson());
    }
  }

  @Test
  void manyDistinctValuesAreEstimatedWithinFivePercentWhateverTheMerge() {
    DatasetProfile whole = DatasetProfile.of(TEXT);
    DatasetProfile left = DatasetProfile.of(TEXT);
    DatasetProfile right = DatasetProfile.of(TEXT);
    for (int i = 0; i < 200_000; i++) {
      Row row = new Row(i, "value " + i % 100_000);
      whole.add(row);
      (i % 3 == 0 ? left : right).add(row);
    }
    left.merge(right);
    JsonNode column = left.toJson().get("columns").get(0);
    assertEquals(whole.toJson(), left.toJson());
    assertFalse(column.get("distinct_exact").asBoolean());
    assertEquals(100_000, column.get("distinct").asDouble(), 5_000);
  }

  @Test
  void wholePartsAndOrderGiveTheSameFiguresToTheLastBit() {
    SplittableRandom random = new SplittableRandom(21);
    Schema schema =
        new Schema(
            List.of(
                Column.of("whole", ColumnType.INT64),
                Column.of("real", ColumnType.FLOAT64),
                Column.of("other", ColumnType.FLOAT64),
                Column.of("text", ColumnType.STRING)));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      rows.add(
          new Row(
              i,
              random.nextInt(9) == 0 ? null : random.nextLong(-1_000_000, 10_000_000),
              random.nextInt(9) == 0
                  ? null
                  : Double.longBitsToDouble(random.nextLong(1L << 62)) * random.nextInt(-1, 2),
              random.nextInt(9) == 0 ? null : random.nextGaussian() * 1e9,
              "text " + random.nextInt(300)));
    }
    DatasetProfile whole = DatasetProfile.of(schema);
    rows.forEach(whole::add);
    Collections.shuffle(rows, new Random(5));
    List<DatasetProfile> parts = new ArrayList<>();
    for (int p = 0; p < 7; p++) {
      parts.add(DatasetProfile.of(schema));
    }
    rows.forEach(row -> parts.get(random.nextInt(7)).add(row));
    DatasetProfile merged = DatasetProfile.of(schema);
    parts.forEach(part -> merged.merge(DatasetProfile.ofBytes(part.toBytes())));
    assertEquals(whole.toJson(), merged.toJson());
    assertTrue(whole.toJson().get("columns").get(0).has("mean"));
  }

  @Test
  void quantilesLieWithinTheStatedErrorOfTheSortedValues() {
    SplittableRandom random = new SplittableRandom(22);
    for (int round = 0; round < 40; round++) {
      boolean whole = round % 2 == 0;
      double spread = Math.pow(10, random.nextInt(-3, 12));
      Schema schema =
          new Schema(List.of(Column.of("n", whole ? ColumnType.INT64 : ColumnType.FLOAT64)));
      int count = 1 + random.nextInt(5_000);
      double[] values = new double[count];
      DatasetProfile profile = DatasetProfile.of(schema);
      for (int i = 0; i < count; i++) {
        double value = Math.exp(random.nextGaussian() * 3) * spread * (round % 3 == 0 ? -1 : 1);
        values[i] = whole ? Math.rint(value) : value;
        profile.add(new Row(i, whole ? (Object) (long) values[i] : values[i]));
      }
      Arrays.sort(values);
      JsonNode column = profile.toJson().get("columns").get(0);
      double error = column.get("quantiles_relative_error").asDouble();
      assertTrue(error <= 0.02, "error " + error);
      column
          .get("quantiles")
          .fields()
          .forEachRemaining(
              quantile -> {
                double share = Double.parseDouble(quantile.getKey());
                double exact = values[Math.max(1, (int) Math.ceil(share * count)) - 1];
                assertEquals(
                    exact,
                    quantile.getValue().asDouble(),
                    Math.abs(exact) * error * 1.0001 + 1e-300);
              });
      assertEquals(
          Arrays.stream(values).average().orElseThrow(),
          column.get("mean").asDouble(),
          Math.abs(values[0] - values[count - 1]) * 1e-9 + Math.abs(values[0]) * 1e-12);
    }
  }

  @Test
  void smallWholeNumbersHaveExactQuantiles() {
    DatasetProfile profile =
        DatasetProfile.of(new Schema(List.of(Column.of("n", ColumnType.INT64))));
    for (long i = 1; i <= 200; i++) {
      profile.add(new Row(i, i));
    }
    JsonNode quantiles = profile.toJson().get("columns").get(0).get("quantiles");
    assertEquals(2, quantiles.get("0.01").asDouble());
    assertEquals(100, quantiles.get("0.5").asDouble());
    assertEquals(190, quantiles.get("0.95").asDouble());
  }

  @Test
  void correlationsAreThoseOfTheRowsThatHaveBothFarFromZeroToo() {
    SplittableRandom random = new SplittableRandom(23);
    Schema schema =
        new Schema(
            List.of(
                Column.of("a", ColumnType.FLOAT64),
                Column.of("b", ColumnType.FLOAT64),
                Column.of("constant", ColumnType.INT64)));
    DatasetProfile near = DatasetProfile.of(schema);
    DatasetProfile far = DatasetProfile.of(schema);
    List<double[]> both = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      double a = random.nextInt(1_000);
      double b = a * 2 + random.nextInt(1_500);
      boolean hasA = random.nextInt(5) > 0;
      boolean hasB = random.nextInt(5) > 0;
      if (hasA && hasB) {
        both.add(new double[] {a, b});
      }
      near.add(new Row(i, hasA ? a : null, hasB ? b : null, 7L));
      far.add(new Row(i, hasA ? a + 1e12 : null, hasB ? b - 1e12 : null, 7L));
    }
    double meanA = both.stream().mapToDouble(pair -> pair[0]).average().orElseThrow();
    double meanB = both.stream().mapToDouble(pair -> pair[1]).average().orElseThrow();
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (double[] pair : both) {
      ab += (pair[0] - meanA) * (pair[1] - meanB);
      aa += (pair[0] - meanA) * (pair[0] - meanA);
      bb += (pair[1] - meanB) * (pair[1] - meanB);
    }
    JsonNode found = near.toJson().get("correlations");
    assertEquals(1, found.size(), "a constant column has none");
    assertEquals(both.size(), found.get(0).get("rows").asInt());
    assertEquals(ab / Math.sqrt(aa * bb), found.get(0).get("r").asDouble(), 1e-12);
    assertEquals(found.get(0).get("r"), far.toJson().get("correlations").get(0).get("r"));
  }

  @Test
  void fewValuesAreCountedAndTextsDescribed() {
    DatasetProfile profile = DatasetProfile.of(TEXT);
    List<String> texts =
        List.of(
            "OIL1",
            "OIL1",
            "12",
            "-3.5",
            "2026-01-31",
            "2026-01-31T09:30:00Z",
            " ",
            "true",
            "déjà vu zzz");
    for (int i = 0; i < texts.size(); i++) {
      profile.add(new Row(i, texts.get(i)));
    }
    profile.add(new Row(9, new Object[] {null}));
    JsonNode column = profile.toJson().get("columns").get(0);
    assertEquals(0.9, column.get("completeness").asDouble());
    assertEquals("OIL1", column.get("frequent").get(0).get("value").asText());
    assertEquals(2, column.get("frequent").get(0).get("count").asInt());
    for (String kind : List.of("integer", "number", "date", "timestamp", "blank", "boolean")) {
      assertEquals(1, column.get("read_as").get(kind).asInt(), kind);
    }
    assertEquals(3, column.get("read_as").get("text").asInt());
    int characters = texts.stream().mapToInt(String::length).sum();
    assertEquals(2.0 / characters, column.get("non_ascii_share").asDouble());
    assertEquals(10.0 / 9, column.get("mean_words").asDouble());
    assertEquals(1, column.get("min_length").asInt());
    assertEquals(20, column.get("max_length").asInt());
    assertTrue(column.get("repeated_share").asDouble() > 0);
    for (int i = 0; i < 300; i++) {
      profile.add(new Row(10 + i, "value " + i));
    }
    assertFalse(profile.toJson().get("columns").get(0).has("frequent"), "too many to count");
  }

  @Test
  void aThousandColumnsAndTenMegabyteValuesStaySmall() {
    List<Column> columns = new ArrayList<>();
    for (int c = 0; c < 1_000; c++) {
      columns.add(Column.of("c" + c, c % 2 == 0 ? ColumnType.STRING : ColumnType.FLOAT64));
    }
    DatasetProfile profile = DatasetProfile.of(new Schema(columns));
    SplittableRandom random = new SplittableRandom(24);
    for (int r = 0; r < 300; r++) {
      Object[] values = new Object[1_000];
      for (int c = 0; c < 1_000; c++) {
        values[c] =
            c % 2 == 0 ? (Object) ("text " + random.nextInt()) : (Object) random.nextDouble();
      }
      profile.add(new Row(r, values));
    }
    assertTrue(profile.toBytes().length < 10 << 20, "state of " + profile.toBytes().length);
    assertEquals(484, profile.toJson().get("correlations_left_out").asInt());
    DatasetProfile long10 = DatasetProfile.of(TEXT);
    long10.add(new Row(0, "ab".repeat(5 << 20)));
    assertTrue(long10.toBytes().length < 2_000);
    assertEquals(10 << 20, long10.toJson().get("columns").get(0).get("max_length").asInt());
  }

  @Test
  void boundsAndLengthsAreThoseOfTheValues() {
    DatasetProfile profile = DatasetProfile.of(TEXT);
    profile.add(new Row(0, "bb"));
    profile.add(new Row(1, "a"));
    profile.add(new Row(2, new Object[] {null}));
    JsonNode column = profile.toJson().get("columns").get(0);
    assertEquals("a", column.get("min").asText());
    assertEquals("bb", column.get("max").asText());
    assertEquals(1.5, column.get("mean_length").asDouble());
  }

  @Test
  void differentColumnsDoNotMerge() {
    DatasetProfile other =
        DatasetProfile.of(new Schema(List.of(Column.of("u", ColumnType.STRING))));
    assertThrows(IllegalArgumentException.class, () -> DatasetProfile.of(TEXT).merge(other));
  }
}
