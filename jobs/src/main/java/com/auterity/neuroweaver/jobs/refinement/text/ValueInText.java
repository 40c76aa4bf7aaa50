package com.auterity.neuroweaver.jobs.refinement.text;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A value that is swapped for another, as texts write it: words in any case; numbers plain, with
 * commas or as {@code 62k}; dates in ISO 8601, as {@code 3/5/2025} and as {@code March 5, 2025}. It
 * stands only between word boundaries.
 */
public final class ValueInText {
  private static final List<DateTimeFormatter> DATES =
      List.of(
          DateTimeFormatter.ISO_LOCAL_DATE,
          DateTimeFormatter.ofPattern("M/d/uuuu", Locale.ROOT),
          DateTimeFormatter.ofPattern("MM/dd/uuuu", Locale.ROOT),
          DateTimeFormatter.ofPattern("MMMM d, uuuu", Locale.US),
          DateTimeFormatter.ofPattern("MMM d, uuuu", Locale.US));

  private record Form(String old, String changed, boolean words) {}

  private record Span(int start, int end, String changed) {}

  private final List<Form> forms = new ArrayList<>();

  /** So short that it could be something else: found, it is not known what to do. */
  private final boolean doubtful;

  public ValueInText(Object old, Object changed) {
    String plain = old.toString();
    if (old instanceof LocalDate from && changed instanceof LocalDate to) {
      DATES.forEach(date -> forms.add(new Form(date.format(from), date.format(to), false)));
    } else if (old instanceof Long from && changed instanceof Long to) {
      forms.add(new Form(plain, to.toString(), false));
      if (from >= 1000) {
        forms.add(new Form(commas(from), commas(to), false));
        if (from % 1000 == 0) {
          forms.add(new Form(from / 1000 + "k", to % 1000 == 0 ? to / 1000 + "k" : "" + to, false));
        }
      }
    } else {
      forms.add(new Form(plain, changed.toString(), true));
    }
    boolean digits = plain.chars().allMatch(Character::isDigit);
    doubtful = plain.length() < (digits ? 4 : 2);
  }

  private static String commas(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  public boolean standsIn(String text) {
    return !spans(text).isEmpty();
  }

  /** The text with all of them swapped at once; null when one may stand there and may not. */
  public static String replaced(String text, List<ValueInText> swaps) {
    List<Span> spans = new ArrayList<>();
    for (ValueInText swap : swaps) {
      List<Span> found = swap.spans(text);
      if (swap.doubtful && !found.isEmpty()) {
        return null;
      }
      spans.addAll(found);
    }
    spans.sort(Comparator.comparingInt(Span::start).thenComparing(span -> -(long) span.end()));
    StringBuilder out = new StringBuilder(text.length() + 16);
    int copied = 0;
    for (Span span : spans) {
      if (span.start() >= copied) {
        out.append(text, copied, span.start()).append(span.changed());
        copied = span.end();
      }
    }
    return out.append(text, copied, text.length()).toString();
  }

  private List<Span> spans(String text) {
    List<Span> spans = new ArrayList<>();
    for (Form form : forms) {
      int length = form.old().length();
      for (int at = 0; at + length <= text.length(); at++) {
        if (text.regionMatches(true, at, form.old(), 0, length)
            && apart(text, at, -1)
            && apart(text, at + length - 1, 1)) {
          spans.add(
              new Span(
                  at,
                  at + length,
                  form.words() ? cased(text.substring(at, at + length), form) : form.changed()));
        }
      }
    }
    return spans;
  }

  /** Whether no letter or digit, nor a digit behind a point or comma, goes on beside this place. */
  private static boolean apart(String text, int place, int step) {
    int beside = place + step;
    if (beside < 0 || beside >= text.length()) {
      return true;
    }
    char c = text.charAt(beside);
    if (Character.isLetterOrDigit(c)) {
      return false;
    }
    int beyond = beside + step;
    return !((c == '.' || c == ',')
        && Character.isDigit(text.charAt(place))
        && beyond >= 0
        && beyond < text.length()
        && Character.isDigit(text.charAt(beyond)));
  }

  private static String cased(String found, Form form) {
    if (found.equals(form.old())) {
      return form.changed();
    }
    if (found.equals(found.toLowerCase(Locale.ROOT))) {
      return form.changed().toLowerCase(Locale.ROOT);
    }
    return found.equals(found.toUpperCase(Locale.ROOT))
        ? form.changed().toUpperCase(Locale.ROOT)
        : form.changed();
  }
}
