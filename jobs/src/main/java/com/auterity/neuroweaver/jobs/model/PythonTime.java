package com.auterity.neuroweaver.jobs.model;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** What {@code strftime_now(format)} of a template tells, in Python's format codes, in English. */
public final class PythonTime {
  static final String NAME = "strftime_now";

  private static final Map<Character, String> CODES =
      Map.ofEntries(
          Map.entry('a', "EEE"),
          Map.entry('A', "EEEE"),
          Map.entry('b', "MMM"),
          Map.entry('B', "MMMM"),
          Map.entry('d', "dd"),
          Map.entry('D', "MM/dd/yy"),
          Map.entry('F', "yyyy-MM-dd"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('j', "DDD"),
          Map.entry('m', "MM"),
          Map.entry('M', "mm"),
          Map.entry('p', "a"),
          Map.entry('S', "ss"),
          Map.entry('T', "HH:mm:ss"),
          Map.entry('y', "yy"),
          Map.entry('Y', "yyyy"));

  private final LocalDateTime now;

  PythonTime(LocalDateTime now) {
    this.now = now;
  }

  /** Called by templates; the time is the one its rendering was given. */
  public static String format(String format) {
    if (!(JinjavaInterpreter.getCurrent().getContext().get(NAME) instanceof PythonTime time)) {
      return ChatTemplate.raise(NAME + " is called where there is no clock");
    }
    return time.formatted(format);
  }

  private String formatted(String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char code = format.charAt(++i);
      boolean unpadded = code == '-' && i + 1 < format.length();
      if (unpadded) {
        code = format.charAt(++i);
      }
      if (code == '%') {
        out.append('%');
        continue;
      }
      String pattern = CODES.get(code);
      if (pattern == null) {
        return ChatTemplate.raise(
            "%s knows no %%%s; it knows %s".formatted(NAME, code, CODES.keySet()));
      }
      String text = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now);
      out.append(unpadded ? text.replaceFirst("^0+(?=.)", "") : text);
    }
    return out.toString();
  }
}
