package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rejects rows whose texts a language model finds too strange, or too ordinary: by their perplexity
 * (CCNet, Wenzek et al. 2020) or mean loss per token, against fixed bounds or shares of all rows.
 * Can keep the score in a column. Rows without a token to score pass.
 */
final class PerplexityFilter implements SurveyStage {
  static final String NAME = "perplexity_filter";

  /** Tokens of a row that are scored unless the recipe says otherwise. */
  static final int MAX_TOKENS = 512;

  /** What a score is. */
  enum Measure {
    /** e to the mean loss per token. */
    PERPLEXITY,
    /** Mean negative log-likelihood per token, in nats. */
    LOSS
  }

  private final ScoringModel model;
  private final List<Integer> columns;
  private final Measure measure;
  private final Double least;
  private final Double most;
  private final Double dropHighest;
  private final Double dropLowest;
  private final Integer maxTokens;
  private final Column scoreColumn;
  private final int scorePlace;
  private Known known;

  /** The scores of one partition, and the bounds that the shares gave. */
  private record Known(RowScores scores, float lowest, float highest) {}

  PerplexityFilter(Knobs knobs, Schema schema) {
    boolean base = knobs.has(ScoringModels.BASE);
    if (base == knobs.has(ScoringModels.REGISTERED)) {
      throw Knobs.invalid(
          knobs.place(),
          base ? "has both model and base_model" : "names no model",
          "one of model (a registered one), base_model (a folder)");
    }
    String key = base ? ScoringModels.BASE : ScoringModels.REGISTERED;
    if (knobs.isText(key)) {
      knobs.text(key);
      model = null;
    } else {
      model = ScoringModel.of(new Knobs(knobs.object(key), knobs.place() + "." + key));
    }
    columns = knobs.textColumns("columns", schema);
    measure = knobs.choice("measure", Measure.class, Measure.PERPLEXITY);
    least = knobs.number("min", 0, Float.MAX_VALUE);
    most = knobs.number("max", 0, Float.MAX_VALUE);
    if (least != null && most != null && least > most) {
      throw Knobs.invalid(knobs.place(), "has min " + least + " above max " + most, "min <= max");
    }
    dropHighest = knobs.number("drop_highest", 0, 1);
    dropLowest = knobs.number("drop_lowest", 0, 1);
    if (dropHighest != null && dropLowest != null && dropHighest + dropLowest > 1) {
      throw Knobs.invalid(
          knobs.place(),
          "has drop_highest " + dropHighest + " and drop_lowest " + dropLowest,
          "shares that are 1 at most together");
    }
    maxTokens = knobs.whole("max_tokens", 2, 1 << 20);
    scoreColumn =
        knobs.has("score_column")
            ? Column.of(knobs.text("score_column"), ColumnType.FLOAT64)
            : null;
    scorePlace = schema.columns().size();
    knobs.done();
    if (least == null
        && most == null
        && dropHighest == null
        && dropLowest == null
        && scoreColumn == null) {
      throw Knobs.invalid(
          knobs.place(),
          "filters nothing",
          "at least one of max, min, drop_highest, drop_lowest, score_column");
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Column> added() {
    return scoreColumn == null ? List.of() : List.of(scoreColumn);
  }

  @Override
  public Findings survey(Survey survey) {
    survey.onNumerics(model.numerics());
    List<Integer> partitions = survey.partitions();
    Map<Integer, byte[]> scores = new TreeMap<>();
    survey.askAll(
        new byte[0],
        (partition, answer) -> {
          scores.put(partition, answer);
          survey.progress("scoring", scores.size(), partitions.size(), "partitions");
        });
    survey.onNumerics(model.numerics());
    float[] sorted = sorted(scores);
    float lowest =
        dropLowest == null || sorted.length == 0
            ? Float.NEGATIVE_INFINITY
            : sorted[Math.min(sorted.length - 1, rows(dropLowest, sorted.length))];
    float highest =
        dropHighest == null || sorted.length == 0
            ? Float.POSITIVE_INFINITY
            : sorted[Math.max(0, sorted.length - 1 - rows(dropHighest, sorted.length))];
    return new Scores(report(sorted, scores, lowest, highest), scores, lowest, highest);
  }

  /** So many rows a share is, at most: rows of equal scores stay together, and stay. */
  private static int rows(double share, int of) {
    return (int) Math.floor(share * of + 1e-9);
  }

  private static float perplexity(float loss) {
    return (float) Math.min(Float.MAX_VALUE, StrictMath.exp(loss));
  }

  /** The scores of all partitions, which is exact: 4 bytes a row. */
  private static float[] sorted(Map<Integer, byte[]> scores) {
    float[] all = new float[0];
    int count = 0;
    for (byte[] bytes : scores.values()) {
      RowScores some = RowScores.ofBytes(bytes);
      if (count + some.size() > all.length) {
        all = Arrays.copyOf(all, Math.max(2 * all.length, count + some.size()));
      }
      for (int i = 0; i < some.size(); i++) {
        all[count++] = some.score(i);
      }
    }
    all = Arrays.copyOf(all, count);
    Arrays.sort(all);
    return all;
  }

  private ObjectNode report(
      float[] sorted, Map<Integer, byte[]> scores, float lowest, float highest) {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("stage", NAME);
    report.put("model", model.label());
    report.put("base_model_sha256", model.sha256());
    report.put("measure", measure.name().toLowerCase(Locale.ROOT));
    report.put("scored", sorted.length);
    if (sorted.length > 0) {
      double sum = 0;
      for (float score : sorted) {
        sum += score;
      }
      report.put("mean", sum / sorted.length);
      ObjectNode quantiles = report.putObject("quantiles");
      for (double q : new double[] {0, 0.05, 0.25, 0.5, 0.75, 0.95, 1}) {
        quantiles.put(Double.toString(q), sorted[(int) Math.round(q * (sorted.length - 1))]);
      }
      if (dropLowest != null) {
        report.put("drop_below", lowest);
      }
      if (dropHighest != null) {
        report.put("drop_above", highest);
      }
    }
    return report;
  }

  /** What was found: all scores, and where the shares end. */
  private record Scores(ObjectNode report, Map<Integer, byte[]> scores, float lowest, float highest)
      implements Findings {
    @Override
    public byte[] of(int partition) {
      byte[] own = scores.get(partition);
      return ByteBuffer.allocate(8 + own.length)
          .putFloat(lowest)
          .putFloat(highest)
          .put(own)
          .array();
    }
  }

  @Override
  public byte[] collect(byte[] question, PartitionView partition) {
    RowScores losses = new PerplexityScorer(model, columns, maxTokens).score(partition);
    return (measure == Measure.LOSS ? losses : losses.map(PerplexityFilter::perplexity)).toBytes();
  }

  @Override
  public void know(byte[] findings) {
    ByteBuffer in = ByteBuffer.wrap(findings);
    float lowest = in.getFloat();
    float highest = in.getFloat();
    known =
        new Known(
            RowScores.ofBytes(Arrays.copyOfRange(findings, 8, findings.length)), lowest, highest);
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    float score = known.scores().of(row.ordinal());
    if (Float.isNaN(score)) {
      return Verdict.keep(row);
    }
    String what = measure.name().toLowerCase(Locale.ROOT);
    if (most != null && score > most) {
      return Verdict.reject("high_" + what, what + " is " + score + ", above " + most);
    }
    if (least != null && score < least) {
      return Verdict.reject("low_" + what, what + " is " + score + ", below " + least);
    }
    if (score > known.highest()) {
      return Verdict.reject(
          "highest_" + what,
          what
              + " is "
              + score
              + ", above "
              + known.highest()
              + ", where the highest share of "
              + dropHighest
              + " begins");
    }
    if (score < known.lowest()) {
      return Verdict.reject(
          "lowest_" + what,
          what
              + " is "
              + score
              + ", below "
              + known.lowest()
              + ", where the lowest share of "
              + dropLowest
              + " ends");
    }
    return Verdict.keep(scoreColumn == null ? row : row.with(scorePlace, (double) score));
  }
}
