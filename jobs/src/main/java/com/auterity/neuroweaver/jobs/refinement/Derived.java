package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The knobs {@code columns} and {@code into} of stages that read a value and write it in one form:
 * in place, or into new columns, one for each, of a type of their own.
 */
final class Derived {
  /**
   * @param to where the value goes: {@code from}, or the place of the new column
   */
  record Pair(int from, int to, Column column) {}

  private final List<Pair> pairs = new ArrayList<>();
  private final List<Column> added = new ArrayList<>();
  private final Unreadable unreadable;

  Derived(
      Knobs knobs, Schema schema, Set<ColumnType> readable, ColumnType type, SemanticType means) {
    List<String> names = knobs.texts("columns");
    List<String> into = knobs.has("into") ? knobs.texts("into") : null;
    if (into != null && into.size() != names.size()) {
      throw Knobs.invalid(
          knobs.place() + ".into",
          "names " + into.size() + " columns",
          "one for each of the " + names.size() + " in columns");
    }
    unreadable = Unreadable.of(knobs);
    for (int i = 0; i < names.size(); i++) {
      int from = Knobs.column(schema, names.get(i), knobs.place() + ".columns");
      Column column = schema.columns().get(from);
      if (!readable.contains(column.type())) {
        throw Knobs.invalid(
            knobs.place() + ".columns",
            "names " + column.name() + ", a column of " + column.type(),
            "columns of " + String.join(", ", readable.stream().sorted().map(Enum::name).toList()));
      }
      if (into != null) {
        column = new Column(into.get(i), type, true, means);
        added.add(column);
      }
      unreadable.checkFor(column, knobs);
      int to = into == null ? from : schema.columns().size() + i;
      pairs.add(new Pair(from, to, column));
    }
  }

  List<Pair> pairs() {
    return pairs;
  }

  /** Places of the columns written in place. */
  List<Integer> inPlace() {
    return added.isEmpty() ? pairs.stream().map(Pair::to).toList() : List.of();
  }

  List<Column> added() {
    return added;
  }

  /** How a value is read: as the class of the written column's type; null when it cannot be. */
  interface Reading {
    Object of(Object value, ColumnType type);
  }

  /** Reads and writes every pair; blank texts count as empty. */
  Verdict apply(Row row, String stage, Tally tally, Reading reading, String wanted) {
    Row result = row;
    for (Pair pair : pairs) {
      Object value = row.get(pair.from());
      if (value == null || (value instanceof String text && text.isBlank())) {
        continue;
      }
      Object read = reading.of(value, pair.column().type());
      if (read == null) {
        String name = pair.column().name();
        switch (unreadable) {
          case REJECT:
            return Verdict.reject(
                stage + "_" + name,
                name + " is \"" + Shown.brief(value.toString()) + "\", not " + wanted);
          case NULL:
            result = result.with(pair.to(), null);
            break;
          case KEEP:
            break;
        }
      } else if (!read.equals(row.get(pair.to()))) {
        result = result.with(pair.to(), read);
      }
    }
    if (result != row) {
      tally.changed(stage);
    }
    return Verdict.keep(result);
  }
}
