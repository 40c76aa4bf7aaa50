package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Replaces personal data in text columns by what it was: {@code [phone]}, {@code [email]} ... */
final class MaskPersonalData implements Stage {
  static final String NAME = "mask_personal_data";

  private final List<Integer> columns = new ArrayList<>();
  private final PersonalDataFinder finder;

  MaskPersonalData(Knobs knobs, Schema schema) {
    for (String name : knobs.texts("columns")) {
      String place = knobs.place() + ".columns";
      int column = Knobs.column(schema, name, place);
      if (schema.columns().get(column).type() != ColumnType.STRING) {
        throw Knobs.invalid(
            place,
            "names " + name + ", a column of " + schema.columns().get(column).type(),
            "text columns only");
      }
      columns.add(column);
    }
    List<PersonalData> kinds = knobs.choices("types", PersonalData.class);
    String region = knobs.text("region", "US");
    if (!PhoneNumberUtil.getInstance().getSupportedRegions().contains(region)) {
      throw Knobs.invalid(
          knobs.place() + ".region", "is \"" + region + "\"", "a two-letter country such as US");
    }
    finder = new PersonalDataFinder(kinds, region);
    knobs.done();
  }

  @Override
  public List<Integer> columns() {
    return columns;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    Row result = row;
    for (int column : columns) {
      String before = row.text(column);
      if (before != null) {
        String after = masked(before, tally);
        if (!after.equals(before)) {
          result = result.with(column, after);
        }
      }
    }
    if (result != row) {
      tally.changed(NAME);
    }
    return Verdict.keep(result);
  }

  String masked(String text, Tally tally) {
    List<PersonalDataFinder.Span> spans = finder.find(text);
    if (spans.isEmpty()) {
      return text;
    }
    StringBuilder result = new StringBuilder(text.length());
    int from = 0;
    for (PersonalDataFinder.Span span : spans) {
      String kind = span.kind().name().toLowerCase(Locale.ROOT);
      result.append(text, from, span.start()).append('[').append(kind).append(']');
      tally.masked(kind);
      from = span.end();
    }
    return result.append(text, from, text.length()).toString();
  }
}
