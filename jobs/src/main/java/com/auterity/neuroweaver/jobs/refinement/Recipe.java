package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The stages of one refinement, in order, made for one schema. */
final class Recipe {
  /** Columns that a rejects dataset has beside those of its source. */
  static final List<String> REJECT_COLUMNS = List.of("_stage", "_reason", "_detail");

  private static final List<String> STAGES =
      List.of(
          SchemaCheck.NAME,
          RangeCheck.NAME,
          Normalize.NAME,
          ExactDuplicates.NAME,
          NearDuplicates.NAME,
          VinCheck.NAME,
          MaskPersonalData.NAME);

  private final Schema schema;
  private final List<Stage> stages;

  private Recipe(Schema schema, List<Stage> stages) {
    this.schema = schema;
    this.stages = stages;
  }

  /**
   * Reads {@code stages} for a dataset of this schema.
   *
   * @param partitionBy the column rows are placed by, which no stage may change; or null
   */
  static Recipe of(JsonNode stages, Schema schema, String partitionBy) {
    if (stages == null || !stages.isArray() || stages.isEmpty()) {
      throw Knobs.invalid("stages", "is " + Knobs.shown(stages), "a list of at least one stage");
    }
    List<Stage> made = new ArrayList<>();
    for (int i = 0; i < stages.size(); i++) {
      String place = "stages[" + i + "]";
      Knobs knobs = new Knobs(stages.get(i), place);
      String name = knobs.text("stage");
      Knobs named = new Knobs(stages.get(i), place + " (" + name + ")");
      named.has("stage");
      made.add(
          switch (name) {
            case SchemaCheck.NAME -> new SchemaCheck(named, schema);
            case RangeCheck.NAME -> new RangeCheck(named, schema);
            case Normalize.NAME -> new Normalize(named, schema);
            case ExactDuplicates.NAME -> new ExactDuplicates(named, schema);
            case NearDuplicates.NAME -> new NearDuplicates(named, schema);
            case VinCheck.NAME -> new VinCheck(named, schema);
            case MaskPersonalData.NAME -> new MaskPersonalData(named, schema);
            default ->
                throw Knobs.invalid(
                    place + ".stage", "is \"" + name + "\"", "one of " + String.join(", ", STAGES));
          });
      refuseChangeOf(partitionBy, made.get(i), named.place(), schema);
    }
    for (String name : REJECT_COLUMNS) {
      if (schema.indexOf(name).isPresent()) {
        throw Knobs.invalid(
            "dataset",
            "has a column " + name + ", which the rejects need for themselves",
            "a dataset without it");
      }
    }
    return new Recipe(schema, List.copyOf(made));
  }

  private static void refuseChangeOf(String partitionBy, Stage stage, String place, Schema schema) {
    List<Integer> changed =
        stage instanceof Normalize normalize
            ? normalize.columns()
            : stage instanceof MaskPersonalData mask ? mask.columns() : List.of();
    if (partitionBy != null && changed.contains(schema.indexOf(partitionBy).orElse(-1))) {
      throw Knobs.invalid(
          place + ".columns",
          "changes " + partitionBy + ", by which the dataset's rows are placed",
          "to name columns without it");
    }
  }

  /** Places of the stages that must know all partitions before they can judge. */
  List<Integer> surveyStages() {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < stages.size(); i++) {
      if (stages.get(i) instanceof SurveyStage) {
        places.add(i);
      }
    }
    return places;
  }

  SurveyStage surveyStage(int place) {
    return (SurveyStage) stages.get(place);
  }

  /** Source columns, then {@link #REJECT_COLUMNS}. */
  Schema rejectsSchema() {
    List<Column> columns = new ArrayList<>(schema.columns());
    for (String name : REJECT_COLUMNS) {
      columns.add(new Column(name, ColumnType.STRING, false, SemanticType.NONE));
    }
    return new Schema(columns);
  }

  /** Where rows end up. */
  interface Sink {
    void kept(Row row);

    /** A row of {@link #rejectsSchema()}. */
    void rejected(Row row);
  }

  /** Runs all stages over one row. */
  void run(Row row, Tally tally, Sink sink) {
    Row current = row;
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      Verdict verdict = stage.apply(current, tally);
      if (verdict.rejected()) {
        tally.rejected(verdict.reason());
        sink.rejected(reject(current, i, verdict));
        return;
      }
      current = verdict.row();
    }
    sink.kept(current);
  }

  /** The row as it enters the stage at {@code place}, or null when it is rejected before. */
  Row before(int place, Row row) {
    Tally ignored = new Tally();
    Row current = row;
    for (Stage stage : stages.subList(0, place)) {
      Verdict verdict = stage.apply(current, ignored);
      if (verdict.rejected()) {
        return null;
      }
      current = verdict.row();
    }
    return current;
  }

  /** A recipe that masks personal data masks it in what it rejects as well. */
  private Row reject(Row row, int place, Verdict verdict) {
    Row masked = masked(row, place);
    String detail = verdict.detail();
    for (Stage later : stages.subList(place, stages.size())) {
      if (later instanceof MaskPersonalData mask) {
        detail = mask.masked(detail, new Tally());
      }
    }
    Object[] values = new Object[schema.columns().size() + REJECT_COLUMNS.size()];
    System.arraycopy(masked.toArray(), 0, values, 0, masked.size());
    values[masked.size()] = stages.get(place).name();
    values[masked.size() + 1] = verdict.reason();
    values[masked.size() + 2] = detail;
    return new Row(row.ordinal(), values);
  }

  /** The row as it enters the stage at {@code place}, with what later stages mask masked. */
  Row masked(Row row, int place) {
    Row masked = row;
    for (Stage later : stages.subList(place, stages.size())) {
      if (later instanceof MaskPersonalData mask) {
        masked = mask.apply(masked, new Tally()).row();
      }
    }
    return masked;
  }
}
