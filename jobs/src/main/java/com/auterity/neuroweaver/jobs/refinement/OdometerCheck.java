package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rejects visits whose odometer reading cannot be, seen beside the vehicle's other visits: over
 * time a reading does not fall by more than {@code tolerance}, and does not rise by more than
 * {@code max_per_day} for each day begun. Of readings that contradict each other the fewest are
 * rejected; of equally few those that leave the smallest rise, then the later. Visits without
 * vehicle, reading or date pass unseen.
 *
 * <p>Needs a dataset whose rows are placed by the vehicle column, so that one partition has all
 * visits of a vehicle.
 */
final class OdometerCheck implements PartitionStage {
  static final String NAME = "odometer_check";

  /**
   * A visit's predecessor is sought among so many before it, which bounds the time for a vehicle.
   */
  static final int LOOK_BACK = 64;

  private static final double MOST_PER_DAY = 1_500;
  private static final double SECONDS_PER_DAY = 86_400;

  /** One reading. */
  record Visit(long ordinal, long second, double odometer) {}

  private final int vehicle;
  private final int odometer;
  private final int date;
  private final double perDay;
  private final double tolerance;
  private Map<String, List<Visit>> visits = new HashMap<>();
  private final Map<Long, String> implausible = new HashMap<>();

  OdometerCheck(Knobs knobs, Schema schema, String partitionBy) {
    String name = knobs.text("vehicle", "vin");
    vehicle = Knobs.column(schema, name, knobs.place() + ".vehicle");
    odometer =
        Knobs.column(schema, knobs.text("odometer", "odometer"), knobs.place() + ".odometer");
    date = Knobs.column(schema, knobs.text("date"), knobs.place() + ".date");
    perDay = knobs.number("max_per_day", MOST_PER_DAY, 0, 100_000);
    tolerance = knobs.number("tolerance", 0, 0, 1_000_000);
    knobs.done();
    if (!name.equals(partitionBy)) {
      throw Knobs.invalid(
          knobs.place() + ".vehicle",
          "is "
              + name
              + ", but the dataset's rows are placed by "
              + (partitionBy == null ? "their order in the source" : partitionBy)
              + ", so that one vehicle's visits lie apart",
          "a dataset loaded with partition_by: " + name);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void see(Row row) {
    String key = row.text(vehicle);
    Double reading = row.get(odometer) == null ? null : Values.number(row.get(odometer));
    Instant at = row.get(date) == null ? null : Values.instant(row.get(date));
    if (key != null && !key.isBlank() && reading != null && at != null) {
      visits
          .computeIfAbsent(key, k -> new ArrayList<>(2))
          .add(new Visit(row.ordinal(), at.getEpochSecond(), reading));
    }
  }

  @Override
  public void settle() {
    for (List<Visit> ofVehicle : visits.values()) {
      judge(ofVehicle, perDay, tolerance, implausible);
    }
    visits = new HashMap<>();
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    String detail = implausible.get(row.ordinal());
    return detail == null ? Verdict.keep(row) : Verdict.reject("odometer_implausible", detail);
  }

  /** Keeps the longest chain of visits of which each can follow the one before. */
  static void judge(
      List<Visit> visits, double perDay, double tolerance, Map<Long, String> implausible) {
    visits.sort(
        Comparator.comparingLong(Visit::second)
            .thenComparingDouble(Visit::odometer)
            .thenComparingLong(Visit::ordinal));
    int n = visits.size();
    // The longest chain from visit i on, where it ends, and the visit after i in it.
    int[] length = new int[n];
    double[] last = new double[n];
    int[] next = new int[n];
    int start = 0;
    for (int i = n - 1; i >= 0; i--) {
      length[i] = 1;
      last[i] = visits.get(i).odometer();
      next[i] = -1;
      for (int j = i + 1; j < n && j <= i + LOOK_BACK; j++) {
        boolean better =
            length[j] + 1 > length[i] || (length[j] + 1 == length[i] && last[j] < last[i]);
        if (better && follows(visits.get(i), visits.get(j), perDay, tolerance)) {
          length[i] = length[j] + 1;
          last[i] = last[j];
          next[i] = j;
        }
      }
      double rise = last[i] - visits.get(i).odometer();
      if (i == n - 1
          || length[i] > length[start]
          || (length[i] == length[start] && rise <= last[start] - visits.get(start).odometer())) {
        start = i;
      }
    }
    Visit before = null;
    int kept = start;
    for (int i = 0; i < n; i++) {
      if (i == kept) {
        before = visits.get(i);
        kept = next[i];
      } else {
        Visit beside = before != null ? before : visits.get(start);
        Visit visit = visits.get(i);
        implausible.put(
            visit.ordinal(),
            "reads "
                + shown(visit.odometer())
                + " on "
                + day(visit)
                + ", but "
                + shown(beside.odometer())
                + " on "
                + day(beside)
                + (kept >= 0 && before != null
                    ? " and " + shown(visits.get(kept).odometer()) + " on " + day(visits.get(kept))
                    : ""));
      }
    }
  }

  static boolean follows(Visit before, Visit after, double perDay, double tolerance) {
    double rise = after.odometer() - before.odometer();
    double days = 1 + Math.floor((after.second() - before.second()) / SECONDS_PER_DAY);
    return rise >= -tolerance && rise <= perDay * days;
  }

  private static String day(Visit visit) {
    return Instant.ofEpochSecond(visit.second()).toString().substring(0, 10);
  }

  private static String shown(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
