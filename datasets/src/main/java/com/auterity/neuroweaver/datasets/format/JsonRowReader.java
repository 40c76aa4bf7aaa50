package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.BadValueException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.TextValues;
import com.auterity.neuroweaver.datasets.schema.TypeInference;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows of a JSON Lines file or JSON array. Columns are the keys of all objects in order of first
 * appearance; a key that is absent or null is null; arrays and objects are kept as JSON text.
 */
final class JsonRowReader implements RowReader {
  private final JsonRecords lines;
  private final RejectedRows rejected;
  private final Schema schema;
  private final long count;
  private final int maxCell;
  private final Set<String> valueless;
  private long ordinal;

  private JsonRowReader(
      JsonRecords lines,
      RejectedRows rejected,
      Schema schema,
      long count,
      int maxCell,
      Set<String> valueless) {
    this.maxCell = maxCell;
    this.valueless = valueless;
    this.lines = lines;
    this.rejected = rejected;
    this.schema = schema;
    this.count = count;
  }

  static JsonRowReader open(Path file, FileOptions options, RejectedRows rejected) {
    Map<String, TypeInference> types = new LinkedHashMap<>();
    long count = infer(file, options, types);
    return open(file, options, rejected, schema(file, options, types), count, valueless(types));
  }

  /** Opens with columns that are known already. */
  static JsonRowReader open(
      Path file,
      FileOptions options,
      RejectedRows rejected,
      Schema schema,
      long count,
      Set<String> valueless) {
    return new JsonRowReader(
        JsonRecords.open(file, options), rejected, schema, count, options.maxCell(), valueless);
  }

  static Schema schema(Path file, FileOptions options, Map<String, TypeInference> types) {
    List<Column> columns = new ArrayList<>();
    for (ColumnDeclaration column : DeclaredColumns.over(file, types.keySet(), options.columns())) {
      columns.add(column.column(types.get(column.name()).type()));
    }
    return new Schema(columns);
  }

  static Set<String> valueless(Map<String, TypeInference> types) {
    return types.entrySet().stream()
        .filter(type -> !type.getValue().seen())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long records() {
    return count;
  }

  @Override
  public Set<String> valueless() {
    return valueless;
  }

  @Override
  public long line() {
    return lines.line();
  }

  @Override
  public Row next() {
    while (lines.advance()) {
      Row row = row(ordinal++);
      if (row != null) {
        return row;
      }
    }
    return null;
  }

  @Override
  public void close() {
    lines.close();
  }

  private Row row(long at) {
    if (lines.object() == null) {
      rejected.add(lines.line(), lines.reason(), lines.problem(), lines::raw);
      return null;
    }
    List<Column> columns = schema.columns();
    Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      Column column = columns.get(i);
      JsonNode node = lines.object().get(column.name());
      if (node == null || node.isNull()) {
        if (!column.nullable()) {
          rejected.add(
              lines.line(),
              RejectedRows.MISSING_VALUE,
              column.name() + ": has no value",
              lines::raw);
          return null;
        }
        continue;
      }
      try {
        values[i] = value(column.type(), node);
      } catch (BadValueException e) {
        rejected.add(
            lines.line(),
            RejectedRows.BAD_VALUE,
            column.name() + ": " + e.getMessage(),
            lines::raw);
        return null;
      }
      if (values[i] instanceof String text && text.length() > maxCell) {
        rejected.add(
            lines.line(),
            RejectedRows.TOO_LONG,
            DatasetFile.tooLong(column.name(), text.length(), maxCell),
            lines::raw);
        return null;
      }
    }
    return new Row(at, values);
  }

  private static Object value(ColumnType type, JsonNode node) throws BadValueException {
    if (type == ColumnType.BOOL && node.isBoolean()) {
      return node.booleanValue();
    }
    if (type == ColumnType.FLOAT64 && node.isNumber() && Double.isFinite(node.doubleValue())) {
      return node.doubleValue();
    }
    return TextValues.parse(type, node.isTextual() ? node.textValue() : node.toString());
  }

  /** Shows every value to its column's inference; returns how many records there are. */
  static long infer(Path file, FileOptions options, Map<String, TypeInference> types) {
    long count = 0;
    try (JsonRecords lines = JsonRecords.open(file, options)) {
      String problem = null;
      while (lines.advance()) {
        count++;
        if (lines.object() == null) {
          problem = problem == null ? "line " + lines.line() + ": " + lines.problem() : problem;
          continue;
        }
        for (Map.Entry<String, JsonNode> field : lines.object().properties()) {
          if (field.getKey().isBlank()) {
            throw DatasetFile.refused(file, lines.line(), "a key has no name", null);
          }
          observe(types.computeIfAbsent(field.getKey(), key -> new TypeInference()), field);
        }
        DatasetFile.checkWidth(file, types.size());
      }
      if (count == 0) {
        throw DatasetFile.refused(file, "is empty: it has no record");
      }
      if (types.isEmpty()) {
        throw DatasetFile.refused(
            file,
            "has no row: "
                + (problem == null
                    ? "its objects have no keys"
                    : "no record is a JSON object (" + problem + ")"));
      }
    }
    return count;
  }

  private static void observe(TypeInference type, Map.Entry<String, JsonNode> field) {
    JsonNode node = field.getValue();
    if (node.isTextual()) {
      type.string(node.textValue());
    } else if (node.isBoolean()) {
      type.bool();
    } else if (node.isNumber()) {
      type.number(node.toString());
    } else if (!node.isNull()) {
      type.other();
    }
  }
}
