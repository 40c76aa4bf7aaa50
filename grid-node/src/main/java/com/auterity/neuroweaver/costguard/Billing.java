package com.auterity.neuroweaver.costguard;

import com.auterity.neuroweaver.client.Bill;
import com.auterity.neuroweaver.client.JobCost;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bills: USAGE joined with the prices in force when it was used. Every row counts once, whichever
 * epoch of a job wrote it: work that was fenced off and done again was paid for twice.
 */
public final class Billing {
  /** A line is rounded to a billionth of a dollar; the total is the exact sum of its lines. */
  private static final int SCALE = 9;

  private final UsageLog usage;
  private final PriceBook prices;

  public Billing(UsageLog usage, PriceBook prices) {
    this.usage = usage;
    this.prices = prices;
  }

  /**
   * The bill of these jobs and of the overhead while they ran; every row of the tenant, predictions
   * too, when {@code jobIds} is null. Overhead at the edges counts for its share.
   */
  public Bill of(String tenant, Collection<String> jobIds) {
    PriceBook.Prices book = prices.prices(tenant);
    List<UsageRow> rows =
        new ArrayList<>(jobIds == null ? usage.all(tenant) : usage.ofJobs(tenant, jobIds));
    Line overhead = new Line(null, "overhead");
    if (jobIds == null) {
      for (UsageRow row : rows) {
        if (row.role() == UsageRow.Role.OVERHEAD) {
          overhead.add(row, BigDecimal.ONE, book);
        }
      }
      rows.removeIf(row -> row.role() == UsageRow.Role.OVERHEAD);
    } else if (!rows.isEmpty()) {
      Instant from = rows.stream().map(UsageRow::startedAt).min(Comparator.naturalOrder()).get();
      Instant to = rows.stream().map(UsageRow::endedAt).max(Comparator.naturalOrder()).get();
      for (UsageRow row : usage.ofRole(tenant, UsageRow.Role.OVERHEAD)) {
        BigDecimal share = share(row, from, to);
        if (share.signum() > 0) {
          overhead.add(row, share, book);
        }
      }
    }
    Map<String, Line> lines = new LinkedHashMap<>();
    rows.stream()
        .sorted(Comparator.comparing(UsageRow::startedAt).thenComparing(UsageRow::usageId))
        .forEach(
            row ->
                lines
                    .computeIfAbsent(
                        row.jobId() == null ? row.kind() : row.jobId(),
                        key -> new Line(row.jobId(), row.kind()))
                    .add(row, BigDecimal.ONE, book));
    List<JobCost> costs = new ArrayList<>();
    BigDecimal total = BigDecimal.ZERO;
    if (overhead.rows > 0) {
      lines.put("overhead", overhead);
    }
    for (Line line : lines.values()) {
      BigDecimal usd = line.usd.setScale(SCALE, RoundingMode.HALF_EVEN);
      total = total.add(usd);
      costs.add(line.cost(usd));
    }
    return new Bill(total.doubleValue(), costs);
  }

  /** Which part of the row's time lies between two moments, from 0 to 1. */
  private static BigDecimal share(UsageRow row, Instant from, Instant to) {
    Instant start = row.startedAt().isAfter(from) ? row.startedAt() : from;
    Instant end = row.endedAt().isBefore(to) ? row.endedAt() : to;
    long whole = Duration.between(row.startedAt(), row.endedAt()).toNanos();
    long part = Duration.between(start, end).toNanos();
    if (whole <= 0 || part <= 0) {
      return BigDecimal.ZERO;
    }
    return BigDecimal.valueOf(part).divide(BigDecimal.valueOf(whole), MathContext.DECIMAL64);
  }

  /** Sums of one line of a bill. */
  private static final class Line {
    private final String jobId;
    private final String kind;
    private int rows;
    private double wallSeconds;
    private double cpuSeconds;
    private double nodeSeconds;
    private long bytesRead;
    private long bytesWritten;
    private long tokensIn;
    private long tokensOut;
    private BigDecimal usd = BigDecimal.ZERO;

    Line(String jobId, String kind) {
      this.jobId = jobId;
      this.kind = kind;
    }

    void add(UsageRow row, BigDecimal share, PriceBook.Prices book) {
      rows++;
      // A job's wall time is its coordinator's; calls on nodes run beside each other.
      if (row.role() != UsageRow.Role.CALL) {
        wallSeconds += row.wallNanos() * share.doubleValue() / 1e9;
      }
      cpuSeconds += row.cpuNanos() * share.doubleValue() / 1e9;
      bytesRead += row.bytesRead();
      bytesWritten += row.bytesWritten();
      tokensIn += row.tokensIn();
      tokensOut += row.tokensOut();
      Instant when = row.startedAt();
      BigDecimal sum =
          row.role() == UsageRow.Role.OVERHEAD
              ? price(book, PriceItem.OVERHEAD_CPU_HOUR, row.cpuNanos(), when)
              : price(book, PriceItem.CPU_HOUR, row.cpuNanos(), when)
                  .add(price(book, PriceItem.GB_READ, row.bytesRead(), when))
                  .add(price(book, PriceItem.GB_WRITTEN, row.bytesWritten(), when))
                  .add(price(book, PriceItem.MILLION_TOKENS_IN, row.tokensIn(), when))
                  .add(price(book, PriceItem.MILLION_TOKENS_OUT, row.tokensOut(), when));
      if (row.role() == UsageRow.Role.CALL || row.role() == UsageRow.Role.PREDICT) {
        nodeSeconds += row.wallNanos() / 1e9;
        sum = sum.add(price(book, PriceItem.NODE_HOUR, row.wallNanos(), when));
      }
      usd = usd.add(sum.multiply(share, MathContext.DECIMAL128));
    }

    private static BigDecimal price(
        PriceBook.Prices book, PriceItem item, long amount, Instant when) {
      return book.at(item, when)
          .multiply(BigDecimal.valueOf(amount))
          .divide(item.units(), MathContext.DECIMAL128);
    }

    JobCost cost(BigDecimal rounded) {
      return new JobCost(
          jobId,
          kind,
          wallSeconds,
          nodeSeconds,
          cpuSeconds,
          bytesRead,
          bytesWritten,
          tokensIn,
          tokensOut,
          rounded.doubleValue());
    }
  }
}
