package com.auterity.neuroweaver.jobs.refinement.text;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A date as people write it, perhaps with time and offset. Which of two numbers is the month is
 * never guessed: it is told.
 *
 * @param time null for a date alone
 * @param offset null when none was written
 */
public record DateText(LocalDate date, LocalTime time, ZoneOffset offset) {
  /** The order of day and month where the year stands last. */
  public enum Order {
    MDY,
    DMY
  }

  private static final int LONGEST = 64;
  private static final String MONTHS =
      "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
          + "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
  private static final String DAYS =
      "(?:(mon|tue|wed|thu|fri|sat|sun)(?:s|r|rs|nes|ur)?(?:day)?[.,]?\\s+)?";
  private static final String YEAR = "(\\d{4}|'?\\d{2})";
  private static final String TIME =
      "(?:(?:t|,?\\s+(?:at\\s+)?)(\\d{1,2})(?::(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9}))?)?)?"
          + "\\s*(am|pm|a\\.m\\.|p\\.m\\.)?\\s*(z|utc|gmt|[+-]\\d{2}:?\\d{2})?)?";

  private static final Pattern YEAR_FIRST =
      Pattern.compile("(\\d{4})([-/.])(\\d{1,2})([-/.])(\\d{1,2})" + TIME);
  private static final Pattern PACKED = Pattern.compile("(\\d{4})(\\d{2})(\\d{2})" + TIME);
  private static final Pattern YEAR_LAST =
      Pattern.compile(DAYS + "(\\d{1,2})([-/. ])(\\d{1,2})([-/. ])" + YEAR + TIME);
  private static final Pattern MONTH_FIRST =
      Pattern.compile(DAYS + MONTHS + "\\s*(\\d{1,2})(?:st|nd|rd|th)?(?:,\\s*|\\s+)" + YEAR + TIME);
  private static final Pattern DAY_FIRST =
      Pattern.compile(
          DAYS
              + "(\\d{1,2})(?:st|nd|rd|th)?[-/\\s.]*(?:of\\s+)?"
              + MONTHS
              + "[-/\\s,]*"
              + YEAR
              + TIME);

  /**
   * Reads the whole text, or gives null: for what is no date, and for one that contradicts itself
   * (a day that month does not have, another day of the week, 13 where the month is told to stand).
   *
   * @param firstYear two digits mean a year of the hundred that begin here
   */
  public static DateText parse(String text, Order order, int firstYear) {
    String bare = text.strip();
    if (bare.length() < 6 || bare.length() > LONGEST) {
      return null;
    }
    bare = bare.toLowerCase(Locale.ROOT);
    try {
      Matcher m = YEAR_FIRST.matcher(bare);
      if (m.matches()) {
        return m.group(2).equals(m.group(4))
            ? of(m, 5, null, year(m.group(1), firstYear), number(m, 3), number(m, 5))
            : null;
      }
      m = PACKED.matcher(bare);
      if (m.matches()) {
        return of(m, 3, null, year(m.group(1), firstYear), number(m, 2), number(m, 3));
      }
      m = YEAR_LAST.matcher(bare);
      if (m.matches()) {
        if (!m.group(3).equals(m.group(5))) {
          return null;
        }
        int month = number(m, order == Order.MDY ? 2 : 4);
        int day = number(m, order == Order.MDY ? 4 : 2);
        return of(m, 6, m.group(1), year(m.group(6), firstYear), month, day);
      }
      m = MONTH_FIRST.matcher(bare);
      if (m.matches()) {
        return of(
            m,
            4,
            m.group(1),
            year(m.group(4), firstYear),
            month(m.group(2)).getValue(),
            number(m, 3));
      }
      m = DAY_FIRST.matcher(bare);
      if (m.matches()) {
        return of(
            m,
            4,
            m.group(1),
            year(m.group(4), firstYear),
            month(m.group(3)).getValue(),
            number(m, 2));
      }
      return null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** ISO 8601: the date, with time and offset when they were written. */
  public String iso() {
    if (time == null) {
      return date.toString();
    }
    String local = date.atTime(time).format(DateTimeFormatter.ISO_LOCAL_DATE_TIME);
    return offset == null ? local : local + offset.getId();
  }

  /**
   * @param last the group before those of the time
   */
  private static DateText of(Matcher m, int last, String weekday, int year, int month, int day) {
    LocalDate date = LocalDate.of(year, month, day);
    if (weekday != null && !date.getDayOfWeek().equals(dayOfWeek(weekday))) {
      return null;
    }
    if (m.group(last + 1) == null) {
      return new DateText(date, null, null);
    }
    int hour = number(m, last + 1);
    String half = m.group(last + 5);
    if (m.group(last + 2) == null && half == null) {
      return null;
    }
    if (half != null) {
      if (hour < 1 || hour > 12) {
        return null;
      }
      hour = hour % 12 + (half.startsWith("p") ? 12 : 0);
    }
    int minute = m.group(last + 2) == null ? 0 : number(m, last + 2);
    int second = m.group(last + 3) == null ? 0 : number(m, last + 3);
    String fraction = m.group(last + 4);
    int nanos = fraction == null ? 0 : Integer.parseInt((fraction + "000000000").substring(0, 9));
    return new DateText(date, LocalTime.of(hour, minute, second, nanos), offset(m.group(last + 6)));
  }

  private static ZoneOffset offset(String text) {
    if (text == null) {
      return null;
    }
    return text.charAt(0) == '+' || text.charAt(0) == '-' ? ZoneOffset.of(text) : ZoneOffset.UTC;
  }

  private static int number(Matcher m, int group) {
    return Integer.parseInt(m.group(group));
  }

  private static int year(String text, int firstYear) {
    if (text.length() == 4) {
      return Integer.parseInt(text);
    }
    int two = Integer.parseInt(text.startsWith("'") ? text.substring(1) : text);
    return firstYear + Math.floorMod(two - firstYear, 100);
  }

  private static Month month(String text) {
    for (Month month : Month.values()) {
      if (month.name().toLowerCase(Locale.ROOT).startsWith(text.substring(0, 3))) {
        return month;
      }
    }
    throw new DateTimeException(text);
  }

  private static DayOfWeek dayOfWeek(String text) {
    for (DayOfWeek day : DayOfWeek.values()) {
      if (day.name().toLowerCase(Locale.ROOT).startsWith(text)) {
        return day;
      }
    }
    throw new DateTimeException(text);
  }
}
