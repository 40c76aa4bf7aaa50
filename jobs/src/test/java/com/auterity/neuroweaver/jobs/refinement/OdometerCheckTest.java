package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OdometerCheckTest {
  private static final Schema VISITS =
      new Schema(
          List.of(
              Column.of("vin", ColumnType.STRING),
              Column.of("odometer", ColumnType.INT64),
              Column.of("closed", ColumnType.DATE)));
  private static final String STAGE = "[{stage:'odometer_check',date:'closed'}]";

  private static Row visit(long ordinal, String vin, Long odometer, String day) {
    return new Row(ordinal, vin, odometer, day == null ? null : LocalDate.parse(day));
  }

  private static List<Long> rejected(List<Row> rows) {
    return RecipeRun.of(STAGE, VISITS, "vin", rows).rejected.stream().map(Row::ordinal).toList();
  }

  @Test
  void rejectsTheOneReadingThatDoesNotFitTheOthers() {
    List<Row> rows =
        List.of(
            visit(0, "A", 10_000L, "2024-01-10"),
            visit(1, "A", 152_000L, "2024-07-01"), // A digit too many.
            visit(2, "A", 20_000L, "2025-01-10"),
            visit(3, "B", 90_000L, "2024-01-10"),
            visit(4, "B", 9_100L, "2024-03-01"), // A digit too few.
            visit(5, "B", 95_000L, "2024-09-01"),
            visit(6, "C", 500L, "2024-01-01"),
            visit(7, null, 1L, "2024-01-01"),
            visit(8, "A", null, "2024-01-01"),
            visit(9, "A", 5L, null),
            visit(10, " ", 5L, "2024-01-01"));
    RecipeRun run = RecipeRun.of(STAGE, VISITS, "vin", rows);
    assertEquals(List.of(1L, 4L), run.rejected.stream().map(Row::ordinal).toList());
    assertEquals("odometer_implausible", run.reason());
    assertEquals(
        "reads 152000 on 2024-07-01, but 10000 on 2024-01-10 and 20000 on 2025-01-10",
        run.detail());
  }

  @Test
  void orderOfRowsIsNotOrderOfVisits() {
    assertEquals(
        List.of(),
        rejected(
            List.of(
                visit(0, "A", 30_000L, "2025-01-01"),
                visit(1, "A", 10_000L, "2023-01-01"),
                visit(2, "A", 20_000L, "2024-01-01"),
                visit(3, "A", 20_010L, "2024-01-01"))));
  }

  @Test
  void ofTwoThatContradictEachOtherTheLaterGoes() {
    assertEquals(
        List.of(1L),
        rejected(
            List.of(visit(0, "A", 30_000L, "2024-01-01"), visit(1, "A", 20_000L, "2025-01-01"))));
    assertEquals(
        List.of(1L),
        rejected(
            List.of(visit(0, "A", 30_000L, "2024-01-01"), visit(1, "A", 90_000L, "2024-01-02"))));
  }

  @Test
  void toleratesWhatItIsToldTo() {
    List<Row> rows =
        List.of(visit(0, "A", 30_000L, "2024-01-01"), visit(1, "A", 29_990L, "2024-02-01"));
    assertEquals(List.of(1L), rejected(rows));
    String stage = "[{stage:'odometer_check',date:'closed',tolerance:10,max_per_day:1}]";
    assertEquals(2, RecipeRun.of(stage, VISITS, "vin", rows).kept.size());
  }

  @Test
  void rejectsAsFewAsTheSlowSearchFinds() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 3_000; round++) {
      int n = 1 + random.nextInt(9);
      List<OdometerCheck.Visit> visits = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        visits.add(
            new OdometerCheck.Visit(i, random.nextInt(6) * 86_400L, random.nextInt(10) * 40.0));
      }
      Map<Long, String> found = new HashMap<>();
      OdometerCheck.judge(new ArrayList<>(visits), 60, 20, found);
      assertEquals(fewest(visits), found.size(), visits::toString);
    }
  }

  /** Over all subsets of the visits in order: how few have to go so that each follows the other. */
  private static int fewest(List<OdometerCheck.Visit> visits) {
    List<OdometerCheck.Visit> sorted = new ArrayList<>(visits);
    sorted.sort(
        Comparator.comparingLong(OdometerCheck.Visit::second)
            .thenComparingDouble(OdometerCheck.Visit::odometer)
            .thenComparingLong(OdometerCheck.Visit::ordinal));
    int most = 0;
    for (int set = 0; set < 1 << sorted.size(); set++) {
      OdometerCheck.Visit before = null;
      boolean fits = true;
      for (int i = 0; i < sorted.size() && fits; i++) {
        if ((set >> i & 1) != 0) {
          fits = before == null || OdometerCheck.follows(before, sorted.get(i), 60, 20);
          before = sorted.get(i);
        }
      }
      most = fits ? Math.max(most, Integer.bitCount(set)) : most;
    }
    return sorted.size() - most;
  }

  @Test
  void seesRowsAsTheStagesBeforeLeaveThem() {
    List<Row> rows =
        List.of(
            visit(0, "A", 9_999_999L, "2023-01-01"),
            visit(1, "A", 20_000L, "2024-01-01"),
            visit(2, "A", 30_000L, "2025-01-01"));
    RecipeRun run =
        RecipeRun.of(
            "[{stage:'range_check',columns:{odometer:{max:1000000}}},"
                + "{stage:'odometer_check',date:'closed'}]",
            VISITS,
            "vin",
            rows);
    assertEquals(List.of(1L, 2L), run.kept.stream().map(Row::ordinal).toList());
    assertEquals(
        List.of("range_odometer"), List.copyOf(run.tally.stages().get(0).rejected().keySet()));
  }

  @Test
  void oneNumberForAThousandVehiclesIsJudgedInBoundedTime() {
    SplittableRandom random = new SplittableRandom(6);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      rows.add(new Row(i, "NONE", random.nextLong(200_000), LocalDate.ofEpochDay(i % 9_000)));
    }
    assertTimeoutPreemptively(Duration.ofSeconds(30), () -> rejected(rows));
  }

  @Test
  void refusesDatasetsThatScatterAVehicleAndSaysHowToLoadThem() {
    for (String partitionBy : new String[] {null, "closed"}) {
      NeuroWeaverException error =
          assertThrows(
              NeuroWeaverException.class, () -> RecipeRun.recipe(STAGE, VISITS, partitionBy));
      assertTrue(
          error.getMessage().endsWith("right would be a dataset loaded with partition_by: vin"),
          error.getMessage());
    }
  }
}
