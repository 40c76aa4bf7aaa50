package com.auterity.neuroweaver.costguard;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.yaml.YamlDocument;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;

/** A price in US dollars for every {@link PriceItem}; read strictly from {@code prices.yaml}. */
public record PriceList(Map<PriceItem, BigDecimal> usd) {
  private static final BigDecimal MOST = new BigDecimal("1000000");

  public PriceList {
    usd = new EnumMap<>(usd);
    for (PriceItem item : PriceItem.values()) {
      if (!usd.containsKey(item)) {
        throw NeuroWeaverException.invalid("the price of " + item.key() + " is missing");
      }
    }
    usd = Collections.unmodifiableMap(usd);
  }

  public static PriceList read(Path file) {
    return parse(YamlDocument.read(file));
  }

  /** All keys must be there, no others, each a number of dollars from 0 to a million. */
  static PriceList parse(YamlDocument document) {
    EnumMap<PriceItem, BigDecimal> usd = new EnumMap<>(PriceItem.class);
    for (Iterator<Map.Entry<String, JsonNode>> it = document.tree().fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> entry = it.next();
      String pointer = "/" + entry.getKey();
      if (!PriceItem.keys().contains(entry.getKey())) {
        throw document.error(
            pointer, "unknown key '" + entry.getKey() + "'; prices are " + PriceItem.keys());
      }
      JsonNode value = entry.getValue();
      if (!value.isNumber()
          || value.decimalValue().signum() < 0
          || value.decimalValue().compareTo(MOST) > 0) {
        throw document.error(
            pointer,
            entry.getKey() + ": found " + value + ", a number of US dollars from 0 is right");
      }
      usd.put(PriceItem.valueOf(entry.getKey().toUpperCase(Locale.ROOT)), value.decimalValue());
    }
    for (PriceItem item : PriceItem.values()) {
      if (!usd.containsKey(item)) {
        throw document.error(
            "", "the price " + item.key() + " is missing; write 0 for what costs nothing");
      }
    }
    return new PriceList(usd);
  }
}
