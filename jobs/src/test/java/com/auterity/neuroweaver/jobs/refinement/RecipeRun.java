package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/** A recipe over the rows of one partition, in memory. Stages are written with single quotes. */
final class RecipeRun {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .build();

  final List<Row> kept = new ArrayList<>();
  final List<Row> rejected = new ArrayList<>();
  final Tally tally = new Tally();
  final Schema schema;

  private RecipeRun(Recipe recipe, List<Row> rows) {
    schema = recipe.schema();
    recipe.learn(rows::iterator);
    Recipe.Sink sink =
        new Recipe.Sink() {
          @Override
          public void kept(Row row) {
            kept.add(row);
          }

          @Override
          public void rejected(Row row) {
            rejected.add(row);
          }
        };
    rows.forEach(row -> recipe.run(row, tally, sink));
  }

  static Recipe recipe(String stages, Schema schema, String partitionBy) {
    try {
      return Recipe.of(RecipeFiles.inlined(JSON.readTree(stages)), schema, partitionBy);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static RecipeRun of(String stages, Schema schema, String partitionBy, List<Row> rows) {
    return new RecipeRun(recipe(stages, schema, partitionBy), rows);
  }

  /** One row with one text column called t. */
  static RecipeRun of(String stage, String text) {
    return of("[" + stage + "]", text(), null, List.of(new Row(0, text)));
  }

  static Schema text() {
    return new Schema(List.of(Column.of("t", ColumnType.STRING)));
  }

  /** What became of the one text. */
  String result() {
    return kept.get(0).text(0);
  }

  /** Why the one row was rejected, or null. */
  String reason() {
    return rejected.isEmpty() ? null : value(rejected.get(0), 2);
  }

  String detail() {
    return value(rejected.get(0), 1);
  }

  private static String value(Row row, int fromEnd) {
    return row.text(row.size() - fromEnd);
  }
}
