package com.auterity.neuroweaver.jobs.refinement.personal;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.Arrays;
import java.util.List;

/**
 * Finds what is written in digits: payment cards, social security numbers, phones, routing and
 * account numbers, IPv4 addresses. Works on clusters, digit groups with at most three separators
 * between them, and looks at a bounded number of groups from each group on.
 */
final class NumberFinder {
  private static final int WIDEST_SEPARATOR = 3;

  private static final List<String> EXTENSIONS = List.of("extension", "ext", "x", "#");

  private final String text;
  private final ContextWords context;
  private final String region;
  private final Candidates found;

  private int[] starts = new int[8];
  private int[] ends = new int[8];
  private int groups;

  NumberFinder(String text, ContextWords context, String region, Candidates found) {
    this.text = text;
    this.context = context;
    this.region = region;
    this.found = found;
  }

  void find() {
    int at = 0;
    while (at < text.length()) {
      if (!TextTokens.isDigit(text.charAt(at))) {
        at++;
        continue;
      }
      at = cluster(at);
      for (int g = 0; g < groups; g++) {
        cards(g);
        socialSecurity(g);
        bankNumbers(g);
        addressOfFour(g);
      }
      phones();
    }
  }

  /** Reads the cluster that starts here and gives its end. */
  private int cluster(int from) {
    groups = 0;
    int at = from;
    while (at < text.length()) {
      int start = at;
      while (at < text.length() && TextTokens.isDigit(text.charAt(at))) {
        at++;
      }
      if (groups == starts.length) {
        starts = Arrays.copyOf(starts, groups * 2);
        ends = Arrays.copyOf(ends, groups * 2);
      }
      starts[groups] = start;
      ends[groups++] = at;
      int next = at;
      while (next < text.length() && next - at < WIDEST_SEPARATOR && separates(text.charAt(next))) {
        next++;
      }
      if (next >= text.length() || !TextTokens.isDigit(text.charAt(next))) {
        break;
      }
      at = next;
    }
    return ends[groups - 1];
  }

  private static boolean separates(char c) {
    return " -.()/+\u00a0\u2010\u2011\u2012\u2013".indexOf(c) >= 0;
  }

  private int digits(int group) {
    return ends[group] - starts[group];
  }

  /** The only character between two groups, or 0. */
  private char separator(int group) {
    return group + 1 < groups && starts[group + 1] - ends[group] == 1
        ? text.charAt(ends[group])
        : 0;
  }

  /** Nothing that would make it part of something longer stands right before. */
  private boolean opens(int group) {
    int before = starts[group] - 1;
    return before < 0 || !(joins(text.charAt(before)));
  }

  private boolean closes(int group) {
    int after = ends[group];
    if (after >= text.length()) {
      return true;
    }
    char c = text.charAt(after);
    boolean moreDigits = after + 1 < text.length() && TextTokens.isDigit(text.charAt(after + 1));
    return !Character.isLetterOrDigit(c) && c != '_' && !((c == '-' || c == '.') && moreDigits);
  }

  private static boolean joins(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
  }

  private void add(PersonalData kind, int start, int end, double base) {
    found.add(kind, start, end, base + context.weight(kind, start, end));
  }

  private void cards(int first) {
    if (!opens(first) || digits(first) > 19 || (digits(first) < 13 && digits(first) != 4)) {
      return;
    }
    StringBuilder digits = new StringBuilder();
    int best = -1;
    double bestBase = 0;
    for (int last = first; last < groups && last - first < 5; last++) {
      digits.append(text, starts[last], ends[last]);
      if (digits.length() > 19) {
        break;
      }
      if (cardForm(first, last, digits.length()) && closes(last)) {
        String number = digits.toString();
        boolean right = Checksums.luhn(number);
        boolean brand = Checksums.cardBrand(number);
        double base = right ? (brand ? 0.7 : 0.2) : 0;
        if ((right || brand) && base >= bestBase) {
          best = last;
          bestBase = base;
        }
      }
      char separator = separator(last);
      if (separator != ' ' && separator != '-' && separator != '.') {
        break;
      }
    }
    if (best >= 0) {
      add(PersonalData.CARD, starts[first], ends[best], bestBase);
    }
  }

  /** 13 to 19 digits without blanks, in fours, or as 4-6-5 and 4-6-4 (American Express, Diners). */
  private boolean cardForm(int first, int last, int digits) {
    if (digits < 13) {
      return false;
    }
    if (first == last) {
      return true;
    }
    if (last - first == 2 && digits(first + 1) == 6) {
      return digits(first) == 4 && (digits(last) == 5 || digits(last) == 4);
    }
    for (int g = first; g < last; g++) {
      if (digits(g) != 4) {
        return false;
      }
    }
    return digits(last) <= 4;
  }

  private void socialSecurity(int g) {
    if (!opens(g)) {
      return;
    }
    if (digits(g) == 9 && closes(g)) {
      boolean issued = issued(text.substring(starts[g], ends[g]));
      add(PersonalData.SSN, starts[g], ends[g], issued ? 0.2 : 0);
    }
    char separator = separator(g);
    if (g + 2 < groups
        && digits(g) == 3
        && digits(g + 1) == 2
        && digits(g + 2) == 4
        && (separator == '-' || separator == ' ' || separator == '.' || separator == '\u2011')
        && separator(g + 1) == separator
        && closes(g + 2)) {
      String digits =
          text.substring(starts[g], ends[g])
              + text.substring(starts[g + 1], ends[g + 1])
              + text.substring(starts[g + 2], ends[g + 2]);
      double base = separator == '-' ? 0.6 : 0.5;
      add(PersonalData.SSN, starts[g], ends[g + 2], issued(digits) ? base : 0);
    }
  }

  /** Ranges the Social Security Administration issues: no 000, 666, 9xx; no 00; no 0000. */
  private static boolean issued(String digits) {
    return !digits.startsWith("000")
        && !digits.startsWith("666")
        && digits.charAt(0) != '9'
        && !digits.startsWith("00", 3)
        && !digits.endsWith("0000");
  }

  private void bankNumbers(int g) {
    if (!opens(g) || digits(g) > 17) {
      return;
    }
    if (digits(g) == 9 && closes(g)) {
      boolean right = Checksums.routing(text.substring(starts[g], ends[g]));
      if (right) {
        add(PersonalData.BANK_ACCOUNT, starts[g], ends[g], 0.1);
      }
    }
    if (g > 0 && separator(g - 1) != 0) {
      return;
    }
    int last = g;
    int digits = digits(g);
    while (last + 1 < groups
        && last - g < 5
        && (separator(last) == '-' || separator(last) == ' ')
        && digits + digits(last + 1) <= 17) {
      digits += digits(++last);
    }
    if (digits >= 6 && closes(last)) {
      boolean bank = context.near(ContextWords.BANK, starts[g], ends[last]);
      add(PersonalData.BANK_ACCOUNT, starts[g], ends[last], bank ? 0.15 : 0);
    }
  }

  private void addressOfFour(int g) {
    if (g + 3 >= groups || !opens(g) || !closes(g + 3)) {
      return;
    }
    boolean small = true;
    for (int i = g; i < g + 4; i++) {
      if (digits(i) > 3 || (i < g + 3 && separator(i) != '.')) {
        return;
      }
      int octet = Integer.parseInt(text.substring(starts[i], ends[i]));
      if (octet > 255 || (digits(i) > 1 && text.charAt(starts[i]) == '0')) {
        return;
      }
      small &= octet <= 20;
    }
    add(PersonalData.IP, starts[g], ends[g + 3], small ? 0.35 : 0.8);
  }

  private void phones() {
    int g = 0;
    while (g < groups) {
      int last = phone(g);
      if (last < 0) {
        local(g);
        last = g;
      }
      g = last + 1;
    }
  }

  /** The last group of a phone number that begins with this one, or -1. */
  private int phone(int first) {
    int start = starts[first];
    char before = start == 0 ? ' ' : text.charAt(start - 1);
    boolean abroad = before == '+' || text.startsWith("011", start) && digits(first) == 3;
    if (before == '+' || before == '(') {
      start--;
    } else if (!opens(first) || before == '/') {
      return -1;
    }
    if (!abroad && (region.equals("US") || region.equals("CA"))) {
      int last = northAmerican(first);
      return last >= 0 && phone(start, first, last, last == first ? 0.3 : 0.7) ? last : -1;
    }
    int last = first;
    int digits = digits(first);
    while (last + 1 < groups && last - first < 6 && phoneSeparator(last)) {
      if (digits + digits(last + 1) > 15) {
        break;
      }
      digits += digits(++last);
    }
    for (int tries = 0; last >= first && digits >= 7 && tries < 3; tries++) {
      if (digits <= 15 && phone(start, first, last, abroad ? 0.9 : last == first ? 0.3 : 0.7)) {
        return last;
      }
      digits -= digits(last--);
    }
    return -1;
  }

  /** The last group of 3-3-4, 3-7, 6-4 or 10 digits, perhaps after a 1, or -1. */
  private int northAmerican(int first) {
    if (digits(first) == 10 || (digits(first) == 11 && text.charAt(starts[first]) == '1')) {
      return first;
    }
    int g = first;
    if (digits(g) == 1 && text.charAt(starts[g]) == '1' && g + 1 < groups && phoneSeparator(g)) {
      g++;
    }
    if (digits(g) == 10) {
      return g;
    }
    if (g + 1 >= groups || !phoneSeparator(g)) {
      return -1;
    }
    if ((digits(g) == 3 && digits(g + 1) == 7) || (digits(g) == 6 && digits(g + 1) == 4)) {
      return g + 1;
    }
    boolean usual =
        digits(g) == 3
            && digits(g + 1) == 3
            && g + 2 < groups
            && phoneSeparator(g + 1)
            && digits(g + 2) == 4;
    return usual ? g + 2 : -1;
  }

  private boolean phone(int start, int first, int last, double base) {
    int end = extension(ends[last]);
    if (end == ends[last] && !closes(last)) {
      return false;
    }
    PhoneNumberUtil phones = PhoneNumberUtil.getInstance();
    try {
      String number = text.substring(start, ends[last]);
      if (!phones.isValidNumber(phones.parse(number, region))) {
        return false;
      }
    } catch (NumberParseException e) {
      return false;
    }
    boolean bracket = text.charAt(start) == '(' && text.substring(start, end).indexOf(')') < 0;
    add(PersonalData.PHONE, bracket ? starts[first] : start, end, base);
    return true;
  }

  private boolean phoneSeparator(int group) {
    for (int i = ends[group]; i < starts[group + 1]; i++) {
      if (text.charAt(i) == '+') {
        return false;
      }
    }
    return true;
  }

  /** Where an extension ends that follows this place ("x12", " ext. 12"), or the place. */
  private int extension(int end) {
    int at = end;
    while (at < text.length() && at - end < 2 && " ,".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    for (String word : EXTENSIONS) {
      if (text.regionMatches(true, at, word, 0, word.length())) {
        int digits = at + word.length();
        for (int i = 0; i < 2 && digits < text.length(); i++) {
          digits += ". :".indexOf(text.charAt(digits)) >= 0 ? 1 : 0;
        }
        int after = digits;
        while (after < text.length()
            && after - digits < 7
            && TextTokens.isDigit(text.charAt(after))) {
          after++;
        }
        boolean closed = after >= text.length() || !Character.isLetterOrDigit(text.charAt(after));
        return after > digits && closed ? after : end;
      }
    }
    return end;
  }

  /** Seven digits without an area code. */
  private void local(int g) {
    char separator = separator(g);
    boolean two =
        digits(g) == 3
            && g + 1 < groups
            && digits(g + 1) == 4
            && (separator == '-' || separator == ' ' || separator == '.')
            && text.charAt(starts[g]) >= '2';
    if (two && opens(g) && closes(g + 1) && (g == 0 || starts[g] - ends[g - 1] > 1)) {
      add(PersonalData.PHONE, starts[g], ends[g + 1], 0.25);
    }
  }
}
