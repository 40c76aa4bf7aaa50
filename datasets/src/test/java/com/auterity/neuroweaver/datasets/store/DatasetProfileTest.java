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
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
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
