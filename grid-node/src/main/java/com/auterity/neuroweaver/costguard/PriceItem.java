package com.auterity.neuroweaver.costguard;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What has a price, and how many of the metered unit it is for. */
public enum PriceItem {
  /** CPU time of a job's threads. */
  CPU_HOUR("3600000000000"),
  /** Wall time of a call on a node: the memory, disk and place it held meanwhile. */
  NODE_HOUR("3600000000000"),
  GB_READ("1000000000"),
  GB_WRITTEN("1000000000"),
  MILLION_TOKENS_IN("1000000"),
  MILLION_TOKENS_OUT("1000000"),
  /** CPU time of the process that no job claims. */
  OVERHEAD_CPU_HOUR("3600000000000");

  private final BigDecimal units;

  PriceItem(String units) {
    this.units = new BigDecimal(units);
  }

  /** Nanoseconds, bytes or tokens that one price pays for. */
  BigDecimal units() {
    return units;
  }

  /** Its key in {@code config/prices.yaml}. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(PriceItem::key).toList();
  }
}
