package com.auterity.neuroweaver.datasets.automotive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes by the first characters of a VIN; unknown ones are unknown, not guessed. */
final class Makers {
  private static final String UNKNOWN = "-";

  /** By the first three characters. */
  private static final Map<String, List<Entry>> ENTRIES = read();

  /**
   * @param start three characters or more, a dot for any
   */
  private record Entry(String start, String make) {
    boolean fits(String vin) {
      for (int i = 3; i < start.length(); i++) {
        if (start.charAt(i) != '.' && start.charAt(i) != vin.charAt(i)) {
          return false;
        }
      }
      return true;
    }
  }

  private Makers() {}

  static Optional<String> of(String vin) {
    Entry found = null;
    for (Entry entry : ENTRIES.getOrDefault(vin.substring(0, 3), List.of())) {
      if (entry.fits(vin) && (found == null || entry.start.length() > found.start.length())) {
        found = entry;
      }
    }
    return found == null || found.make.equals(UNKNOWN) ? Optional.empty() : Optional.of(found.make);
  }

  private static Map<String, List<Entry>> read() {
    Map<String, List<Entry>> entries = new HashMap<>();
    for (String line : TextResource.content("makers.txt")) {
      int colon = line.indexOf(':');
      String make = line.substring(0, colon);
      for (String start : line.substring(colon + 1).strip().split(" ")) {
        entries
            .computeIfAbsent(start.substring(0, 3), k -> new ArrayList<>())
            .add(new Entry(start, make));
      }
    }
    return entries;
  }
}
