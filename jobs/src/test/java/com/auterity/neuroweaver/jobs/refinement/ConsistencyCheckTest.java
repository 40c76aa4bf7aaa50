package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsistencyCheckTest {
  private static final Schema ORDERS =
      new Schema(
          List.of(
              Column.of("op_code", ColumnType.STRING),
              Column.of("system", ColumnType.STRING),
              Column.of("hours", ColumnType.FLOAT64),
              Column.of("opened", ColumnType.INT64),
              Column.of("closed", ColumnType.INT64),
              Column.of("vin", ColumnType.STRING),
              Column.of("year", ColumnType.INT64)));

  private static final String RULES =
      """
      [{stage:'vin_decode'},
       {stage:'consistency_check',rules:[
        {name:'oil',when:"op_code in ('OIL1', 'OIL2')",require:"system = 'engine' and hours <= 2"},
        {name:'dates',require:'closed >= opened'},
        {require:'year = vin_model_year'}]}]
      """;

  private static Row order(String op, String system, Double hours, Long opened, Long closed) {
    return new Row(0, op, system, hours, opened, closed, "1HGCM82633A004352", 2003L);
  }

  private static RecipeRun run(Row row) {
    return RecipeRun.of(RULES, ORDERS, null, List.of(row));
  }

  @Test
  void rejectsWhatContradictsItselfAndSaysWith() {
    assertEquals(1, run(order("OIL1", "engine", 0.5, 1L, 1L)).kept.size());
    RecipeRun oil = run(order("OIL1", "brakes", 0.5, 1L, 1L));
    assertEquals("contradiction_oil", oil.reason());
    assertEquals(
        "system = 'engine' and hours <= 2, required when op_code in ('OIL1', 'OIL2'); found"
            + " system = brakes, hours = 0.5, op_code = OIL1",
        oil.detail());
    assertEquals("contradiction_oil", run(order("OIL2", "engine", 2.5, 1L, 1L)).reason());
    assertEquals(1, run(order("BRK1", "brakes", 2.5, 1L, 1L)).kept.size());
    assertEquals("contradiction_dates", run(order("BRK1", "x", 1.0, 2L, 1L)).reason());
    Row year = order("BRK1", "x", 1.0, 1L, 1L).with(6, 2004L);
    assertEquals("contradiction_rule_3", run(year).reason());
    assertEquals(
        "year = vin_model_year; found year = 2004, vin_model_year = 2003", run(year).detail());
  }

  @Test
  void whatIsMissingContradictsNothing() {
    assertEquals(1, run(order("OIL1", null, null, 1L, 1L)).kept.size());
    assertEquals(1, run(order("OIL1", null, 1.0, 1L, null)).kept.size());
    assertEquals(1, run(order(null, "brakes", 9.0, null, 1L)).kept.size());
    // One half is enough to know that it fails.
    assertEquals("contradiction_oil", run(order("OIL1", null, 9.0, 1L, 1L)).reason());
    Row unknownMaker = order("x", "x", 1.0, 1L, 1L).with(5, "11111111111111111");
    assertEquals(1, run(unknownMaker).kept.size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | rules is missing; right would be a list",
        "{rules:[{name:'a'}]} | rules[0].require is missing; right would be a text",
        "{rules:[{require:'closed > '}]} | rules[0].require has at character 10 the end; right would be a whole number",
        "{rules:[{require:'closed > vin'}]} | rules[0].require has at character 10 vin; right would be a value or column comparable with closed is int64",
        "{rules:[{require:'shut > 3'}]} | rules[0].require has at character 1 shut; right would be a column of this dataset",
        "{rules:[{when:'closed = ',require:'year > 1'}]} | rules[0].when has at character 10",
        "{rules:[{name:'a',require:'year > 1'},{name:'a',require:'year > 2'}]} | rules[1].name is \"a\", as another rule's",
        "{rules:[{require:'year > 1',unless:'x'}]} | rules[0] has the unknown key \"unless\"",
      })
  void refusesWrongRulesNamingThePlace(String knobs, String message) {
    String stage = "[{stage:'consistency_check'," + knobs.substring(1) + "]";
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> RecipeRun.recipe(stage.replace(",}", "}"), ORDERS, null));
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
  }
}
