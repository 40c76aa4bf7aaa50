package com.auterity.neuroweaver.datasets.automotive;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Work instructions: one service operation on one vehicle, in numbered steps. Torques and
 * capacities are those of {@link SpecSheet}.
 */
final class MaintenanceProcedures {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("procedure_id", ColumnType.STRING, false, SemanticType.NONE),
              new Column("op_code", ColumnType.STRING, false, SemanticType.OP_CODE),
              Column.of("system", ColumnType.STRING),
              Column.of("title", ColumnType.STRING),
              Column.of("make", ColumnType.STRING),
              Column.of("model", ColumnType.STRING),
              Column.of("model_year", ColumnType.INT64),
              Column.of("engine", ColumnType.STRING),
              Column.of("skill_level", ColumnType.STRING),
              Column.of("labor_hours", ColumnType.FLOAT64),
              Column.of("interval_miles", ColumnType.INT64),
              Column.of("lug_torque_lb_ft", ColumnType.INT64),
              Column.of("parts", ColumnType.STRING),
              Column.of("tools", ColumnType.STRING),
              new Column("safety", ColumnType.STRING, true, SemanticType.FREE_TEXT),
              new Column("steps", ColumnType.STRING, false, SemanticType.FREE_TEXT),
              Column.of("step_count", ColumnType.INT64),
              new Column("revised_on", ColumnType.DATE, true, SemanticType.DATE)));

  static final KitDataset DATASET =
      new KitDataset(
          "maintenance_procedures",
          "Work instructions in numbered steps: tools, safety, torques, capacities, checks.",
          SCHEMA,
          10_000,
          MaintenanceProcedures::row);

  /** What is done by mileage; everything else when it is worn or broken. */
  private static final Map<String, Long> INTERVALS =
      Map.of(
          "ENG29", 10_000L,
          "TIR28", 7_500L,
          "HVA51", 15_000L,
          "ENG36", 30_000L,
          "BRK14", 30_000L,
          "TRN54", 60_000L,
          "ENG31", 100_000L);

  private static final List<String> WHEELS_OFF = List.of("brakes", "suspension", "tires");
  private static final List<String> CABLE_OFF = List.of("electrical", "safety");
  private static final LocalDate LAST_REVISION = LocalDate.of(2025, 12, 15);

  private MaintenanceProcedures() {}

  private static Object[] row(long ordinal, SplittableRandom random) {
    SpecSheet sheet = SpecSheet.draw(random);
    Phrasebook.Entry entry = Phrasebook.instance().draw(random);
    ServiceOperation operation = entry.operation;
    Map<String, String> facts = KitPhrases.facts(sheet);
    DealershipQuestions.repair(entry, facts);
    KitPhrases phrases = KitPhrases.instance();
    boolean wheels = wheelsOff(operation);
    List<String> steps = steps(operation, wheels, facts, random);
    StringBuilder numbered = new StringBuilder();
    for (int i = 0; i < steps.size(); i++) {
      numbered.append(i == 0 ? "" : "\n").append(i + 1).append(". ").append(steps.get(i));
    }
    return new Object[] {
      "MP-%07d".formatted(ordinal + 1),
      operation.code(),
      operation.system(),
      "%s: %d %s %s"
          .formatted(
              CustomerVoice.capitalized(entry.fix), sheet.modelYear(), sheet.make(), sheet.model()),
      sheet.make(),
      sheet.model(),
      (long) sheet.modelYear(),
      sheet.engine(),
      skill(operation),
      operation.hours(),
      INTERVALS.get(operation.code()),
      wheels ? (long) sheet.lugPoundFeet() : null,
      operation.parts().isEmpty() ? null : String.join(", ", operation.parts()),
      phrases.draw("tools." + operation.system(), facts, random),
      phrases.draw("safety." + operation.system(), facts, random),
      numbered.toString(),
      (long) steps.size(),
      LAST_REVISION.minusDays(random.nextInt(1_500))
    };
  }

  private static boolean wheelsOff(ServiceOperation operation) {
    return WHEELS_OFF.contains(operation.system()) || operation.code().equals("STE21");
  }

  private static String skill(ServiceOperation operation) {
    return operation.hours() < 1 ? "apprentice" : operation.hours() < 2.5 ? "technician" : "master";
  }

  private static List<String> steps(
      ServiceOperation operation,
      boolean wheels,
      Map<String, String> facts,
      SplittableRandom random) {
    List<String> tags = new ArrayList<>();
    tags.add("prep." + operation.system());
    if (!operation.parts().isEmpty()) {
      tags.add("step.parts");
    }
    tags.add("step.test");
    facts.put("test_step", Integer.toString(tags.size()));
    tags.add("step.expect");
    tags.add("step.fix");
    if (operation.code().equals("ENG29")) {
      tags.add("step.oil");
    }
    if (operation.system().equals("cooling") && !operation.code().equals("COO40")) {
      tags.add("step.coolant");
    }
    if (wheels) {
      tags.add("step.torque");
    }
    if (CABLE_OFF.contains(operation.system())) {
      tags.add("step.battery");
    }
    tags.add("step.check");
    if (!operation.system().equals("body")) {
      tags.add("step.drive");
    }
    tags.add("step.record");
    return tags.stream().map(tag -> KitPhrases.instance().draw(tag, facts, random)).toList();
  }
}
