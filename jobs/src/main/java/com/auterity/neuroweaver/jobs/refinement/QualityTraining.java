package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Trains the classifiers of a recipe, on one node and before anything else, from rows as they are
 * stored. What comes of it stands in the recipe from then on, so that every node, and every later
 * run of the job, scores with the same coefficients.
 */
final class QualityTraining {
  static final String LABELS = "labels";
  private static final String REPORT = "report";

  /** Different texts of each kind, at least. */
  static final int FEWEST = 10;

  /** Different texts of each kind that are learnt from: those whose hashes are lowest. */
  static final int MOST = 2_000;

  private static final int FOLDS = 5;

  private QualityTraining() {}

  static boolean trained(JsonNode labels) {
    return labels.has("coefficients");
  }

  /**
   * Refuses labels that cannot be read.
   *
   * @param datasets gives the manifest of a reference, or NOT_FOUND
   */
  static void check(JsonNode stages, Manifest source, Function<String, Manifest> datasets) {
    for (int i = 0; i < stages.size(); i++) {
      if (is(stages.get(i))) {
        new One(stages.get(i), place(i), source, datasets);
      }
    }
  }

  /**
   * The stages with the labels of each classifier replaced by what was learnt from them.
   *
   * @param rows gives the rows of a version, partition by partition
   */
  static JsonNode trained(
      JsonNode stages,
      Manifest source,
      Function<String, Manifest> datasets,
      Function<Manifest, IntFunction<Iterator<Row>>> rows,
      LinearTrainer trainer) {
    JsonNode trained = stages.deepCopy();
    for (int i = 0; i < trained.size(); i++) {
      if (is(trained.get(i))) {
        One one = new One(trained.get(i), place(i), source, datasets);
        ((ObjectNode) trained.get(i)).set(LABELS, one.train(rows.apply(one.from), trainer));
      }
    }
    return trained;
  }

  /** What a job's result says of a stage; a missing node when it is no classifier. */
  static JsonNode report(JsonNode stage) {
    return is(stage) ? stage.get(LABELS).get(REPORT) : MissingNode.getInstance();
  }

  private static boolean is(JsonNode stage) {
    return stage.path("stage").asText().equals(QualityClassifier.NAME);
  }

  private static String place(int i) {
    return "stages[" + i + "] (" + QualityClassifier.NAME + ")";
  }

  /** The training of one stage. */
  private static final class One {
    private final String place;
    private final Manifest from;
    private final List<Integer> columns;
    private final QualityLabels.Reading reading;
    private final TreeMap<Long, double[]> good = new TreeMap<>();
    private final TreeMap<Long, double[]> bad = new TreeMap<>();
    private long goodRows;
    private long badRows;

    One(JsonNode stage, String place, Manifest source, Function<String, Manifest> datasets) {
      this.place = place + "." + LABELS;
      QualityLabels labels = QualityLabels.of(new Knobs(stage.get(LABELS), this.place));
      from = labels.dataset() == null ? source : datasets.apply(labels.dataset());
      columns = new ArrayList<>();
      Schema schema = from.schema();
      for (JsonNode name : stage.get("columns")) {
        int column = Knobs.column(schema, name.asText(), this.place + ".dataset");
        if (schema.columns().get(column).type() != ColumnType.STRING) {
          throw Knobs.invalid(
              this.place + ".dataset",
              "has " + name.asText() + " as a column of " + schema.columns().get(column).type(),
              "a text column, as in the dataset that is refined");
        }
        columns.add(column);
      }
      reading = labels.reading(schema);
    }

    ObjectNode train(IntFunction<Iterator<Row>> rows, LinearTrainer trainer) {
      for (int p = 0; p < from.partitions(); p++) {
        for (Iterator<Row> all = rows.apply(p); all.hasNext(); ) {
          add(all.next());
        }
      }
      List<Long> both = good.keySet().stream().filter(bad::containsKey).toList();
      both.forEach(good::remove);
      both.forEach(bad::remove);
      if (good.size() < FEWEST || bad.size() < FEWEST) {
        throw Knobs.invalid(
            place,
            "give " + good.size() + " good and " + bad.size() + " bad texts that differ",
            "at least " + FEWEST + " of each");
      }
      return learn(both.size(), trainer);
    }

    private void add(Row row) {
      Boolean label = reading.of(row);
      String text = label == null ? null : QualityFeatures.text(row, columns);
      if (text == null) {
        return;
      }
      TreeMap<Long, double[]> of = label ? good : bad;
      goodRows += label ? 1 : 0;
      badRows += label ? 0 : 1;
      long hash = hash(text);
      if (of.containsKey(hash) || (of.size() == MOST && hash > of.lastKey())) {
        return;
      }
      of.put(hash, QualityFeatures.of(text));
      if (of.size() > MOST) {
        of.pollLastEntry();
      }
    }

    private ObjectNode learn(int conflicting, LinearTrainer trainer) {
      int count = good.size() + bad.size();
      double[][] features = new double[count][];
      boolean[] labels = new boolean[count];
      int[] folds = new int[count];
      int at = 0;
      // The kinds in turn by hash, so that each fold has its share of both.
      for (TreeMap<Long, double[]> kind : List.of(good, bad)) {
        int rank = 0;
        for (double[] each : kind.values()) {
          features[at] = each;
          labels[at] = kind == good;
          folds[at++] = rank++ % FOLDS;
        }
      }
      double[] margins = new double[count];
      for (int fold = 0; fold < FOLDS; fold++) {
        double[] coefficients = fit(features, labels, folds, fold, trainer);
        for (int i = 0; i < count; i++) {
          if (folds[i] == fold) {
            margins[i] = QualityModel.margin(coefficients, features[i]);
          }
        }
      }
      PlattScaling scaling = new PlattScaling(margins, labels);
      double[] coefficients = fit(features, labels, folds, -1, trainer);
      QualityModel model = new QualityModel(coefficients, scaling.slope, scaling.offset);
      ObjectNode json = model.json();
      json.set(REPORT, report(conflicting, margins, labels, model));
      return json;
    }

    /** Fits to all rows but those of one fold. */
    private static double[] fit(
        double[][] features, boolean[] labels, int[] folds, int without, LinearTrainer trainer) {
      int[] chosen = IntStream.range(0, folds.length).filter(i -> folds[i] != without).toArray();
      double[][] some = new double[chosen.length][];
      boolean[] known = new boolean[chosen.length];
      for (int i = 0; i < chosen.length; i++) {
        some[i] = features[chosen[i]];
        known[i] = labels[chosen[i]];
      }
      return trainer.fit(some, known);
    }

    private ObjectNode report(
        int conflicting, double[] margins, boolean[] labels, QualityModel model) {
      int right = 0;
      for (int i = 0; i < margins.length; i++) {
        boolean said = model.slope() * margins[i] + model.offset() < 0;
        right += said == labels[i] ? 1 : 0;
      }
      ObjectNode report = JsonNodeFactory.instance.objectNode();
      report.put("stage", QualityClassifier.NAME);
      report.put("labels_version_id", from.versionId());
      report.put("good_rows", goodRows).put("bad_rows", badRows);
      report.put("good_texts", good.size()).put("bad_texts", bad.size());
      report.put("conflicting_texts", conflicting);
      ObjectNode heldOut = report.putObject("held_out");
      heldOut.put("folds", FOLDS);
      heldOut.put("accuracy", (double) right / margins.length);
      heldOut.put("auc", auc(margins, labels));
      double squares = 0;
      int used = 0;
      for (double coefficient : model.coefficients()) {
        squares += coefficient * coefficient;
        used += coefficient == 0 ? 0 : 1;
      }
      report.put("coefficients", model.coefficients().length);
      report.put("coefficients_not_zero", used);
      report.put("coefficients_norm", Math.sqrt(squares));
      return report;
    }
  }

  /** How often a good row has a higher margin than a bad one; equal ones count half. */
  static double auc(double[] margins, boolean[] good) {
    Integer[] order = new Integer[margins.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> margins[i]));
    double won = 0;
    long badBelow = 0;
    long goods = 0;
    for (int from = 0; from < order.length; ) {
      int to = from;
      long goodHere = 0;
      while (to < order.length && margins[order[to]] == margins[order[from]]) {
        goodHere += good[order[to++]] ? 1 : 0;
      }
      long badHere = to - from - goodHere;
      won += goodHere * (badBelow + badHere / 2.0);
      goods += goodHere;
      badBelow += badHere;
      from = to;
    }
    return won / ((double) goods * badBelow);
  }

  private static long hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
