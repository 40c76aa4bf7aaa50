package com.auterity.neuroweaver.jobs.refinement;

import com.google.i18n.phonenumbers.PhoneNumberMatch;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.Arrays;

/**
 * Finds what is written in digits: payment cards, social security numbers, phones, routing and
 * account numbers, IPv4 addresses. Works on clusters, digit groups with at most three separators
 * between them, and looks at a bounded number of groups from each group on.
 */
final class NumberFinder {
  private static final int WIDEST_SEPARATOR = 3;

  /** Text handed to libphonenumber at a time, and how much of it is handed over again. */
  private static final int PHONE_WINDOW = 160;

  private static final int PHONE_OVERLAP = 40;
  private static final int EXTENSION = 16;

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
      add(PersonalData.SSN, starts[g], ends[g], issued ? 0.1 : 0);
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
    add(PersonalData.IP, starts[g], ends[g + 3], small ? 0.35 : 0.6);
  }

  private void phones() {
    int g = 0;
    while (g < groups) {
      int last = g;
      while (last + 1 < groups && ends[last + 1] - starts[g] <= PHONE_WINDOW) {
        last++;
      }
      if (ends[last] - starts[g] <= PHONE_WINDOW) {
        phones(g, last);
      }
      if (last + 1 >= groups) {
        return;
      }
      int next = last + 1;
      while (next - 1 > g && starts[next - 1] > ends[last] - PHONE_OVERLAP) {
        next--;
      }
      g = next;
    }
  }

  private void phones(int first, int last) {
    int digits = 0;
    int longest = 0;
    for (int g = first; g <= last; g++) {
      digits += digits(g);
      longest = Math.max(longest, digits(g));
    }
    if (digits < 7 || longest < 3) {
      return;
    }
    // What stands around counts: a letter before, a plus or a bracket, an extension after.
    int from = Math.max(0, starts[first] - 3);
    int to = Math.min(text.length(), ends[last] + EXTENSION);
    CharSequence window = text.substring(from, to);
    for (PhoneNumberMatch match :
        PhoneNumberUtil.getInstance()
            .findNumbers(window, region, PhoneNumberUtil.Leniency.VALID, 64)) {
      int start = from + match.start();
      int end = from + match.end();
      boolean plain = match.rawString().chars().allMatch(c -> c >= '0' && c <= '9');
      boolean abroad = match.rawString().startsWith("+");
      add(PersonalData.PHONE, start, end, abroad ? 0.9 : plain ? 0.3 : 0.7);
    }
    for (int g = first; g <= last; g++) {
      local(g);
    }
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
