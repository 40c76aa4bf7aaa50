package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.TypeInference;
import com.auterity.neuroweaver.datasets.schema.Widening;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The rows of several files as if they were one: the columns of the first, found by name in the
 * others, each of the narrowest type that holds its values in all of them. Ordinals go on from file
 * to file.
 */
final class FileSeries implements RowReader {
  private final List<Path> files;
  private final Function<Path, RowReader> opening;
  private final RejectedRows rejected;
  private final Schema schema;
  private final long count;
  private final Set<String> valueless;
  private int opened;
  private RowReader current;
  private long base;
  private long last = -1;

  private FileSeries(
      List<Path> files,
      Function<Path, RowReader> opening,
      RejectedRows rejected,
      Schema schema,
      long count,
      Set<String> valueless) {
    this.files = files;
    this.opening = opening;
    this.rejected = rejected;
    this.schema = schema;
    this.count = count;
    this.valueless = valueless;
  }

  static FileSeries open(List<Path> files, FileOptions options, RejectedRows rejected) {
    return switch (options.format()) {
      case CSV, TSV -> delimited(files, options, rejected);
      case JSON, JSONL -> json(files, options, rejected);
      default -> typed(files, options, rejected);
    };
  }

  private static FileSeries delimited(
      List<Path> files, FileOptions options, RejectedRows rejected) {
    Map<Path, FileOptions> dialects = new LinkedHashMap<>();
    Map<Path, List<ColumnDeclaration>> columns = new LinkedHashMap<>();
    Map<String, TypeInference> types = new LinkedHashMap<>();
    boolean infer = false;
    for (Path file : files) {
      FileOptions dialect = Dialect.complete(file, options);
      List<ColumnDeclaration> its = DelimitedReader.columns(file, dialect);
      dialects.put(file, dialect);
      columns.put(file, its);
      its.forEach(column -> types.computeIfAbsent(column.name(), name -> new TypeInference()));
      infer |= its.stream().anyMatch(column -> column.type() == null);
      requireColumns(files.get(0), names(columns.get(files.get(0))), file, names(its));
    }
    long count = 0;
    if (infer) {
      for (Path file : files) {
        List<TypeInference> its = names(columns.get(file)).stream().map(types::get).toList();
        count += DelimitedReader.infer(file, dialects.get(file), its);
      }
    }
    Schema schema =
        new Schema(
            columns.get(files.get(0)).stream()
                .map(column -> column.column(types.get(column.name()).type()))
                .toList());
    Map<String, ColumnDeclaration> known = new LinkedHashMap<>();
    schema.columns().forEach(column -> known.put(column.name(), ColumnDeclaration.of(column)));
    return new FileSeries(
        files,
        file ->
            DelimitedReader.open(
                file,
                dialects
                    .get(file)
                    .withColumns(names(columns.get(file)).stream().map(known::get).toList()),
                rejected),
        rejected,
        schema,
        count,
        infer ? JsonRowReader.valueless(types) : Set.of());
  }

  private static FileSeries json(List<Path> files, FileOptions options, RejectedRows rejected) {
    Map<String, TypeInference> types = new LinkedHashMap<>();
    long count = 0;
    for (Path file : files) {
      count += JsonRowReader.infer(file, options, types);
    }
    Schema schema = JsonRowReader.schema(files.get(0), options, types);
    return new FileSeries(
        files,
        file -> JsonRowReader.open(file, options, rejected, schema, 0, Set.of()),
        rejected,
        schema,
        count,
        JsonRowReader.valueless(types));
  }

  /** Formats whose files say what their types are. */
  private static FileSeries typed(List<Path> files, FileOptions options, RejectedRows rejected) {
    Schema joined = null;
    long count = 0;
    for (Path file : files) {
      try (RowReader rows = DatasetFile.openOne(file, options, rejected)) {
        count += rows.records();
        if (joined == null) {
          joined = rows.schema();
        } else {
          requireColumns(files.get(0), joined.names(), file, rows.schema().names());
          joined = join(joined, rows.schema());
        }
      }
    }
    return new FileSeries(
        files,
        file -> DatasetFile.openOne(file, options, rejected),
        rejected,
        joined,
        count,
        Set.of());
  }

  private static Schema join(Schema one, Schema other) {
    List<Column> columns = new ArrayList<>();
    for (Column column : one.columns()) {
      Column same = other.columns().get(other.indexOf(column.name()).orElseThrow());
      columns.add(
          new Column(
              column.name(),
              Widening.join(column.type(), same.type()),
              column.nullable() || same.nullable(),
              column.semantic()));
    }
    return new Schema(columns);
  }

  private static List<String> names(List<ColumnDeclaration> columns) {
    return columns.stream().map(ColumnDeclaration::name).toList();
  }

  private static void requireColumns(
      Path first, List<String> expected, Path file, List<String> found) {
    List<String> missing = new ArrayList<>(expected);
    missing.removeAll(new HashSet<>(found));
    List<String> strange = new ArrayList<>(found);
    strange.removeAll(new HashSet<>(expected));
    if (!missing.isEmpty() || !strange.isEmpty()) {
      throw DatasetFile.refused(
          file,
          "does not have the columns of "
              + first
              + ":"
              + (missing.isEmpty() ? "" : " it lacks " + String.join(", ", missing))
              + (missing.isEmpty() || strange.isEmpty() ? "" : " and")
              + (strange.isEmpty() ? "" : " it has " + String.join(", ", strange))
              + "; load it as another dataset");
    }
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
    return current.line();
  }

  @Override
  public Row next() {
    while (true) {
      Row row = current == null ? null : current.next();
      if (row != null) {
        last = base + row.ordinal();
        return new Row(last, row.toArray());
      }
      if (opened == files.size()) {
        return null;
      }
      close();
      current = null;
      base = last + 1;
      Path file = files.get(opened++);
      rejected.in(file);
      current = DatasetFile.reshaped(opening.apply(file), schema, rejected);
    }
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
    }
  }
}
