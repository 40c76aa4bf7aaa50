package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What must be true of the rows that enter the stage, all partitions together. A check that fails
 * stops the job before anything is written ({@code on_failure: fail}), is told in the result
 * ({@code warn}), or rejects the failing rows ({@code drop}). Every check is of the rows as they
 * enter the stage, so that their order does not matter.
 */
final class Checks implements SurveyStage {
  static final String NAME = "checks";

  private static final int MOST_CHECKS = 100;
  private static final int EXAMPLES = 3;

  /** Rows judged at once, and the characters that end a batch sooner. */
  private static final int BATCH_ROWS = 512;

  private static final int BATCH_CHARACTERS = 1 << 20;

  private final String place;
  private final Schema schema;
  private final List<Check> checks = new ArrayList<>();

  /** The columns that conditions read, all nullable. */
  private final int[] read;

  private final Schema readSchema;

  /** The columns of which figures are taken. */
  private final int[] profiled;

  private final Schema profiledSchema;
  private List<DuplicateSet> duplicates = List.of();

  Checks(Knobs knobs, Schema schema) {
    this.place = knobs.place();
    this.schema = schema;
    List<JsonNode> nodes = knobs.list("checks");
    knobs.done();
    if (nodes.size() > MOST_CHECKS) {
      throw Knobs.invalid(
          place + ".checks", "has " + nodes.size() + " checks", "at most " + MOST_CHECKS);
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      Knobs knob = new Knobs(nodes.get(i), place + ".checks[" + i + "]");
      Check check = new Check(knob, i + 1, schema);
      if (!names.add(check.name)) {
        throw Knobs.invalid(
            knob.place() + ".name", "is \"" + check.name + "\", as another check's", "its own");
      }
      checks.add(check);
    }
    TreeSet<Integer> conditions = new TreeSet<>();
    TreeSet<Integer> figures = new TreeSet<>();
    for (Check check : checks) {
      if (check.figure == Check.Figure.ROWS) {
        conditions.addAll(check.columns);
      } else if (check.figure.numeric() || check.figure == Check.Figure.DISTINCT) {
        figures.addAll(check.columns);
      }
    }
    read = conditions.stream().mapToInt(Integer::intValue).toArray();
    readSchema = nullable(schema, conditions);
    profiled = figures.stream().mapToInt(Integer::intValue).toArray();
    profiledSchema = nullable(schema, figures);
  }

  private static Schema nullable(Schema schema, Set<Integer> places) {
    return new Schema(
        places.stream()
            .map(schema.columns()::get)
            .map(column -> new Column(column.name(), column.type(), true, column.semantic()))
            .toList());
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * What one partition says.
   *
   * @param profile of the columns of which figures are taken
   */
  record Answer(long rows, List<Counted> checks, byte[] profile) {}

  /**
   * Of one check in some rows.
   *
   * @param failing rows
   * @param less numbers below the bound
   * @param atBound numbers not above it
   * @param notMore numbers not above the greater bound
   * @param numbers finite ones
   */
  record Counted(
      long failing, long less, long atBound, long notMore, long numbers, List<Example> examples) {
    static final Counted NOTHING = new Counted(0, 0, 0, 0, 0, List.of());

    Counted and(Counted other) {
      return new Counted(
          failing + other.failing,
          less + other.less,
          atBound + other.atBound,
          notMore + other.notMore,
          numbers + other.numbers,
          first(examples, other.examples));
    }

    private static List<Example> first(List<Example> one, List<Example> two) {
      return Stream.concat(one.stream(), two.stream())
          .sorted((a, b) -> Long.compare(a.ordinal(), b.ordinal()))
          .limit(EXAMPLES)
          .toList();
    }
  }

  /** A row that fails, as it may be shown. */
  record Example(long ordinal, String found) {}

  /** Who asks the partitions for keys: which check, and which bucket of how many. */
  private static byte[] keysOf(int check, int bucket, int buckets) {
    return ByteBuffer.allocate(12).putInt(check).putInt(bucket).putInt(buckets).array();
  }

  @Override
  public Findings survey(Survey survey) {
    Counted[] counted = new Counted[checks.size()];
    Arrays.fill(counted, Counted.NOTHING);
    long[] rows = {0};
    DatasetProfile profile = DatasetProfile.of(profiledSchema);
    survey.askAll(
        new byte[0],
        (partition, bytes) -> {
          Answer answer = RecordCodec.decode(bytes, Answer.class);
          rows[0] += answer.rows();
          profile.merge(DatasetProfile.ofBytes(answer.profile()));
          for (int i = 0; i < counted.length; i++) {
            counted[i] = counted[i].and(answer.checks().get(i));
          }
          survey.progress("checking", partition + 1L, survey.partitions().size(), "partitions");
        });
    List<DuplicateSet.Finder> finders = new ArrayList<>();
    for (int i = 0; i < checks.size(); i++) {
      if (checks.get(i).figure == Check.Figure.UNIQUE) {
        DuplicateSet.Finder finder = duplicates(survey, i);
        finders.add(finder);
        for (int partition : survey.partitions()) {
          counted[i] = counted[i].and(repeated(finder.of(partition)));
        }
      }
    }
    ObjectNode report = report(counted, rows[0], profile);
    stopWhereOneFails(report);
    return new Findings() {
      @Override
      public byte[] of(int partition) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (DuplicateSet.Finder finder : finders) {
          byte[] pairs = finder.of(partition).toBytes();
          out.writeBytes(ByteBuffer.allocate(4).putInt(pairs.length).array());
          out.writeBytes(pairs);
        }
        return out.toByteArray();
      }

      @Override
      public ObjectNode report() {
        return report;
      }
    };
  }

  private static DuplicateSet.Finder duplicates(Survey survey, int check) {
    DuplicateSet.Finder finder = new DuplicateSet.Finder();
    int buckets = ExactDuplicates.buckets(survey);
    for (int bucket = 0; bucket < buckets; bucket++) {
      survey.askAll(keysOf(check, bucket, buckets), finder::add);
      finder.settleBucket();
    }
    return finder;
  }

  private static Counted repeated(DuplicateSet found) {
    List<Example> examples = new ArrayList<>();
    ByteBuffer pairs = ByteBuffer.wrap(found.toBytes());
    while (pairs.hasRemaining() && examples.size() < EXAMPLES) {
      examples.add(new Example(pairs.getLong(), repeats(pairs.getLong())));
    }
    return new Counted(found.size(), 0, 0, 0, 0, examples);
  }

  private static String repeats(long original) {
    return "repeats the row of source ordinal " + original;
  }

  @Override
  public byte[] collect(byte[] question, PartitionView partition) {
    return question.length == 0
        ? RecordCodec.encode(counted(partition))
        : keys(ByteBuffer.wrap(question), partition);
  }

  private Answer counted(PartitionView partition) {
    DatasetProfile profile = DatasetProfile.of(profiledSchema);
    Counting[] counting = new Counting[checks.size()];
    for (int i = 0; i < counting.length; i++) {
      counting[i] = new Counting(checks.get(i));
    }
    long rows = 0;
    List<Row> batch = new ArrayList<>();
    long characters = 0;
    for (Iterator<Row> stored = partition.stored(); stored.hasNext(); ) {
      Row row = partition.entering(stored.next());
      if (row == null) {
        continue;
      }
      rows++;
      if (profiled.length > 0) {
        profile.add(picked(row, profiled));
      }
      batch.add(row);
      for (int column : read) {
        characters += row.get(column) instanceof String text ? text.length() : 0;
      }
      if (batch.size() == BATCH_ROWS || characters > BATCH_CHARACTERS) {
        judge(batch, counting, partition);
        batch.clear();
        characters = 0;
      }
    }
    judge(batch, counting, partition);
    return new Answer(
        rows, Stream.of(counting).map(each -> each.counted).toList(), profile.toBytes());
  }

  private static Row picked(Row row, int[] places) {
    Object[] values = new Object[places.length];
    for (int i = 0; i < places.length; i++) {
      values[i] = row.get(places[i]);
    }
    return new Row(row.ordinal(), values);
  }

  private void judge(List<Row> rows, Counting[] counting, PartitionView partition) {
    if (rows.isEmpty()) {
      return;
    }
    RowBatch batch = RowBatch.of(readSchema, rows.stream().map(row -> picked(row, read)).toList());
    for (Counting each : counting) {
      switch (each.check.figure) {
        case ROWS -> {
          for (int row : each.check.contradicted().rows(batch)) {
            each.failing(rows.get(row), partition);
          }
        }
        case COMPLETENESS ->
            rows.stream()
                .filter(row -> isEmpty(row.get(each.check.columns.get(0))))
                .forEach(row -> each.failing(row, partition));
        case QUANTILE -> rows.forEach(each::rank);
        case UNIQUE, ROW_COUNT, DISTINCT, MEAN, STANDARD_DEVIATION -> {}
      }
    }
  }

  private static boolean isEmpty(Object value) {
    return value == null || (value instanceof String text && text.isBlank());
  }

  /** Counts for one check in one partition. */
  private final class Counting {
    private final Check check;
    private Counted counted = Counted.NOTHING;

    private Counting(Check check) {
      this.check = check;
    }

    private void failing(Row row, PartitionView partition) {
      List<Example> example =
          counted.examples().size() == EXAMPLES
              ? List.of()
              : List.of(
                  new Example(
                      row.ordinal(),
                      check.found(partition.recipe().masked(row, partition.place()), schema)));
      counted = counted.and(new Counted(1, 0, 0, 0, 0, example));
    }

    private void rank(Row row) {
      Object value = row.get(check.columns.get(0));
      if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
        double found = number.doubleValue();
        counted =
            new Counted(
                0,
                counted.less() + (found < check.bound() ? 1 : 0),
                counted.atBound() + (found <= check.bound() ? 1 : 0),
                counted.notMore() + (found <= check.upperBound() ? 1 : 0),
                counted.numbers() + 1,
                List.of());
      }
    }
  }

  /** As {@link ExactDuplicates#collect}, of the rows that have a value in every column. */
  private byte[] keys(ByteBuffer asked, PartitionView partition) {
    Check check = checks.get(asked.getInt());
    int bucket = asked.getInt();
    int buckets = asked.getInt();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Iterator<Row> stored = partition.stored(); stored.hasNext(); ) {
      Row row = partition.entering(stored.next());
      if (row == null || check.columns.stream().anyMatch(column -> isEmpty(row.get(column)))) {
        continue;
      }
      ExactDuplicates.RowKey key = ExactDuplicates.key(row, check.columns);
      if (Long.remainderUnsigned(key.low(), buckets) == bucket) {
        out.writeBytes(
            ByteBuffer.allocate(24)
                .putLong(key.high())
                .putLong(key.low())
                .putLong(row.ordinal())
                .array());
      }
    }
    return out.toByteArray();
  }

  @Override
  public void know(byte[] findings) {
    List<DuplicateSet> known = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(findings);
    while (in.hasRemaining()) {
      byte[] pairs = new byte[in.getInt()];
      in.get(pairs);
      known.add(DuplicateSet.ofBytes(pairs));
    }
    duplicates = List.copyOf(known);
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    int unique = 0;
    for (Check check : checks) {
      if (check.figure == Check.Figure.UNIQUE) {
        DuplicateSet repeated =
            unique < duplicates.size() ? duplicates.get(unique) : DuplicateSet.EMPTY;
        unique++;
        long original =
            check.onFailure == Check.OnFailure.DROP ? repeated.originalOf(row.ordinal()) : -1;
        if (original >= 0) {
          return rejected(check, row, "; " + repeats(original));
        }
      } else if (check.onFailure == Check.OnFailure.DROP && check.contradicts(row)) {
        return rejected(check, row, "");
      }
    }
    return Verdict.keep(row);
  }

  private Verdict rejected(Check check, Row row, String why) {
    return Verdict.reject(
        "failed_" + check.name, check.text + "; found " + check.found(row, schema) + why);
  }

  /**
   * {@code {stage, checks: [{name, check, on_failure, passed, value, rows, failing_rows ...}]}}.
   */
  private ObjectNode report(Counted[] counted, long rows, DatasetProfile profile) {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("stage", NAME);
    ArrayNode list = report.putArray("checks");
    JsonNode columns = profile.toJson().get("columns");
    for (int i = 0; i < counted.length; i++) {
      Check check = checks.get(i);
      ObjectNode json = list.addObject();
      json.put("name", check.name).put("check", check.text);
      json.put("on_failure", check.onFailure.name().toLowerCase(Locale.ROOT));
      write(check, counted[i], rows, columns, profile, json);
      json.put("rows", rows);
      if (check.figure.ofRows() || check.figure == Check.Figure.COMPLETENESS) {
        json.put("failing_rows", counted[i].failing());
        ArrayNode examples = json.putArray("examples");
        for (Example example : counted[i].examples()) {
          examples.addObject().put("ordinal", example.ordinal()).put("found", example.found());
        }
      }
    }
    return report;
  }

  /** What was found and whether that is right; without a value nothing contradicts the check. */
  private void write(
      Check check,
      Counted counted,
      long rows,
      JsonNode columns,
      DatasetProfile profile,
      ObjectNode json) {
    if (check.figure.ofRows()) {
      json.put("passed", counted.failing() == 0);
      return;
    }
    Double value =
        switch (check.figure) {
          case ROW_COUNT -> (double) rows;
          case COMPLETENESS -> rows == 0 ? null : (double) (rows - counted.failing()) / rows;
          case DISTINCT -> figure(columns, check, "distinct");
          case MEAN -> figure(columns, check, "mean");
          case STANDARD_DEVIATION -> figure(columns, check, "standard_deviation");
          default -> profile.quantile(name(check), check.share());
        };
    if (check.figure == Check.Figure.ROW_COUNT || check.figure == Check.Figure.DISTINCT) {
      json.put("value", value.longValue());
    } else {
      json.put("value", value);
    }
    if (check.figure == Check.Figure.QUANTILE) {
      long rank = Math.max(1, (long) Math.ceil(check.share() * counted.numbers()));
      json.put(
          "passed",
          value == null
              || check.holdsByRank(rank, counted.less(), counted.atBound(), counted.notMore()));
      json.put("value_relative_error", profile.quantileError(name(check)));
      return;
    }
    if (check.figure == Check.Figure.DISTINCT) {
      json.put("value_exact", column(columns, check).get("distinct_exact").asBoolean());
    }
    json.put("passed", value == null || check.holds(value));
  }

  private String name(Check check) {
    return schema.columns().get(check.columns.get(0)).name();
  }

  private JsonNode column(JsonNode columns, Check check) {
    return columns.get(profiledSchema.indexOf(name(check)).orElseThrow());
  }

  private Double figure(JsonNode columns, Check check, String figure) {
    JsonNode value = column(columns, check).get(figure);
    return value == null || value.isNull() ? null : value.asDouble();
  }

  /** The error names every check that must hold and does not, with rows that show it. */
  private void stopWhereOneFails(ObjectNode report) {
    List<String> failed = new ArrayList<>();
    for (JsonNode check : report.get("checks")) {
      if (check.get("on_failure").asText().equals("fail") && !check.get("passed").asBoolean()) {
        failed.add(failure(check));
      }
    }
    if (!failed.isEmpty()) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          place
              + ": "
              + failed.size()
              + " of "
              + checks.size()
              + (checks.size() == 1 ? " check failed: " : " checks failed: ")
              + String.join("; ", failed)
              + ". Nothing was written; right would be data that passes, or on_failure: warn",
          Map.of("checks", report.get("checks").toString()));
    }
  }

  private static String failure(JsonNode check) {
    StringBuilder text = new StringBuilder(check.get("check").asText());
    if (check.has("value")) {
      text.append(" (found ").append(check.get("value").asText()).append(')');
    }
    if (check.has("failing_rows")) {
      text.append(" in ")
          .append(check.get("failing_rows").asLong())
          .append(" of ")
          .append(check.get("rows").asLong())
          .append(" rows");
      List<String> examples = new ArrayList<>();
      for (JsonNode example : check.get("examples")) {
        examples.add(
            "source ordinal "
                + example.get("ordinal").asLong()
                + ": "
                + example.get("found").asText());
      }
      if (!examples.isEmpty()) {
        text.append(", such as ").append(String.join(", ", examples));
      }
    }
    return text.toString();
  }
}
