package com.auterity.neuroweaver.costguard;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Every price there ever was, and since when. */
public final class PriceBook {
  private final RecordTable<PriceRow> table;
  private final Clock clock;

  public PriceBook(RecordTable<PriceRow> table, Clock clock) {
    this.table = table;
    this.clock = clock;
  }

  /** Makes these the prices from now on; adds rows for those that changed. */
  public void publish(String tenant, PriceList list) {
    Prices there = prices(tenant);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    list.usd()
        .forEach(
            (item, usd) -> {
              BigDecimal known = there.latest(item);
              if (known == null || known.compareTo(usd) != 0) {
                table.put(new PriceRow(tenant, item, now, usd.doubleValue()));
              }
            });
  }

  Prices prices(String tenant) {
    Map<PriceItem, NavigableMap<Instant, BigDecimal>> byItem = new EnumMap<>(PriceItem.class);
    for (PriceRow row : table.where(Map.of("tenant", tenant))) {
      byItem
          .computeIfAbsent(row.item(), item -> new TreeMap<>())
          .put(row.effectiveFrom(), BigDecimal.valueOf(row.usd()));
    }
    return new Prices(byItem);
  }

  /** The prices of a tenant at any time. */
  record Prices(Map<PriceItem, NavigableMap<Instant, BigDecimal>> byItem) {
    /** The price in force then; before the first one, the first one. */
    BigDecimal at(PriceItem item, Instant when) {
      NavigableMap<Instant, BigDecimal> history = byItem.get(item);
      if (history == null) {
        throw new NeuroWeaverException(
            ErrorKind.NOT_FOUND,
            "no price of "
                + item.key()
                + " is known; a node publishes config/prices.yaml when it starts");
      }
      Map.Entry<Instant, BigDecimal> found = history.floorEntry(when);
      return (found == null ? history.firstEntry() : found).getValue();
    }

    private BigDecimal latest(PriceItem item) {
      NavigableMap<Instant, BigDecimal> history = byItem.get(item);
      return history == null ? null : history.lastEntry().getValue();
    }
  }
}
