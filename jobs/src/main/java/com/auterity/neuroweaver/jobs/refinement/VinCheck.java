package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.automotive.Vin;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.OptionalInt;

/**
 * Rejects rows whose VIN is malformed or has a wrong check digit and, when asked, whose model year
 * is not the one the VIN tells. Empty VINs pass.
 */
final class VinCheck implements Stage {
  static final String NAME = "vin_check";

  private final int column;
  private final int modelYear;

  VinCheck(Knobs knobs, Schema schema) {
    column = Knobs.column(schema, knobs.text("column", "vin"), knobs.place() + ".column");
    modelYear =
        knobs.has("model_year_column")
            ? Knobs.column(
                schema, knobs.text("model_year_column"), knobs.place() + ".model_year_column")
            : -1;
    knobs.done();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    String text = row.text(column);
    if (text == null || text.isBlank()) {
      return Verdict.keep(row);
    }
    Vin vin = Vin.parse(text).orElse(null);
    if (vin == null) {
      return Verdict.reject("vin_malformed", text + " " + Vin.fault(text.strip()));
    }
    if (!vin.checkDigitIsRight()) {
      return Verdict.reject(
          "vin_check_digit",
          vin
              + " has check digit "
              + vin.value().charAt(8)
              + ", right is "
              + vin.expectedCheckDigit());
    }
    if (modelYear >= 0 && row.get(modelYear) != null) {
      Double stated = Values.number(row.get(modelYear));
      OptionalInt coded = vin.modelYear();
      if (stated == null || coded.isEmpty() || stated != coded.getAsInt()) {
        return Verdict.reject(
            "vin_model_year",
            vin
                + " tells model year "
                + (coded.isPresent() ? coded.getAsInt() : "none")
                + ", the row says "
                + row.get(modelYear));
      }
    }
    return Verdict.keep(row);
  }
}
