package com.auterity.neuroweaver.datasets.automotive;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A vehicle identification number of 17 characters (ISO 3779) with the check digit and model year
 * code of 49 CFR 565 (FMVSS 115), as used in North America. The value is well formed; whether its
 * check digit is right is {@link #checkDigitIsRight()}.
 */
public record Vin(String value) {
  static final int LENGTH = 17;
  private static final String YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789";
  private static final int[] WEIGHTS = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};

  public Vin {
    String fault = fault(value);
    if (fault != null) {
      throw new IllegalArgumentException("not a VIN: " + value + " " + fault);
    }
  }

  /** The VIN, upper-cased and stripped, or empty when the text is none. */
  public static Optional<Vin> parse(String text) {
    if (text == null) {
      return Optional.empty();
    }
    String value = text.strip().toUpperCase(Locale.ROOT);
    return fault(value) == null ? Optional.of(new Vin(value)) : Optional.empty();
  }

  /** What is wrong with the shape of a VIN, or null; says nothing of the check digit. */
  public static String fault(String value) {
    if (value == null || value.length() != 17) {
      return "has " + (value == null ? 0 : value.length()) + " characters instead of 17";
    }
    for (int i = 0; i < 17; i++) {
      if (transliterate(value.charAt(i)) < 0) {
        return "has '" + value.charAt(i) + "' at place " + (i + 1);
      }
    }
    return null;
  }

  /** Completes 17 characters whose ninth is ignored with the right check digit. */
  public static Vin withCheckDigit(String seventeen) {
    char digit = checkDigit(seventeen);
    return new Vin(seventeen.substring(0, 8) + digit + seventeen.substring(9));
  }

  /** The check digit these 17 characters should have in the ninth place. */
  static char checkDigit(String seventeen) {
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += WEIGHTS[i] * Math.max(0, transliterate(seventeen.charAt(i)));
    }
    int rest = sum % 11;
    return rest == 10 ? 'X' : (char) ('0' + rest);
  }

  /**
   * Whether 17 bytes of ASCII are a VIN in capitals whose check digit is right where it has to be:
   * North America's (49 CFR 565); other makers use the place as they like.
   */
  static boolean isRight(byte[] text, int from) {
    int sum = 0;
    for (int i = 0; i < LENGTH; i++) {
      int value = transliterate((char) text[from + i]);
      if (value < 0) {
        return false;
      }
      sum += WEIGHTS[i] * value;
    }
    int rest = sum % 11;
    return !isNorthAmerican((char) text[from], (char) text[from + 1])
        || text[from + 8] == (rest == 10 ? 'X' : '0' + rest);
  }

  public boolean checkDigitIsRight() {
    return value.charAt(8) == checkDigit(value);
  }

  public char expectedCheckDigit() {
    return checkDigit(value);
  }

  /** World manufacturer identifier. */
  public String wmi() {
    return value.substring(0, 3);
  }

  /** Make by the small built-in table of cars and light trucks, when known. */
  public Optional<String> maker() {
    return Makers.of(value);
  }

  /** Made in North America, where the check digit is the law. */
  public boolean isNorthAmerican() {
    return isNorthAmerican(value.charAt(0), value.charAt(1));
  }

  private static boolean isNorthAmerican(char first, char second) {
    return (first >= '1' && first <= '5') || (first == '7' && "ABCDE".indexOf(second) < 0);
  }

  /**
   * Model year from the tenth place; a letter in the seventh means 2010 to 2039, a digit 1980 to
   * 2009 (49 CFR 565.15, passenger cars and light trucks). Empty when the tenth is no year code.
   */
  public OptionalInt modelYear() {
    int index = YEAR_CODES.indexOf(value.charAt(9));
    if (index < 0) {
      return OptionalInt.empty();
    }
    return OptionalInt.of((Character.isDigit(value.charAt(6)) ? 1980 : 2010) + index);
  }

  /** The tenth character of vehicles of a model year from 1980 to 2039. */
  public static char yearCode(int modelYear) {
    if (modelYear < 1980 || modelYear > 2039) {
      throw new IllegalArgumentException("model year " + modelYear + " is not in 1980..2039");
    }
    return YEAR_CODES.charAt((modelYear - 1980) % 30);
  }

  private static int transliterate(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    // A..H are 1..8, J..R are 1..9 without O and Q, S..Z are 2..9; I, O, Q never occur.
    if (c >= 'A' && c <= 'H') {
      return c - 'A' + 1;
    }
    if (c >= 'J' && c <= 'R' && c != 'O' && c != 'Q') {
      return c - 'J' + 1;
    }
    if (c >= 'S' && c <= 'Z') {
      return c - 'S' + 2;
    }
    return -1;
  }

  @Override
  public String toString() {
    return value;
  }
}
