package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.refinement.similarity.Shingler;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.IntFunction;

/**
 * Keeps a part of the rows that enter it, over all partitions, and rejects the others as {@code
 * not_sampled}. Where chance decides, it is a hash of seed and source ordinal.
 */
final class Sample implements SurveyStage {
  static final String NAME = "sample";

  /** Most values of a column, or combinations of several, that are told apart. */
  static final int MOST_STRATA = 10_000;

  /** Most rows that {@code diversity} chooses. */
  static final int MOST_DIVERSE = 10_000;

  /** Clusters times dimensions: a partition answers with 8 bytes for each in every iteration. */
  private static final int MOST_CENTRE_VALUES = 1 << 20;

  /** How rows are chosen. */
  enum Method {
    RANDOM,
    STRATIFIED,
    MIXTURE,
    KMEANS,
    DIVERSITY,
    SCORE
  }

  /** What each stratum or cluster gives. */
  enum Allocation {
    PROPORTIONAL,
    EQUAL
  }

  /** Which rows of a cluster come first. */
  enum Pick {
    SPREAD,
    NEAREST,
    RANDOM
  }

  /** Which scores come first. */
  enum Order {
    HIGHEST,
    LOWEST,
    MIDDLE
  }

  /**
   * The knobs, read.
   *
   * @param place of the stage in the recipe
   * @param rows to choose; null unless given
   * @param fraction of the rows that enter; null unless given
   * @param maxTokens null without a budget
   * @param tokens what counts them; null without a budget
   * @param counts rows of named strata; empty unless given
   * @param perStratum rows of each other stratum; null unless given
   * @param weights of named values; empty when their rows decide
   */
  record Settings(
      String place,
      Method method,
      long seed,
      Integer rows,
      Double fraction,
      Integer maxTokens,
      TokenCount tokens,
      List<Integer> tokenColumns,
      List<Integer> strata,
      Allocation allocation,
      Map<String, Integer> counts,
      Integer perStratum,
      Map<String, Double> weights,
      double temperature,
      List<Integer> columns,
      int clusters,
      int iterations,
      int trainRows,
      int dimensions,
      int ngram,
      Pick pick,
      int score,
      Order order) {

    boolean hasFeatures() {
      return !columns.isEmpty();
    }

    /** Whether how much is wanted is said by a number of rows or tokens. */
    boolean hasSize() {
      return rows != null || fraction != null || maxTokens != null;
    }

    /** Where a row stands when chance decides: lower comes first. */
    long chance(long ordinal) {
      return Shingler.mixed(
          Shingler.mixed(seed + 0x9E3779B97F4A7C15L) ^ ordinal * 0xD1B54A32D192ED03L);
    }
  }

  private final Settings settings;
  private final boolean keepRejects;
  private Found found = Found.NOTHING;

  Sample(Knobs knobs, Schema schema) {
    String place = knobs.place();
    if (!knobs.has("method")) {
      throw Knobs.invalid(
          place + ".method",
          "is missing",
          "one of random, stratified, mixture, kmeans, diversity, score");
    }
    Method method = knobs.choice("method", Method.class, null);
    int seed = knobs.whole("seed", 1, 0, Integer.MAX_VALUE);
    keepRejects = knobs.flag("keep_rejects", true);
    Integer rows =
        knobs.whole("rows", 1, method == Method.DIVERSITY ? MOST_DIVERSE : Integer.MAX_VALUE);
    Double fraction = knobs.share("fraction");
    if (rows != null && fraction != null) {
      throw Knobs.invalid(place, "has both rows and fraction", "one of the two");
    }

    List<Integer> strata = new ArrayList<>();
    Allocation allocation = Allocation.PROPORTIONAL;
    Map<String, Integer> counts = Map.of();
    Integer perStratum = null;
    Map<String, Double> weights = Map.of();
    double temperature = 1;
    List<Integer> columns = List.of();
    int clusters = 0;
    int iterations = 0;
    int trainRows = 0;
    int dimensions = 0;
    int ngram = 0;
    Pick pick = Pick.SPREAD;
    int score = -1;
    Order order = Order.HIGHEST;
    switch (method) {
      case RANDOM -> {}
      case STRATIFIED -> {
        for (String name : knobs.isList("by") ? knobs.texts("by") : List.of(knobs.text("by"))) {
          strata.add(Knobs.column(schema, name, place + ".by"));
        }
        if (new HashSet<>(strata).size() < strata.size()) {
          throw Knobs.invalid(place + ".by", "names a column twice", "each column once");
        }
        allocation = knobs.choice("allocation", Allocation.class, allocation);
        perStratum = knobs.whole("per_stratum", 0, Integer.MAX_VALUE);
        counts = knobs.has("counts") ? counts(knobs) : counts;
        if (perStratum != null || !counts.isEmpty()) {
          String both = rows != null ? "rows" : fraction != null ? "fraction" : null;
          both = both == null && knobs.has("allocation") ? "allocation" : both;
          if (both != null) {
            throw Knobs.invalid(
                place,
                "has " + both + " beside " + (counts.isEmpty() ? "per_stratum" : "counts"),
                "one of the two");
          }
        }
      }
      case MIXTURE -> {
        strata.add(Knobs.column(schema, knobs.text("column"), place + ".column"));
        weights = knobs.has("weights") ? weights(knobs) : weights;
        temperature = knobs.number("temperature", 1, 0.01, 1_000);
        if (weights.isEmpty() && !knobs.has("temperature")) {
          throw Knobs.invalid(
              place + ".weights",
              "is missing",
              "a weight for each value, or a temperature over the values' numbers of rows");
        }
      }
      case KMEANS -> {
        columns = knobs.textColumns("columns", schema);
        clusters = required(knobs, "clusters", 1, 10_000);
        iterations = knobs.whole("iterations", 10, 1, 1_000);
        trainRows = knobs.whole("train_rows", 200_000, 1, Integer.MAX_VALUE);
        allocation = knobs.choice("allocation", Allocation.class, Allocation.EQUAL);
        pick = knobs.choice("pick", Pick.class, pick);
        dimensions = knobs.whole("dimensions", 256, 16, 1_024);
        ngram = knobs.whole("ngram", 2, 1, 5);
        if ((long) clusters * dimensions > MOST_CENTRE_VALUES) {
          throw Knobs.invalid(
              place + ".clusters",
              "is " + clusters + " with " + dimensions + " dimensions",
              "at most " + MOST_CENTRE_VALUES / dimensions + " with so many dimensions");
        }
      }
      case DIVERSITY -> {
        columns = knobs.textColumns("columns", schema);
        dimensions = knobs.whole("dimensions", 256, 16, 1_024);
        ngram = knobs.whole("ngram", 2, 1, 5);
      }
      case SCORE -> {
        String name = knobs.text("column");
        score = Knobs.column(schema, name, place + ".column");
        ColumnType type = schema.columns().get(score).type();
        if (type != ColumnType.INT64 && type != ColumnType.FLOAT64) {
          throw Knobs.invalid(
              place + ".column",
              "names " + name + ", a column of " + type,
              "a column of INT64 or FLOAT64");
        }
        if (!knobs.has("order")) {
          throw Knobs.invalid(place + ".order", "is missing", "one of highest, lowest, middle");
        }
        order = knobs.choice("order", Order.class, null);
      }
    }

    Integer maxTokens = knobs.whole("max_tokens", 1, Integer.MAX_VALUE);
    TokenCount tokens = TokenCount.of(knobs, maxTokens != null);
    List<Integer> tokenColumns = tokenColumns(knobs, schema, maxTokens != null, columns);
    knobs.done();
    boolean sized = rows != null || fraction != null || maxTokens != null;
    if (!sized && method != Method.MIXTURE && perStratum == null && counts.isEmpty()) {
      throw Knobs.invalid(
          place,
          "does not say how much to choose",
          "rows, fraction or max_tokens"
              + (method == Method.STRATIFIED ? ", or counts or per_stratum" : ""));
    }
    settings =
        new Settings(
            place,
            method,
            seed,
            rows,
            fraction,
            maxTokens,
            tokens,
            tokenColumns,
            List.copyOf(strata),
            allocation,
            counts,
            perStratum,
            weights,
            temperature,
            columns,
            clusters,
            iterations,
            trainRows,
            dimensions,
            ngram,
            pick,
            score,
            order);
  }

  private static int required(Knobs knobs, String key, int least, int most) {
    Integer value = knobs.whole(key, least, most);
    if (value == null) {
      throw Knobs.invalid(
          knobs.place() + "." + key, "is missing", "a whole number from " + least + " to " + most);
    }
    return value;
  }

  private static Map<String, Integer> counts(Knobs knobs) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    knobs
        .fields("counts")
        .forEach(
            (stratum, value) -> {
              if (!value.canConvertToExactIntegral()
                  || value.decimalValue().signum() < 0
                  || value.decimalValue().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0) {
                throw Knobs.invalid(
                    knobs.place() + ".counts." + stratum,
                    "is " + Knobs.shown(value),
                    "a whole number from 0 to " + Integer.MAX_VALUE);
              }
              counts.put(stratum, value.intValue());
            });
    return counts;
  }

  private static Map<String, Double> weights(Knobs knobs) {
    Map<String, Double> weights = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : knobs.fields("weights").entrySet()) {
      JsonNode value = field.getValue();
      // Bounds beyond any use, so that no power or sum of weights overflows.
      if (!value.isNumber() || !(value.asDouble() >= 1e-6 && value.asDouble() <= 1e6)) {
        throw Knobs.invalid(
            knobs.place() + ".weights." + field.getKey(),
            "is " + Knobs.shown(value),
            "a number from 0.000001 to 1000000");
      }
      weights.put(field.getKey(), value.asDouble());
    }
    return weights;
  }

  /** Where tokens are counted: as told, else where features are taken, else all texts. */
  private static List<Integer> tokenColumns(
      Knobs knobs, Schema schema, boolean budget, List<Integer> columns) {
    if (knobs.has("token_columns")) {
      if (!budget) {
        throw Knobs.invalid(
            knobs.place() + ".token_columns", "is given without max_tokens", "both or neither");
      }
      return knobs.textColumns("token_columns", schema);
    }
    if (!budget) {
      return List.of();
    }
    List<Integer> counted = new ArrayList<>(columns);
    for (int i = 0; columns.isEmpty() && i < schema.columns().size(); i++) {
      if (schema.columns().get(i).type() == ColumnType.STRING) {
        counted.add(i);
      }
    }
    if (counted.isEmpty()) {
      throw Knobs.invalid(
          knobs.place() + ".max_tokens",
          "is given for a dataset without a text column",
          "rows or fraction");
    }
    return counted;
  }

  @Override
  public String name() {
    return NAME;
  }

  Settings settings() {
    return settings;
  }

  @Override
  public Findings survey(Survey survey) {
    return new SampleSearch(settings, survey).run();
  }

  @Override
  public byte[] collect(byte[] question, PartitionView partition) {
    return new SampleAnswers(settings, partition)
        .to(RecordCodec.decode(question, SampleQuestion.class));
  }

  @Override
  public void know(byte[] findings) {
    found = RecordCodec.decode(findings, Found.class);
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    int at = found.placeOf(row.ordinal());
    if (at < 0 || found.fates()[at] == Fate.CHOSEN.ordinal()) {
      return Verdict.keep(row);
    }
    return keepRejects
        ? Verdict.reject("not_sampled", found.detail(at))
        : Verdict.drop("not_sampled");
  }

  /** What becomes of a row. */
  enum Fate {
    CHOSEN,
    /** Others of its stratum were enough. */
    ENOUGH,
    /** Its tokens did not fit into what was left of the budget. */
    TOO_LONG,
    /** A choice by features finds none in it. */
    NO_WORDS,
    /** Its features are those of a chosen row. */
    COPY
  }

  /**
   * The rows of one partition that enter the stage, as parallel arrays in order of ordinals.
   *
   * @param ordinals 8 bytes each
   * @param strata places in {@code labels}, 4 bytes each
   * @param fates a {@link Fate} each
   * @param distances to the centre of the cluster, floats of 4 bytes each; empty without clusters
   * @param labels what a stratum is called; empty for all rows together
   * @param chosen rows of each stratum, 8 bytes each
   * @param rows of each stratum, 8 bytes each
   */
  public record Found(
      byte[] ordinals,
      byte[] strata,
      byte[] fates,
      byte[] distances,
      List<String> labels,
      byte[] chosen,
      byte[] rows) {
    static final Found NOTHING =
        new Found(
            new byte[0],
            new byte[0],
            new byte[0],
            new byte[0],
            List.of(),
            new byte[0],
            new byte[0]);

    /** Negative for a row that was not surveyed. */
    private int placeOf(long ordinal) {
      ByteBuffer all = ByteBuffer.wrap(ordinals);
      int low = 0;
      int high = fates.length - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        long there = all.getLong(middle * 8);
        if (there == ordinal) {
          return middle;
        }
        if (there < ordinal) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return -1;
    }

    private String detail(int at) {
      if (fates[at] == Fate.NO_WORDS.ordinal()) {
        return "without a word";
      }
      int stratum = ByteBuffer.wrap(strata).getInt(at * 4);
      StringJoiner detail = new StringJoiner(", ");
      String label = labels.get(stratum);
      detail.add(
          String.format(
              Locale.ROOT,
              "%s%d of %d rows are chosen",
              label.isEmpty() ? "" : label + ": ",
              ByteBuffer.wrap(chosen).getLong(stratum * 8),
              ByteBuffer.wrap(rows).getLong(stratum * 8)));
      if (distances.length > 0) {
        float distance = ByteBuffer.wrap(distances).getFloat(at * 4);
        detail.add(String.format(Locale.ROOT, "distance %.3f to its centre", distance));
      }
      if (fates[at] == Fate.TOO_LONG.ordinal()) {
        detail.add("too long for what was left of max_tokens");
      } else if (fates[at] == Fate.COPY.ordinal()) {
        detail.add("the same features as a chosen row");
      }
      return detail.toString();
    }
  }

  /** A survey that chose. */
  record Chosen(ObjectNode report, IntFunction<Found> partitions) implements Findings {
    @Override
    public byte[] of(int partition) {
      return RecordCodec.encode(partitions.apply(partition));
    }
  }

  /** What a row's stratum is called: its values in the order of {@code by}. */
  static String label(Row row, List<Integer> columns) {
    StringJoiner label = new StringJoiner(" | ");
    for (int column : columns) {
      String text = row.text(column);
      label.add(text == null ? "(empty)" : text);
    }
    String whole = label.toString();
    // Long values stay apart by their hash, in bounded memory.
    return whole.length() <= 200
        ? whole
        : Shown.brief(whole, 160)
            + " #"
            + Integer.toHexString(Arrays.hashCode(whole.toCharArray()));
  }
}
