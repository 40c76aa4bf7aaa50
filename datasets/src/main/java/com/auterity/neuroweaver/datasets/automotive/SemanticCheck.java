package com.auterity.neuroweaver.datasets.automotive;

import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.regex.Pattern;

/** Says whether a value can be what its column means to a dealership. */
public final class SemanticCheck {
  private static final long MOST_MILES = 2_000_000;
  private static final int SHOWN = 60;
  private static final Pattern EMAIL =
      Pattern.compile("[\\p{L}\\p{N}._%+'/=?^{}|~!#$&*-]+@([\\p{L}\\p{N}-]+\\.)+\\p{L}{2,}");
  private static final Pattern PHONE =
      Pattern.compile(
          "\\+?[0-9(][0-9 ()./\u2010-\u2013-]*[0-9]( *(x|ext\\.?|extension|#) *[0-9]{1,6})?",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern MONEY =
      Pattern.compile(
          "\\(?[-+]?([A-Z]{3} ?)?[$\u00a3\u20ac]? ?[-+]?"
              + "([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\\.[0-9]{1,4})?( ?[A-Z]{3}| ?\u20ac)?\\)?");
  private static final Pattern ODOMETER =
      Pattern.compile(
          "([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\\.[0-9]+)? ?(mi|miles|km|kilometers)?",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern OP_CODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._/*#+-]{0,31}");
  private static final DateTimeFormatter[] DAYS = {
    day("uuuu-MM-dd"), day("uuuuMMdd"), day("M/d/uuuu"), day("uuuu/M/d"), day("d.M.uuuu")
  };
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private SemanticCheck() {}

  /** Whether values of the meaning are checked at all. */
  public static boolean checks(SemanticType semantic) {
    return semantic != SemanticType.NONE && semantic != SemanticType.FREE_TEXT;
  }

  /**
   * What is wrong with a value and what would be right, or null.
   *
   * @param value not null, as a row holds it
   */
  public static String fault(SemanticType semantic, Object value) {
    String text = value.toString().strip();
    String right =
        switch (semantic) {
          case NONE, FREE_TEXT -> null;
          case VIN -> vin(text);
          case PHONE ->
              PHONE.matcher(text).matches() && digits(text) >= 7 && digits(text) <= 21
                  ? null
                  : "a phone number of 7 to 15 digits";
          case EMAIL ->
              text.length() <= 254 && EMAIL.matcher(text).matches()
                  ? null
                  : "an address like name@example.com";
          case MONEY -> money(value, text) ? null : "an amount like 1234.50 or $1,234.50";
          case ODOMETER ->
              odometer(value, text) ? null : "a distance of 0 to 2,000,000, like 45,210";
          case DTC -> TroubleCode.parse(text).isPresent() ? null : "a trouble code like P0301";
          case OP_CODE ->
              OP_CODE.matcher(text).matches()
                  ? null
                  : "an operation code of at most 32 letters, digits and signs";
          case DATE -> date(value, text) ? null : "a date like 2026-01-31 or 1/31/2026";
          case JSON -> json(text) ? null : "JSON";
        };
    return right == null ? null : "expected " + right + ", found \"" + shown(text) + "\"";
  }

  /** The check digit is North America's (49 CFR 565); other makers use the place as they like. */
  private static String vin(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    String fault = Vin.fault(upper);
    if (fault != null) {
      return "a VIN (this one " + fault + ")";
    }
    Vin vin = new Vin(upper);
    return vin.isNorthAmerican() && !vin.checkDigitIsRight()
        ? "a VIN (the check digit of this one should be " + vin.expectedCheckDigit() + ")"
        : null;
  }

  private static long digits(String text) {
    return text.chars().filter(c -> c >= '0' && c <= '9').count();
  }

  private static boolean money(Object value, String text) {
    return value instanceof Number number
        ? Double.isFinite(number.doubleValue())
        : MONEY.matcher(text).matches();
  }

  private static boolean odometer(Object value, String text) {
    double miles;
    if (value instanceof Number number) {
      miles = number.doubleValue();
    } else if (ODOMETER.matcher(text).matches()) {
      String bare = text.replaceAll("[^0-9.]", "");
      miles = bare.length() > 15 ? Double.MAX_VALUE : Double.parseDouble(bare);
    } else {
      return false;
    }
    return miles >= 0 && miles <= MOST_MILES;
  }

  private static boolean date(Object value, String text) {
    if (!(value instanceof String)) {
      return value instanceof LocalDate
          || value instanceof java.time.Instant
          || parses(text, DAYS[1]);
    }
    String day =
        text.length() > 10 && (text.charAt(10) == 'T' || text.charAt(10) == ' ')
            ? text.substring(0, 10)
            : text;
    for (DateTimeFormatter format : DAYS) {
      if (parses(day, format)) {
        return true;
      }
    }
    return false;
  }

  private static boolean parses(String text, DateTimeFormatter format) {
    try {
      LocalDate.parse(text, format);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static boolean json(String text) {
    try {
      return !JSON.readTree(text).isMissingNode();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static DateTimeFormatter day(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  private static String shown(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }
}
