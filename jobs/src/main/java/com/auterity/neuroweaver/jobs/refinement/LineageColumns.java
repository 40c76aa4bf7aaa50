package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.datasets.store.DerivedRows;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns that mark a row as made: by which stage, how, and from which row. All three are null
 * in rows that were not. A row made from a made row names the row that one came from, so that
 * erasing a row reaches everything made from it.
 */
final class LineageColumns {
  static final String ORIGIN = "_origin";
  static final String DETAIL = "_origin_detail";

  private final int[] places = new int[3];
  private final List<Column> added = new ArrayList<>();

  /**
   * @param taken columns that the stage adds before these
   */
  LineageColumns(Schema schema, int taken, String place) {
    add(0, ORIGIN, ColumnType.STRING, schema, taken, place);
    add(1, DETAIL, ColumnType.STRING, schema, taken, place);
    add(2, DerivedRows.SOURCE_ORDINAL, ColumnType.INT64, schema, taken, place);
  }

  private void add(int i, String name, ColumnType type, Schema schema, int taken, String place) {
    places[i] = schema.indexOf(name).orElse(schema.columns().size() + taken + added.size());
    if (places[i] >= schema.columns().size()) {
      added.add(new Column(name, type, true, SemanticType.NONE));
    } else if (schema.columns().get(places[i]).type() != type) {
      throw Knobs.invalid(
          place,
          "marks rows in "
              + name
              + ", which is a column of "
              + schema.columns().get(places[i]).type(),
          "a dataset without it");
    }
  }

  /** Those the schema does not have yet. */
  List<Column> added() {
    return added;
  }

  void mark(Object[] made, Row from, String stage, String detail) {
    made[places[0]] = stage;
    made[places[1]] = detail;
    if (from != null && made[places[2]] == null) {
      made[places[2]] = from.ordinal();
    }
  }
}
