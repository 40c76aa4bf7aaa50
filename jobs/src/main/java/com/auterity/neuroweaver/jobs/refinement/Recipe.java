package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The stages of one refinement, in order, made for one schema. */
final class Recipe {
  /** Columns that a rejects dataset has beside those of its source. */
  static final List<String> REJECT_COLUMNS = List.of("_stage", "_reason", "_detail");

  /** Characters of a reject's detail. */
  private static final int DETAIL_SHOWN = 500;

  /** Of the examples of rejected rows in a job's result. */
  private static final int COLUMNS_SHOWN = 12;

  private static final int VALUE_SHOWN = 120;

  static final List<String> STAGES =
      List.of(
          SchemaCheck.NAME,
          RangeCheck.NAME,
          Normalize.NAME,
          ExactDuplicates.NAME,
          NearDuplicates.NAME,
          Sample.NAME,
          VinCheck.NAME,
          MaskPersonalData.NAME,
          HtmlToText.NAME,
          Boilerplate.NAME,
          Dates.NAME,
          Units.NAME,
          VinDecode.NAME,
          TroubleCodes.NAME,
          OdometerCheck.NAME,
          ConsistencyCheck.NAME,
          TextFilter.NAME,
          LanguageFilter.NAME,
          ToxicityFilter.NAME,
          Augment.NAME,
          PerplexityFilter.NAME,
          QualityClassifier.NAME,
          Checks.NAME,
          Synthesize.NAME);

  private final Schema schema;
  private final List<Stage> stages;
  private final int added;

  private Recipe(Schema schema, List<Stage> stages, int added) {
    this.schema = schema;
    this.stages = stages;
    this.added = added;
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
    Schema source = schema;
    Schema current = schema;
    for (int i = 0; i < stages.size(); i++) {
      String place = "stages[" + i + "]";
      Knobs knobs = new Knobs(stages.get(i), place);
      String name = knobs.text("stage");
      Knobs named = new Knobs(stages.get(i), place + " (" + name + ")");
      named.has("stage");
      made.add(
          switch (name) {
            case SchemaCheck.NAME -> new SchemaCheck(named, current);
            case RangeCheck.NAME -> new RangeCheck(named, current);
            case Normalize.NAME -> new Normalize(named, current);
            case ExactDuplicates.NAME -> new ExactDuplicates(named, current);
            case NearDuplicates.NAME -> new NearDuplicates(named, current);
            case Sample.NAME -> new Sample(named, current);
            case VinCheck.NAME -> new VinCheck(named, current);
            case MaskPersonalData.NAME -> new MaskPersonalData(named, current);
            case HtmlToText.NAME -> new HtmlToText(named, current);
            case Boilerplate.NAME -> new Boilerplate(named, current);
            case Dates.NAME -> new Dates(named, current);
            case Units.NAME -> new Units(named, current);
            case VinDecode.NAME -> new VinDecode(named, current);
            case TroubleCodes.NAME -> new TroubleCodes(named, current);
            case OdometerCheck.NAME -> new OdometerCheck(named, current, partitionBy);
            case ConsistencyCheck.NAME -> new ConsistencyCheck(named, current);
            case TextFilter.NAME -> new TextFilter(named, current);
            case LanguageFilter.NAME -> new LanguageFilter(named, current);
            case ToxicityFilter.NAME -> new ToxicityFilter(named, current);
            case Augment.NAME -> Augment.of(named, current, partitionBy);
            case PerplexityFilter.NAME -> new PerplexityFilter(named, current);
            case Checks.NAME -> new Checks(named, current);
            case QualityClassifier.NAME -> new QualityClassifier(named, current);
            case Synthesize.NAME -> new Synthesize(named, current, masked(made));
            default ->
                throw Knobs.invalid(
                    place + ".stage", "is \"" + name + "\"", "one of " + String.join(", ", STAGES));
          });
      refuseChangeOf(partitionBy, made.get(i), named.place(), current);
      refuseAfterExpanding(made, named.place());
      current = with(current, made.get(i).added(), named.place());
    }
    for (String name : REJECT_COLUMNS) {
      if (current.indexOf(name).isPresent()) {
        throw Knobs.invalid(
            "dataset",
            "has a column " + name + ", which the rejects need for themselves",
            "a dataset without it");
      }
    }
    return new Recipe(
        current, List.copyOf(made), current.columns().size() - source.columns().size());
  }

  private static void refuseChangeOf(String partitionBy, Stage stage, String place, Schema schema) {
    if (partitionBy != null && stage.columns().contains(schema.indexOf(partitionBy).orElse(-1))) {
      throw Knobs.invalid(
          place + ".columns",
          "changes " + partitionBy + ", by which the dataset's rows are placed",
          "to name columns without it");
    }
  }

  private static Set<Integer> masked(List<Stage> before) {
    Set<Integer> columns = new HashSet<>();
    for (Stage stage : before) {
      if (stage instanceof MaskPersonalData mask) {
        columns.addAll(mask.columns());
      }
    }
    return columns;
  }

  /** What must see every row before it judges one would not see the rows that are made. */
  private static void refuseAfterExpanding(List<Stage> made, String place) {
    Stage last = made.get(made.size() - 1);
    boolean seesAll =
        (last instanceof SurveyStage || last instanceof PartitionStage)
            && !(last instanceof ExpandingStage);
    for (Stage before : made) {
      if (seesAll && before instanceof ExpandingStage) {
        throw Knobs.invalid(
            place,
            "stands behind "
                + before.name()
                + " and would not see the rows made there before it judges",
            "a place before it, or a refinement of the result");
      }
    }
  }

  private static Schema with(Schema schema, List<Column> added, String place) {
    List<Column> columns = new ArrayList<>(schema.columns());
    for (Column column : added) {
      if (schema.indexOf(column.name()).isPresent()) {
        throw Knobs.invalid(
            place,
            "adds the column \"" + column.name() + "\", which is there already",
            "another name for it");
      }
      columns.add(column);
    }
    return added.isEmpty() ? schema : new Schema(columns);
  }

  /** Of the rows that are kept: the source's columns, then those that stages added. */
  Schema schema() {
    return schema;
  }

  /**
   * Shows the stages before {@code place} that judge a partition as a whole its rows.
   *
   * @param rows reads the partition from its start
   */
  void learn(int place, Supplier<Iterator<Row>> rows) {
    for (int i = 0; i < place; i++) {
      if (stages.get(i) instanceof PartitionStage stage) {
        for (Iterator<Row> all = rows.get(); all.hasNext(); ) {
          Row row = before(i, all.next());
          if (row != null) {
            stage.see(row);
          }
        }
        stage.settle();
      }
    }
  }

  void learn(Supplier<Iterator<Row>> rows) {
    learn(stages.size(), rows);
  }

  /** Name of each stage, in order. */
  List<String> stageNames() {
    return stages.stream().map(Stage::name).toList();
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

  /** Fingerprints of the keys this recipe hashes with, empty when it does not. */
  String keys() {
    StringBuilder keys = new StringBuilder();
    for (Stage stage : stages) {
      if (stage instanceof MaskPersonalData mask) {
        keys.append(mask.keyFingerprint());
      }
    }
    return keys.toString();
  }

  /** Names of the columns in which personal data is masked. */
  List<String> maskedColumns() {
    List<String> names = new ArrayList<>();
    for (Stage stage : stages) {
      if (stage instanceof MaskPersonalData mask) {
        mask.columns().forEach(column -> names.add(schema.columns().get(column).name()));
      }
    }
    return names;
  }

  /** The columns of {@link #schema()}, then {@link #REJECT_COLUMNS}. */
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
    run(0, widened(row), tally, sink);
  }

  private void run(int first, Row row, Tally tally, Sink sink) {
    Row current = row;
    for (int i = first; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      tally.enters(i, stage.name());
      Verdict verdict = stage.apply(current, tally);
      if (verdict.rejected()) {
        drop(current, i, verdict, tally, sink);
        return;
      }
      current = verdict.row();
    }
    sink.kept(current);
  }

  /**
   * Makes the rows that expanding stages make, and runs the stages behind over them. To come after
   * {@link #run} of the whole partition: ordinals go on ascending.
   *
   * @param rows reads the partition from its start
   */
  void expand(
      NodeContext node,
      Manifest source,
      int partition,
      Supplier<Iterator<Row>> rows,
      Tally tally,
      Sink sink) {
    long base = -1;
    for (int i = 0; i < stages.size(); i++) {
      if (!(stages.get(i) instanceof ExpandingStage stage)) {
        continue;
      }
      base = base < 0 ? stage.above() : base;
      long next = above(stage, base);
      stage.open(node, source.datasetId());
      if (stage.sees()) {
        for (Iterator<Row> all = rows.get(); all.hasNext(); ) {
          Row row = before(i, all.next());
          if (row != null) {
            stage.see(row);
          }
        }
      }
      for (Iterator<Row> all = rows.get(); all.hasNext(); ) {
        Row row = before(i, all.next());
        if (row != null) {
          for (Made made : stage.from(row, tally)) {
            made(i, base, made, tally, sink);
          }
        }
      }
      for (Iterator<Made> own = stage.own(partition, source.partitions()); own.hasNext(); ) {
        made(i, base, own.next(), tally, sink);
      }
      base = next;
    }
  }

  private static long above(ExpandingStage stage, long base) {
    try {
      return Math.addExact(base, stage.span(base));
    } catch (ArithmeticException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNPROCESSABLE,
          stage.name()
              + " would number rows beyond what a row's ordinal holds: ordinals below "
              + base
              + " are taken; right would be fewer rows made from each, or a dataset loaded anew",
          Map.of(),
          e);
    }
  }

  private void made(int place, long base, Made made, Tally tally, Sink sink) {
    Object[] values = Arrays.copyOf(made.row().toArray(), schema.columns().size());
    Row row = new Row(base + made.place(), values);
    if (made.refused() != null) {
      drop(row, place, made.refused(), tally, sink);
      return;
    }
    tally.made(place, stages.get(place).name());
    run(place + 1, row, tally, sink);
  }

  /** The row as it enters the stage at {@code place}, or null when it is rejected before. */
  Row before(int place, Row row) {
    Tally ignored = new Tally();
    Row current = widened(row);
    for (Stage stage : stages.subList(0, place)) {
      Verdict verdict = stage.apply(current, ignored);
      if (verdict.rejected()) {
        return null;
      }
      current = verdict.row();
    }
    return current;
  }

  private Row widened(Row row) {
    return added == 0
        ? row
        : new Row(row.ordinal(), Arrays.copyOf(row.toArray(), row.size() + added));
  }

  private void drop(Row row, int place, Verdict verdict, Tally tally, Sink sink) {
    String stage = stages.get(place).name();
    tally.rejected(place, stage, verdict.reason());
    if (verdict.detail() == null) {
      // The stage was told not to keep them.
      return;
    }
    Row reject = reject(row, place, verdict);
    if (tally.wantsDropped(place, stage, verdict.reason())) {
      tally.dropped(place, stage, verdict.reason(), dropped(reject));
    }
    sink.rejected(reject);
  }

  /** A recipe that masks personal data masks it in what it rejects as well. */
  private Row reject(Row row, int place, Verdict verdict) {
    Row masked = masked(row, place);
    String detail = verdict.detail();
    for (Stage later : stages.subList(place, stages.size())) {
      if (later instanceof MaskPersonalData mask) {
        detail = mask.covered(detail);
      }
    }
    Object[] values = new Object[schema.columns().size() + REJECT_COLUMNS.size()];
    System.arraycopy(masked.toArray(), 0, values, 0, masked.size());
    values[masked.size()] = stages.get(place).name();
    values[masked.size() + 1] = verdict.reason();
    values[masked.size() + 2] = Shown.brief(detail, DETAIL_SHOWN);
    return new Row(row.ordinal(), values);
  }

  /**
   * @param reject a row of {@link #rejectsSchema()}
   */
  private StageCounts.Dropped dropped(Row reject) {
    TreeMap<String, String> values = new TreeMap<>();
    List<Column> columns = schema.columns();
    for (int i = 0; i < columns.size() && values.size() < COLUMNS_SHOWN; i++) {
      if (reject.text(i) != null) {
        values.put(columns.get(i).name(), Shown.brief(reject.text(i), VALUE_SHOWN));
      }
    }
    return new StageCounts.Dropped(
        reject.ordinal(), reject.text(columns.size() + REJECT_COLUMNS.size() - 1), values);
  }

  /** The row as it enters the stage at {@code place}, with what later stages mask masked. */
  Row masked(Row row, int place) {
    Row masked = row;
    for (Stage later : stages.subList(place, stages.size())) {
      if (later instanceof MaskPersonalData mask) {
        masked = mask.covered(masked);
      }
    }
    return masked;
  }
}
