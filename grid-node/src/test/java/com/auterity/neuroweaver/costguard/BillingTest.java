package com.auterity.neuroweaver.costguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.Bill;
import com.auterity.neuroweaver.client.JobCost;
import com.auterity.neuroweaver.costguard.UsageRow.Role;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import com.auterity.neuroweaver.yaml.YamlDocument;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BillingTest {
  private static final Instant T0 = Instant.parse("2026-11-21T09:00:00Z");
  private static final long HOUR = 3_600_000_000_000L;

  private final MemoryRecordTable<UsageRow> usage = new MemoryRecordTable<>(UsageRow.TABLE);
  private final MemoryRecordTable<PriceRow> priceRows = new MemoryRecordTable<>(PriceRow.TABLE);
  private final UsageLog log = new UsageLog(usage);
  private final Billing billing = new Billing(log, bookAt(T0));

  private PriceBook bookAt(Instant now) {
    return new PriceBook(priceRows, Clock.fixed(now, ZoneOffset.UTC));
  }

  private static PriceList prices(String cpuHour) {
    Map<PriceItem, BigDecimal> usd = new EnumMap<>(PriceItem.class);
    for (PriceItem item : PriceItem.values()) {
      usd.put(item, BigDecimal.ZERO);
    }
    usd.put(PriceItem.CPU_HOUR, new BigDecimal(cpuHour));
    return new PriceList(usd);
  }

  private static UsageRow row(
      String id, String job, Role role, long epoch, Instant from, long wall, long cpu) {
    return new UsageRow(
        "default",
        id,
        job,
        role == Role.OVERHEAD ? "overhead" : role == Role.PREDICT ? "predict" : "train",
        role,
        epoch,
        "n1",
        null,
        null,
        from,
        from.plusNanos(wall),
        wall,
        cpu,
        0,
        0,
        0,
        0);
  }

  @Test
  void anHourOfCpuCostsThePriceOfAnHour() {
    bookAt(T0).publish("default", prices("0.034"));
    log.write(List.of(row("u1", "job_a", Role.CALL, 1, T0, HOUR, HOUR)));
    Bill bill = billing.of("default", List.of("job_a"));
    assertEquals(0.034, bill.totalUsd());
    assertEquals(1, bill.byJob().size());
    JobCost cost = bill.byJob().get(0);
    assertEquals("job_a", cost.jobId());
    assertEquals("train", cost.kind());
    assertEquals(3600, cost.cpuSeconds());
    assertEquals(3600, cost.nodeSeconds());
    assertEquals(0, cost.wallSeconds(), "wall time is the coordinator's, and no such row is there");
  }

  @Test
  void wallTimeIsTheCoordinatorsAndNodeTimeThatOfItsCalls() {
    bookAt(T0).publish("default", prices("1"));
    log.write(
        List.of(
            row("u1", "job_a", Role.COORDINATOR, 1, T0, HOUR, 0),
            row("u2", "job_a", Role.CALL, 1, T0, HOUR, 0),
            row("u3", "job_a", Role.CALL, 1, T0, HOUR / 2, 0)));
    JobCost cost = billing.of("default", List.of("job_a")).byJob().get(0);
    assertEquals(3600, cost.wallSeconds());
    assertEquals(5400, cost.nodeSeconds());
  }

  @Test
  void writingARowAgainCountsOnce() {
    bookAt(T0).publish("default", prices("1"));
    UsageRow row = row("u1", "job_a", Role.CALL, 1, T0, HOUR, HOUR);
    log.write(List.of(row));
    log.write(List.of(row));
    assertEquals(1.0, billing.of("default", List.of("job_a")).totalUsd());
  }

  @Test
  void workDoneAgainByALaterEpochWasPaidForTwice() {
    bookAt(T0).publish("default", prices("1"));
    log.write(
        List.of(
            row("u1", "job_a", Role.CALL, 1, T0, HOUR, HOUR),
            row("u2", "job_a", Role.CALL, 2, T0.plusSeconds(3600), HOUR, HOUR)));
    assertEquals(2.0, billing.of("default", List.of("job_a")).totalUsd());
  }

  @Test
  void usageIsPricedByThePriceInForceWhenItBegan() {
    bookAt(T0).publish("default", prices("1"));
    bookAt(T0.plusSeconds(10)).publish("default", prices("1"));
    bookAt(T0.plusSeconds(7200)).publish("default", prices("5"));
    assertEquals(
        2,
        priceRows.where(Map.of("item", PriceItem.CPU_HOUR)).size(),
        "an unchanged price adds no row");
    log.write(
        List.of(
            row("early", "job_a", Role.CALL, 1, T0.minusSeconds(60), 1, HOUR),
            row("old", "job_a", Role.CALL, 1, T0.plusSeconds(7199), HOUR, HOUR),
            row("new", "job_a", Role.CALL, 1, T0.plusSeconds(7200), HOUR, HOUR)));
    assertEquals(7.0, billing.of("default", List.of("job_a")).totalUsd());
  }

  @Test
  void overheadCountsForTheTimeTheJobsRan() {
    Map<PriceItem, BigDecimal> usd = new EnumMap<>(prices("0").usd());
    usd.put(PriceItem.OVERHEAD_CPU_HOUR, BigDecimal.ONE);
    bookAt(T0).publish("default", new PriceList(usd));
    long minute = 60_000_000_000L;
    log.write(
        List.of(
            row("u1", "job_a", Role.COORDINATOR, 1, T0.plusSeconds(30), minute, 0),
            // half within, whole within, outside
            row("o1", null, Role.OVERHEAD, 0, T0, minute, HOUR),
            row("o2", null, Role.OVERHEAD, 0, T0.plusSeconds(60), minute / 2, HOUR),
            row("o3", null, Role.OVERHEAD, 0, T0.plusSeconds(600), minute, HOUR)));
    Bill bill = billing.of("default", List.of("job_a"));
    assertEquals(1.5, bill.totalUsd());
    JobCost overhead = bill.byJob().get(1);
    assertEquals("overhead", overhead.kind());
    assertEquals(null, overhead.jobId());
    assertEquals(3.0, billing.of("default", null).totalUsd(), "all of it when all is asked for");
  }

  @Test
  void aBillOfNothingIsEmpty() {
    Bill bill = billing.of("default", List.of("job_a"));
    assertEquals(0, bill.totalUsd());
    assertTrue(bill.byJob().isEmpty());
  }

  @Test
  void withoutPricesTheErrorSaysWhereTheyComeFrom() {
    log.write(List.of(row("u1", "job_a", Role.CALL, 1, T0, HOUR, HOUR)));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> billing.of("default", List.of("job_a")));
    assertTrue(e.getMessage().contains("prices.yaml"), e.getMessage());
  }

  /** Against arithmetic in doubles over each row, for random usage, in any order of writing. */
  @Test
  void linesAddUpAndNothingIsLostOrDoubledForRandomUsage() throws Exception {
    PriceList list =
        PriceList.parse(
            YamlDocument.parse(
                String.join(
                    "\n",
                    "cpu_hour: 0.034",
                    "node_hour: 0.009",
                    "gb_read: 0.0004",
                    "gb_written: 0.002",
                    "million_tokens_in: 0.1",
                    "million_tokens_out: 0.3",
                    "overhead_cpu_hour: 0.02"),
                "prices.yaml"));
    bookAt(T0).publish("default", list);
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      MemoryRecordTable<UsageRow> table = new MemoryRecordTable<>(UsageRow.TABLE);
      List<UsageRow> rows = new ArrayList<>();
      double expected = 0;
      for (int i = 0; i < 200; i++) {
        Role role = Role.values()[random.nextInt(4)];
        String job =
            role == Role.COORDINATOR || role == Role.CALL ? "job_" + random.nextInt(5) : null;
        long wall = 1 + random.nextLong(HOUR / 100);
        UsageRow row =
            new UsageRow(
                "default",
                "u" + i,
                job,
                job != null ? "train" : role == Role.PREDICT ? "predict" : "overhead",
                role,
                random.nextInt(3),
                "n" + random.nextInt(3),
                null,
                null,
                T0.plusSeconds(random.nextInt(10_000)),
                T0.plusSeconds(10_001),
                wall,
                random.nextLong(HOUR / 50),
                random.nextLong(1L << 33),
                random.nextLong(1L << 32),
                random.nextLong(1_000_000),
                random.nextLong(1_000_000));
        rows.add(row);
        expected +=
            role == Role.OVERHEAD
                ? row.cpuNanos() / 3.6e12 * 0.02
                : row.cpuNanos() / 3.6e12 * 0.034
                    + row.bytesRead() / 1e9 * 0.0004
                    + row.bytesWritten() / 1e9 * 0.002
                    + row.tokensIn() / 1e6 * 0.1
                    + row.tokensOut() / 1e6 * 0.3
                    + (role == Role.COORDINATOR ? 0 : row.wallNanos() / 3.6e12 * 0.009);
      }
      Collections.shuffle(rows, random);
      new UsageLog(table).write(rows);
      new UsageLog(table).write(rows.subList(0, 50));
      Bill bill = new Billing(new UsageLog(table), bookAt(T0)).of("default", null);
      assertEquals(expected, bill.totalUsd(), 1e-8);
      BigDecimal lines =
          bill.byJob().stream()
              .map(cost -> BigDecimal.valueOf(cost.usd()))
              .reduce(BigDecimal.ZERO, BigDecimal::add);
      assertEquals(lines.doubleValue(), bill.totalUsd(), "the total is the sum of its lines");
      assertEquals(
          rows.stream().mapToLong(UsageRow::tokensOut).sum()
              - rows.stream()
                  .filter(r -> r.role() == Role.OVERHEAD)
                  .mapToLong(UsageRow::tokensOut)
                  .sum(),
          bill.byJob().stream()
              .filter(cost -> !cost.kind().equals("overhead"))
              .mapToLong(JobCost::tokensOut)
              .sum());
    }
  }
}
