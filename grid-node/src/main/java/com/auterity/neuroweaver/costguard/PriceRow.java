package com.auterity.neuroweaver.costguard;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/** A row of PRICE: what an item costs from a moment on. Rows stay when prices change. */
public record PriceRow(String tenant, PriceItem item, Instant effectiveFrom, double usd) {
  public static final TableDefinition<PriceRow> TABLE =
      TableDefinition.of("PRICE", PriceRow.class, 3, CacheGroup.META);
}
