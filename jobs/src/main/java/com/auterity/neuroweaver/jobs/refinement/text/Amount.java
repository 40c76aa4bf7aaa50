package com.auterity.neuroweaver.jobs.refinement.text;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * A number as people write it, with what stands before or after it: {@code $1,234.50}, {@code 45k
 * mi}, {@code (12.00)}.
 *
 * @param unit the signs or letters beside the number, in lower case; null when there are none
 */
public record Amount(BigDecimal value, String unit) {
  /** The sign before the fraction; the other one may group thousands. */
  public enum Decimal {
    POINT,
    COMMA
  }

  private static final int LONGEST = 48;
  private static final Pattern SHAPE =
      Pattern.compile(
          "([-+(]?)\\s*([a-z]{2,4}\\$|[a-z]{3}|[a-z]?[$€£¥])?\\s*([-+]?)\\s*"
              + "([0-9][0-9., ']*|[.,][0-9]+)(\\s*k\\b)?"
              + "\\s*([$€£¥]|[a-z][a-z.]*)?\\s*([-)]?)");
  private static final Pattern GROUPED = Pattern.compile("[0-9]{1,3}(?:,[0-9]{3})+(?:\\.[0-9]*)?");
  private static final Pattern SPACED =
      Pattern.compile("[0-9]{1,3}(?:[ '][0-9]{3})+(?:\\.[0-9]*)?");
  private static final Pattern PLAIN = Pattern.compile("[0-9]*\\.?[0-9]*");
  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);

  /**
   * Reads the whole text, or gives null; a number that could be read in two ways is read in none.
   */
  public static Amount parse(String text, Decimal decimal) {
    String bare = text.strip();
    if (bare.isEmpty() || bare.length() > LONGEST) {
      return null;
    }
    bare = bare.toLowerCase(Locale.ROOT).replace('\u00a0', ' ').replace('\u202f', ' ');
    Matcher m = SHAPE.matcher(bare);
    if (!m.matches()) {
      return null;
    }
    boolean bracketed = m.group(1).equals("(");
    if (bracketed != m.group(7).equals(")")) {
      return null;
    }
    int signs = signs(m.group(1)) + signs(m.group(3)) + signs(m.group(7));
    if (signs > 1 || (bracketed && signs > 0)) {
      return null;
    }
    BigDecimal value = number(m.group(4).strip(), decimal);
    if (value == null) {
      return null;
    }
    boolean negative =
        bracketed || m.group(1).equals("-") || m.group(3).equals("-") || m.group(7).equals("-");
    if (m.group(5) != null) {
      value = value.multiply(THOUSAND);
    }
    String before = m.group(2);
    String after = m.group(6);
    if (before != null && after != null && !after.equals(before)) {
      // $12.00 USD says one thing twice; anything else says two.
      if (!before.equals("$") || after.length() != 3) {
        return null;
      }
      before = null;
    }
    return new Amount(negative ? value.negate() : value, before != null ? before : after);
  }

  private static int signs(String text) {
    return text.equals("-") || text.equals("+") ? 1 : 0;
  }

  private static BigDecimal number(String text, Decimal decimal) {
    String pointed = text;
    if (decimal == Decimal.COMMA) {
      pointed = text.replace('.', '\0').replace(',', '.').replace('\0', ',');
    }
    if (!GROUPED.matches(pointed) && !SPACED.matches(pointed) && !PLAIN.matches(pointed)) {
      return null;
    }
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < pointed.length(); i++) {
      char c = pointed.charAt(i);
      if (c == '.' || (c >= '0' && c <= '9')) {
        digits.append(c);
      }
    }
    return digits.toString().equals(".") ? null : new BigDecimal(digits.toString());
  }
}
