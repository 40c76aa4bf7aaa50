package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "45,210 | 45210",
        "45210 mi | 45210",
        "45210miles | 45210",
        "45.5k mi. | 45500",
        "45k | 45000",
        "100 km | 62",
        "100,000 kms | 62137",
        "72 000 km | 44739",
        "0 | 0",
        "12.5 Miles | 13",
        "1,23 | -",
        "12,3456 | -",
        "45210 psi | -",
        "forty | -",
        "1.2.3 | -",
        "$45 | -",
      })
  void bringsDistancesToMiles(String text, String miles) {
    same(miles, RecipeRun.of("{stage:'units',columns:['t'],to:'miles'}", text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "$1,234.5 | 1234.50",
        "1234.505 | 1234.51",
        "USD 12 | 12.00",
        "12 usd | 12.00",
        "US$ 12.00 | 12.00",
        "$12.00 USD | 12.00",
        "($45.00) | -45.00",
        "-$45 | -45.00",
        "$-45 | -45.00",
        "45.00- | -45.00",
        "$1.2k | 1200.00",
        "CAD 10 | 7.30",
        "C$10 | 7.30",
        "EUR 10 | -",
        "€10 | -",
        "--45 | -",
        "(-45) | -",
        "(45 | -",
        "10 EUR USD | -",
        "$10 each | -",
        ". | -",
      })
  void bringsMoneyToOneCurrencyByRatesOnly(String text, String dollars) {
    same(dollars, RecipeRun.of("{stage:'units',columns:['t'],to:'USD',rates:{CAD:0.73}}", text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1.234,50 € | 1234.50",
        "12,5 | 12.50",
        "1 234,50 EUR | 1234.50",
        "1,234.50 | -",
      })
  void readsTheDecimalCommaWhenTold(String text, String euros) {
    same(euros, RecipeRun.of("{stage:'units',columns:['t'],to:'EUR',decimal:'comma'}", text));
  }

  private static void same(String expected, RecipeRun run) {
    assertEquals(expected, run.rejected.isEmpty() ? run.result() : "-");
  }

  @Test
  void convertsColumnsOfNumbersInPlaceAndIntoNewOnes() {
    Schema schema =
        new Schema(List.of(Column.of("km", ColumnType.INT64), Column.of("t", ColumnType.STRING)));
    RecipeRun run =
        RecipeRun.of(
            "[{stage:'units',columns:['km'],to:'miles',default_unit:'kilometers'},"
                + "{stage:'units',columns:['t'],to:'kilometers',default_unit:'miles',decimals:3,"
                + "into:['exact'],unreadable:'null'}]",
            schema,
            null,
            List.of(new Row(0, 161L, "100"), new Row(1, null, "7 leagues")));
    assertEquals(
        List.of(new Row(0, 100L, "100", 160.934), new Row(1, null, "7 leagues", null)), run.kept);
    assertNull(run.reason());
  }
}
