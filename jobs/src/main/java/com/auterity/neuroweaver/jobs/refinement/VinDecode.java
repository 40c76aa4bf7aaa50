package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.automotive.Vin;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.util.List;
import java.util.Optional;

/**
 * Adds make and model year as the VIN tells them. Both are null where it does not tell for certain:
 * it is malformed, its maker is not in the table, or (for the model year always, for the make in
 * North America) its check digit is wrong. Rejects nothing.
 */
final class VinDecode implements Stage {
  static final String NAME = "vin_decode";

  private final int column;
  private final int at;
  private final List<Column> added;

  VinDecode(Knobs knobs, Schema schema) {
    column = Knobs.column(schema, knobs.text("column", "vin"), knobs.place() + ".column");
    at = schema.columns().size();
    String make = knobs.text("make", "vin_make");
    String modelYear = knobs.text("model_year", "vin_model_year");
    if (make.equals(modelYear)) {
      throw Knobs.invalid(
          knobs.place(), "names " + make + " for both make and model_year", "two names");
    }
    added =
        List.of(
            new Column(make, ColumnType.STRING, true, SemanticType.NONE),
            new Column(modelYear, ColumnType.INT64, true, SemanticType.NONE));
    knobs.done();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Column> added() {
    return added;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    Vin vin = Vin.parse(row.text(column)).orElse(null);
    Optional<String> make = vin == null ? Optional.empty() : vin.maker();
    if (make.isEmpty() || (vin.isNorthAmerican() && !vin.checkDigitIsRight())) {
      return Verdict.keep(row);
    }
    Row result = row.with(at, make.get());
    if (vin.checkDigitIsRight() && vin.modelYear().isPresent()) {
      result = result.with(at + 1, (long) vin.modelYear().getAsInt());
    }
    tally.changed(NAME);
    return Verdict.keep(result);
  }
}
