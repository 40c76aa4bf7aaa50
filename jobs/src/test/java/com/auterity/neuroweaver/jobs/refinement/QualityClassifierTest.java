package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.LocalGrid;
import com.auterity.neuroweaver.jobs.grid.StoredRows;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityClassifierTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("label", ColumnType.STRING),
              Column.of("t", ColumnType.STRING),
              Column.of("n", ColumnType.INT64),
              Column.of("x", ColumnType.FLOAT64)));
  private static final String BY_COLUMN =
      "[{\"stage\":\"quality_classifier\",\"columns\":[\"t\"],"
          + "\"labels\":{\"dataset\":\"labelled\",\"column\":\"label\"},\"score_column\":\"p\"}]";

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(4);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final LocalGrid grid = new LocalGrid(catalog, chunks);
  private final AtomicInteger fits = new AtomicInteger();
  private final RefineHandler handler =
      new RefineHandler(catalog, new NoModels(), this::logisticRegression, List.of());

  @BeforeEach
  void fill() {
    store("labelled", rows(1, 60, true), SCHEMA);
    store("raw", rows(2, 100, false), SCHEMA);
    store("few", rows(3, 9, true), SCHEMA);
    List<Row> odd = rows(4, 20, true);
    odd.set(7, odd.get(7).with(0, "maybe"));
    store("odd", odd, SCHEMA);
    store(
        "one_class",
        rows(5, 30, true).stream().filter(row -> row.text(0).equals("good")).toList(),
        SCHEMA);
  }

  @AfterEach
  void stop() {
    grid.close();
  }

  /** Service requests, and as many texts of other kinds; n is 1 for the requests. */
  private static List<Row> rows(long seed, int each, boolean labelled) {
    Random random = new Random(seed);
    List<Row> rows = new ArrayList<>();
    for (Iterator<Map<String, Object>> all =
            new ServiceRequests(seed, each, Split.TRAIN, Dirt.none());
        all.hasNext(); ) {
      String text = (String) all.next().get("customer_text");
      rows.add(new Row(rows.size(), labelled ? "good" : null, text, 1L, 0.5));
      rows.add(new Row(rows.size(), labelled ? "bad" : null, dirty(text, random), 0L, 0.5));
    }
    return rows;
  }

  private static String dirty(String text, Random random) {
    int id = random.nextInt(100_000);
    return switch (random.nextInt(4)) {
      case 0 -> {
        List<Character> letters = new ArrayList<>();
        for (char letter : text.toCharArray()) {
          letters.add(letter);
        }
        Collections.shuffle(letters, random);
        StringBuilder out = new StringBuilder();
        letters.forEach(out::append);
        yield out.toString();
      }
      case 1 -> "Copyright " + id + " All rights reserved | Privacy | Terms | Cookies | Sitemap";
      case 2 -> ("$$$ WIN " + id + " >>> click here <<< ").repeat(1 + id % 5);
      default -> "<a href=\"/p/" + id + "\">Home</a> &raquo; <b>Log in</b> [x] ERR_" + id;
    };
  }

  /** Logistic regression as obvious loops: gradient descent from zero, over all rows each time. */
  private double[] logisticRegression(double[][] features, boolean[] good) {
    fits.incrementAndGet();
    double[] w = new double[features[0].length + 1];
    for (int step = 0; step < 200; step++) {
      double[] gradient = new double[w.length];
      for (int i = 0; i < features.length; i++) {
        double p = 1 / (1 + Math.exp(-QualityModel.margin(w, features[i])));
        double error = p - (good[i] ? 1 : 0);
        for (int j = 0; j < features[i].length; j++) {
          gradient[j] += error * features[i][j];
        }
        gradient[w.length - 1] += error;
      }
      for (int j = 0; j < w.length; j++) {
        w[j] -= 4 * gradient[j] / features.length;
      }
    }
    return w;
  }

  @Test
  void aFewLabelsTellServiceRequestsFromDirt() throws Exception {
    ObjectNode result = handler.run(job("job_1", "clean", BY_COLUMN));
    JsonNode report = result.get("stages").findValue("report");
    System.out.println("quality classifier: " + report + " " + result.get("rejected"));
    assertEquals(60, report.get("good_rows").asInt());
    assertEquals(60, report.get("bad_rows").asInt());
    assertEquals(
        catalog.get("default", "labelled").versionId(), report.get("labels_version_id").asText());
    assertTrue(report.at("/held_out/accuracy").asDouble() > 0.9, report.toString());
    assertTrue(report.at("/held_out/auc").asDouble() > 0.95, report.toString());
    assertEquals(QualityFeatures.COUNT + 1, report.get("coefficients").asInt());

    List<Row> rejects = read("clean_rejects");
    long dirt = rejects.stream().filter(row -> row.get(2).equals(0L)).count();
    assertTrue(dirt >= 90, dirt + " of 100 dirty rows are gone");
    assertTrue(rejects.size() - dirt <= 10, rejects.size() - dirt + " of 100 clean ones are");
    assertEquals(rejects.size(), result.get("rejected").get("low_quality").asInt());
    assertTrue(rejects.get(0).text(7).matches("P\\(good\\) is 0\\.\\d{4}, below 0\\.5"));
    for (Row row : read("clean")) {
      assertTrue((double) row.get(4) >= 0.5 && (double) row.get(4) <= 1, row.toString());
    }
  }

  @Test
  void aRunTakenUpScoresWithTheCoefficientsOfTheFirst() throws Exception {
    handler.run(job("job_1", "straight", BY_COLUMN));
    assertEquals(6, fits.get());
    LocalJob first = job("job_2", "resumed", BY_COLUMN);
    first.diesAtStep = 2;
    assertThrows(IllegalStateException.class, () -> handler.run(first));
    assertEquals(12, fits.get());
    store("labelled", rows(9, 30, true), SCHEMA);
    LocalJob second = job("job_2", "resumed", BY_COLUMN);
    second.last = first.last;
    handler.run(second);
    assertEquals(12, fits.get(), "nothing is trained again");
    assertEquals(checksums("straight"), checksums("resumed"));
    assertEquals(checksums("straight_rejects"), checksums("resumed_rejects"));
  }

  @Test
  void conditionsMayMarkTheRowsOfTheDatasetItself() throws Exception {
    ObjectNode result =
        handler.run(
            job(
                "job_1",
                "clean",
                "[{\"stage\":\"quality_classifier\",\"columns\":[\"t\"],\"threshold\":0.9,"
                    + "\"labels\":{\"good\":\"n = 1\",\"bad\":\"n = 0\"}}]"));
    assertEquals(100, result.get("stages").findValue("report").get("good_rows").asInt());
    assertTrue(result.get("rejected").get("low_quality").asInt() >= 95);
    assertEquals(4, catalog.get("default", "clean").schema().columns().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"columns\":[\"t\"] | (quality_classifier).labels is missing; right would be an object",
        "\"columns\":[\"t\"],\"labels\":{\"dataset\":\"labelled\"} | labels does not say which rows are good; right would be either column, or the conditions good and bad",
        "\"columns\":[\"t\"],\"labels\":{\"column\":\"label\",\"good\":\"n = 1\"} | has a column and conditions",
        "\"columns\":[\"t\"],\"labels\":{\"good\":\"n = 1\"} | labels.bad is missing; right would be a text",
        "\"columns\":[\"t\"],\"labels\":{\"good\":\"n = 1\",\"bad\":\"m = 0\"} | labels.bad: ",
        "\"columns\":[\"t\"],\"labels\":{\"column\":\"lable\"} | names the column \"lable\", which the dataset does not have",
        "\"columns\":[\"t\"],\"labels\":{\"column\":\"x\"} | names x, a column of FLOAT64; right would be a column of BOOL, of INT64 (1 and 0) or of STRING (good and bad)",
        "\"columns\":[\"t\"],\"labels\":{\"dataset\":\"nope\",\"column\":\"label\"} | nope",
        "\"columns\":[\"t\"],\"labels\":{\"column\":\"label\",\"coefficients\":\"AAAA\"} | labels holds coefficients, which a job that has begun writes there",
        "\"columns\":[\"t\"],\"threshold\":2,\"labels\":{\"column\":\"label\"} | threshold is 2; right would be a number from 0.0 to 1.0",
        "\"columns\":[\"n\"],\"labels\":{\"column\":\"label\"} | names n, a column of INT64; right would be text columns only",
      })
  void refusesBeforeTheJobIsAccepted(String knobs, String message) {
    NeuroWeaverException error =
        assertThrows(
            NeuroWeaverException.class,
            () -> job("job_x", "x", "[{\"stage\":\"quality_classifier\"," + knobs + "}]"));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "few | labels give 9 good and 9 bad texts that differ; right would be at least 10 of each",
        "one_class | labels give 30 good and 0 bad texts that differ",
        "odd | which is \"maybe\" in the row of source ordinal 7; right would be good, bad or nothing",
      })
  void refusesLabelsThatTeachNothingBeforeAnyRowIsJudged(String dataset, String message)
      throws Exception {
    LocalJob job = job("job_x", "x", BY_COLUMN.replace("labelled", dataset));
    NeuroWeaverException error = assertThrows(NeuroWeaverException.class, () -> handler.run(job));
    assertTrue(error.getMessage().contains(message), error.getMessage());
    assertTrue(grid.calls.isEmpty());
  }

  @Test
  void aTextBeyondAllBoundsIsLookedAtFromItsBeginning() {
    String text = "x y\n".repeat(2_500_000);
    assertEquals(
        QualityFeatures.MOST_CHARACTERS,
        QualityFeatures.text(new Row(0, text, text), List.of(0, 1)).strip().length(),
        2);
  }

  @Test
  void aucIsTheShareOfPairsInTheRightOrder() {
    Random random = new Random(1);
    for (int round = 0; round < 50; round++) {
      int n = 4 + random.nextInt(30);
      double[] margins = new double[n];
      boolean[] good = new boolean[n];
      for (int i = 0; i < n; i++) {
        margins[i] = random.nextInt(8);
        good[i] = i % 3 == 0;
      }
      double won = 0;
      int pairs = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          if (good[i] && !good[j]) {
            pairs++;
            won += margins[i] > margins[j] ? 1 : margins[i] == margins[j] ? 0.5 : 0;
          }
        }
      }
      assertEquals(won / pairs, QualityTraining.auc(margins, good), 1e-12);
    }
  }

  @Test
  void theSigmoidIsTheBestOfAllNearby() {
    Random random = new Random(2);
    double[] margins = new double[200];
    boolean[] good = new boolean[200];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = 3 * random.nextGaussian();
      good[i] = random.nextDouble() < 1 / (1 + Math.exp(-2 * margins[i] + 1));
    }
    PlattScaling scaling = new PlattScaling(margins, good);
    double best = loss(margins, good, scaling.slope, scaling.offset);
    for (double[] step : new double[][] {{0.02, 0}, {-0.02, 0}, {0, 0.02}, {0, -0.02}}) {
      double near = loss(margins, good, scaling.slope + step[0], scaling.offset + step[1]);
      assertTrue(best < near, best + " and " + near);
    }
    assertEquals(-2, scaling.slope, 0.8);
  }

  private static double loss(double[] margins, boolean[] good, double slope, double offset) {
    double goods = 0;
    for (boolean each : good) {
      goods += each ? 1 : 0;
    }
    double sum = 0;
    for (int i = 0; i < margins.length; i++) {
      double p = 1 / (1 + Math.exp(slope * margins[i] + offset));
      double target = good[i] ? (goods + 1) / (goods + 2) : 1 / (good.length - goods + 2);
      sum -= target * Math.log(p) + (1 - target) * Math.log(1 - p);
    }
    return sum;
  }

  private LocalJob job(String id, String as, String recipe) throws JsonProcessingException {
    ObjectNode parameters = JSON.createObjectNode().put("dataset", "raw").put("as", as);
    parameters.set("stages", JSON.readTree(recipe));
    handler.validate("default", parameters);
    return new LocalJob(id, catalog, chunks, grid, parameters);
  }

  private void store(String name, List<Row> rows, Schema schema) {
    StoredRows.store(catalog, chunks, name, schema, null, rows);
  }

  private List<Row> read(String name) {
    Manifest manifest = catalog.get("default", name);
    DatasetReader reader = new DatasetReader(catalog, chunks);
    List<Row> rows = new ArrayList<>();
    for (int p = 0; p < manifest.partitions(); p++) {
      rows.addAll(reader.partition(manifest, p));
    }
    return rows;
  }

  private List<String> checksums(String name) {
    return StoredRows.checksums(catalog, name);
  }
}
