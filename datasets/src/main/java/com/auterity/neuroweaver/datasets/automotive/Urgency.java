package com.auterity.neuroweaver.datasets.automotive;

import java.util.Locale;

/** How soon a vehicle must be seen. */
public enum Urgency {
  LOW,
  MEDIUM,
  HIGH,
  CRITICAL;

  /** The next higher one; what a customer's safety worry does. */
  Urgency raised() {
    return values()[Math.min(ordinal() + 1, values().length - 1)];
  }

  /** As it stands in answers. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Urgency ofWord(String word) {
    return valueOf(word.strip().toUpperCase(Locale.ROOT));
  }
}
