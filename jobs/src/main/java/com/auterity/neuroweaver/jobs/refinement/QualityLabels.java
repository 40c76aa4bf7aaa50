package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.filter.RowFilter;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;

/**
 * The knob {@code labels}: which rows of which dataset are known to be good or bad, by a column of
 * labels or by two conditions.
 *
 * @param dataset null for the one that is refined
 * @param column null when there are conditions
 */
record QualityLabels(String place, String dataset, String column, String good, String bad) {
  static QualityLabels of(Knobs knobs) {
    String dataset = knobs.text("dataset", null);
    boolean byColumn = knobs.has("column");
    boolean byCondition = knobs.has("good") | knobs.has("bad");
    if (byColumn == byCondition) {
      throw Knobs.invalid(
          knobs.place(),
          byColumn ? "has a column and conditions" : "does not say which rows are good",
          "either column, or the conditions good and bad");
    }
    QualityLabels labels =
        byColumn
            ? new QualityLabels(knobs.place(), dataset, knobs.text("column"), null, null)
            : new QualityLabels(
                knobs.place(), dataset, null, knobs.text("good"), knobs.text("bad"));
    knobs.done();
    return labels;
  }

  /** Says of a row whether it is good (true), bad (false), or neither (null). */
  interface Reading {
    Boolean of(Row row);
  }

  /** Reads rows of this schema, or refuses it. */
  Reading reading(Schema schema) {
    if (column != null) {
      int at = Knobs.column(schema, column, place + ".column");
      ColumnType type = schema.columns().get(at).type();
      if (type != ColumnType.BOOL && type != ColumnType.INT64 && type != ColumnType.STRING) {
        throw Knobs.invalid(
            place + ".column",
            "names " + column + ", a column of " + type,
            "a column of BOOL, of INT64 (1 and 0) or of STRING (good and bad)");
      }
      return row -> label(row, at);
    }
    RowFilter isGood = condition("good", good, schema);
    RowFilter isBad = condition("bad", bad, schema);
    return row -> {
      boolean holds = isGood.holds(row);
      return holds == isBad.holds(row) ? null : Boolean.valueOf(holds);
    };
  }

  private RowFilter condition(String key, String where, Schema schema) {
    try {
      return RowFilter.parse(where, schema);
    } catch (NeuroWeaverException e) {
      throw new NeuroWeaverException(
          e.kind(), place + "." + key + ": " + e.getMessage(), e.details(), e);
    }
  }

  private Boolean label(Row row, int at) {
    Object value = row.get(at);
    if (value == null || value instanceof Boolean) {
      return (Boolean) value;
    }
    if (value.equals(1L) || value.equals("good")) {
      return true;
    }
    if (value.equals(0L) || value.equals("bad")) {
      return false;
    }
    throw Knobs.invalid(
        place + ".column",
        "names "
            + column
            + ", which is \""
            + Shown.brief(value.toString())
            + "\" in the row of source ordinal "
            + row.ordinal(),
        value instanceof Long ? "1, 0 or nothing" : "good, bad or nothing");
  }
}
