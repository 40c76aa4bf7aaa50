package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Rejects rows with an empty required column, a text that is not of the declared type, or a JSON
 * column that is no object with the declared fields.
 */
final class SchemaCheck implements Stage {
  static final String NAME = "schema_check";
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private record Typed(int column, String name, ColumnType type) {}

  private record Json(int column, String name, List<String> fields) {}

  private final List<Integer> required = new ArrayList<>();
  private final List<Typed> typed = new ArrayList<>();
  private final List<Json> json = new ArrayList<>();
  private final Schema schema;

  SchemaCheck(Knobs knobs, Schema schema) {
    this.schema = schema;
    if (knobs.has("required")) {
      for (String name : knobs.texts("required")) {
        required.add(Knobs.column(schema, name, knobs.place() + ".required"));
      }
    }
    if (knobs.has("types")) {
      Knobs types =
          new Knobs(
              new ObjectMapper().valueToTree(knobs.fields("types")), knobs.place() + ".types");
      for (String name : knobs.fields("types").keySet()) {
        ColumnType type = types.choice(name, ColumnType.class, null);
        if (type == null) {
          throw Knobs.invalid(types.place() + "." + name, "is missing", "a type such as int64");
        }
        typed.add(new Typed(Knobs.column(schema, name, types.place()), name, type));
      }
    }
    if (knobs.has("json")) {
      Map<String, JsonNode> columns = knobs.fields("json");
      Knobs fields = new Knobs(new ObjectMapper().valueToTree(columns), knobs.place() + ".json");
      for (String name : columns.keySet()) {
        json.add(new Json(Knobs.column(schema, name, fields.place()), name, fields.texts(name)));
      }
    }
    knobs.done();
    if (required.isEmpty() && typed.isEmpty() && json.isEmpty()) {
      throw Knobs.invalid(knobs.place(), "checks nothing", "at least one of required, types, json");
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    for (int column : required) {
      String text = row.text(column);
      if (text == null || text.isBlank()) {
        String name = schema.columns().get(column).name();
        return Verdict.reject("empty_" + name, name + " is " + (text == null ? "null" : "blank"));
      }
    }
    for (Typed check : typed) {
      if (row.get(check.column()) != null
          && Values.as(row.get(check.column()), check.type()) == null) {
        return Verdict.reject(
            "type_" + check.name(),
            check.name() + " is \"" + row.text(check.column()) + "\", not " + check.type());
      }
    }
    for (Json check : json) {
      String fault = fault(row.text(check.column()), check.fields());
      if (fault != null) {
        return Verdict.reject("json_" + check.name(), check.name() + " " + fault);
      }
    }
    return Verdict.keep(row);
  }

  private static String fault(String text, List<String> fields) {
    if (text == null) {
      return null;
    }
    JsonNode tree;
    try {
      tree = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return "is no JSON: " + e.getOriginalMessage();
    }
    if (!tree.isObject()) {
      return "is JSON but no object";
    }
    for (String field : fields) {
      if (!tree.hasNonNull(field)) {
        return "lacks the field " + field;
      }
    }
    return null;
  }
}
