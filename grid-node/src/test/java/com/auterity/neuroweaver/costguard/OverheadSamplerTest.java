package com.auterity.neuroweaver.costguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OverheadSamplerTest {
  private final MemoryRecordTable<UsageRow> table = new MemoryRecordTable<>(UsageRow.TABLE);
  private final AtomicLong process = new AtomicLong(1_000);
  private final ClaimedCpu claimed = new ClaimedCpu();
  private final HandClock clock = new HandClock();
  private final OverheadSampler sampler =
      new OverheadSampler("default", "n1", process::get, claimed, new UsageLog(table), clock);

  /** Time that moves by hand. */
  private static final class HandClock extends Clock {
    private Instant now = Instant.parse("2026-11-21T09:00:00Z");

    void seconds(long more) {
      now = now.plusSeconds(more);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private List<UsageRow> rows() {
    return table.where(Map.of());
  }

  private long overhead() {
    return rows().stream().mapToLong(UsageRow::cpuNanos).sum();
  }

  @Test
  void whatNoJobClaimsIsOverhead() {
    clock.seconds(5);
    process.addAndGet(10_000);
    claimed.add(4_000);
    sampler.sample();
    assertEquals(7_000, overhead(), "starting the process counts too");
    assertEquals(1, rows().size());
    UsageRow row = rows().get(0);
    assertEquals(UsageRow.Role.OVERHEAD, row.role());
    assertEquals(5_000_000_000L, row.wallNanos());
  }

  @Test
  void oneMinuteIsOneRow() {
    for (int i = 0; i < 30; i++) {
      clock.seconds(5);
      process.addAndGet(100);
      sampler.sample();
    }
    assertEquals(3, rows().size());
    assertEquals(4_000, overhead());
    for (int i = 1; i < 3; i++) {
      assertEquals(rows().get(i - 1).endedAt(), rows().get(i).startedAt(), "no gap, no overlap");
    }
  }

  @Test
  void workThatIsClaimedWhenItEndsIsTakenBack() {
    for (int i = 0; i < 30; i++) {
      clock.seconds(5);
      process.addAndGet(1_000);
      sampler.sample();
    }
    claimed.add(29_500);
    clock.seconds(5);
    sampler.sample();
    assertEquals(1_500, overhead());
    assertTrue(rows().stream().allMatch(row -> row.cpuNanos() >= 0));
  }

  @Test
  void overheadAndClaimsAddUpToTheProcessAtEverySample() {
    Random random = new Random(7);
    long inFlight = 0;
    long claims = 0;
    for (int i = 0; i < 500; i++) {
      clock.seconds(1 + random.nextInt(20));
      long work = random.nextInt(1_000);
      process.addAndGet(work + random.nextInt(50));
      inFlight += work;
      if (random.nextInt(5) == 0) {
        claimed.add(inFlight);
        claims += inFlight;
        inFlight = 0;
      }
      sampler.sample();
      assertEquals(process.get(), claims + overhead());
    }
  }
}
