package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.jobs.refinement.text.DateText;
import java.util.List;
import java.util.Set;

/**
 * Writes dates in text columns as ISO 8601, in place or into new DATE columns (without their time).
 * Rejects rows with a date it cannot read, unless {@code unreadable} says otherwise.
 */
final class Dates implements Stage {
  static final String NAME = "dates";
  private static final int FIRST_YEAR = 1970;

  private final Derived derived;
  private final DateText.Order order;
  private final int firstYear;

  Dates(Knobs knobs, Schema schema) {
    derived =
        new Derived(knobs, schema, Set.of(ColumnType.STRING), ColumnType.DATE, SemanticType.DATE);
    order = knobs.choice("order", DateText.Order.class, null);
    if (order == null) {
      throw Knobs.invalid(
          knobs.place() + ".order", "is missing", "mdy (1/31/2026) or dmy (31/1/2026)");
    }
    firstYear = knobs.whole("two_digit_years_from", FIRST_YEAR, 1900, 2000);
    knobs.done();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Integer> columns() {
    return derived.inPlace();
  }

  @Override
  public List<Column> added() {
    return derived.added();
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    return derived.apply(
        row,
        NAME,
        tally,
        this::read,
        "a date such as " + (order == DateText.Order.MDY ? "1/31/2026" : "31/1/2026"));
  }

  private Object read(Object value, ColumnType type) {
    DateText date = DateText.parse((String) value, order, firstYear);
    if (date == null) {
      return null;
    }
    return type == ColumnType.DATE ? date.date() : date.iso();
  }
}
