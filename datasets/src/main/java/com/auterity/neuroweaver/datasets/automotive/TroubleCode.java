package com.auterity.neuroweaver.datasets.automotive;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A diagnostic trouble code of five characters (SAE J2012): letter, 0 to 3, three hex digits. */
public record TroubleCode(String value) {
  private static final Pattern SHAPE = Pattern.compile("[PBCU][0-3][0-9A-F]{3}");

  public TroubleCode {
    if (!SHAPE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "not a trouble code: " + value + "; right would be like P0301");
    }
  }

  public static Optional<TroubleCode> parse(String text) {
    String value = text == null ? "" : text.strip().toUpperCase(Locale.ROOT);
    return SHAPE.matcher(value).matches() ? Optional.of(new TroubleCode(value)) : Optional.empty();
  }

  /** Powertrain, body, chassis or network. */
  public String area() {
    return switch (value.charAt(0)) {
      case 'P' -> "powertrain";
      case 'B' -> "body";
      case 'C' -> "chassis";
      default -> "network";
    };
  }

  /** True for codes all makers share: second character 0, and 2 for powertrain (and P34xx up). */
  public boolean generic() {
    char second = value.charAt(1);
    return second == '0'
        || (value.charAt(0) == 'P' && second == '2')
        || (value.charAt(0) == 'P' && second == '3' && value.charAt(2) >= '4')
        || (value.charAt(0) == 'U' && second == '3');
  }
}
