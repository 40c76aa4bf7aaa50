package com.auterity.neuroweaver.jobs.refinement.personal;

import com.auterity.neuroweaver.datasets.automotive.Vin;
import java.util.Locale;

/**
 * Finds what is written in letters and digits: VINs, IBANs, IPv6 addresses and, where a word
 * introduces them, driver licences and licence plates.
 */
final class CodeFinder {
  private static final int REACH = 8;
  private static final int LONGEST_IPV6 = 45;

  private final String text;
  private final TextTokens tokens;
  private final ContextWords context;
  private final Candidates found;

  CodeFinder(String text, TextTokens tokens, ContextWords context, Candidates found) {
    this.text = text;
    this.tokens = tokens;
    this.context = context;
    this.found = found;
  }

  void find() {
    for (int token = 0; token < tokens.size(); token++) {
      int length = tokens.length(token);
      if (length == 17) {
        vin(token);
      }
      if (length >= 4) {
        iban(token);
      }
      if (length <= 12) {
        String word = tokens.lower(token);
        if (ContextWords.isNounOf(PersonalData.LICENSE_PLATE, word)) {
          around(token, PersonalData.LICENSE_PLATE);
        } else if (ContextWords.isNounOf(PersonalData.DRIVER_LICENSE, word)
            || (word.equals("l") && token > 0 && tokens.lower(token - 1).equals("d"))) {
          around(token, PersonalData.DRIVER_LICENSE);
        }
      }
    }
    ipv6();
  }

  private void add(PersonalData kind, int start, int end, double base) {
    found.add(kind, start, end, base + context.weight(kind, start, end));
  }

  private void vin(int token) {
    Vin vin = Vin.parse(text.substring(tokens.start(token), tokens.end(token))).orElse(null);
    if (vin == null || (tokens.digitsOnly(token) && !vin.checkDigitIsRight())) {
      return;
    }
    double base = vin.checkDigitIsRight() ? 0.9 : 0.55;
    double score =
        base
            + Math.max(0, context.weight(PersonalData.VIN, tokens.start(token), tokens.end(token)));
    found.add(PersonalData.VIN, tokens.start(token), tokens.end(token), score);
  }

  private void iban(int token) {
    int start = tokens.start(token);
    if (!Character.isLetter(text.charAt(start))
        || !Character.isLetter(text.charAt(start + 1))
        || !TextTokens.isDigit(text.charAt(start + 2))
        || !TextTokens.isDigit(text.charAt(start + 3))) {
      return;
    }
    int length = Checksums.ibanLength(text.substring(start, start + 2));
    StringBuilder iban = new StringBuilder();
    int last = token;
    while (length > 0 && last < tokens.size() && iban.length() < length) {
      iban.append(text, tokens.start(last), tokens.end(last));
      if (iban.length() < length && !tokens.joinedBy(last, ' ') && !tokens.joinedBy(last, '-')) {
        return;
      }
      last++;
    }
    if (length > 0 && iban.length() == length) {
      boolean right = Checksums.iban(iban.toString().toUpperCase(Locale.ROOT));
      add(PersonalData.BANK_ACCOUNT, start, tokens.end(last - 1), right ? 0.9 : 0);
    }
  }

  /** Tries what stands within reach of a noun, behind it first. */
  private void around(int noun, PersonalData kind) {
    for (int i = 1; i <= REACH && noun + i < tokens.size(); i++) {
      if (tokens.sentenceEnds(noun + i - 1)) {
        break;
      }
      if (candidate(noun + i, kind)) {
        return;
      }
    }
    for (int i = 1; i <= REACH && noun - i >= 0; i++) {
      if (tokens.sentenceEnds(noun - i)) {
        break;
      }
      boolean begins = noun - i == 0 || !glued(noun - i - 1);
      if (begins && candidate(noun - i, kind)) {
        return;
      }
    }
  }

  private boolean glued(int token) {
    return tokens.joinedBy(token, '-') || tokens.joinedBy(token, '.');
  }

  private boolean candidate(int token, PersonalData kind) {
    int end = kind == PersonalData.LICENSE_PLATE ? plate(token) : license(token);
    if (end < 0) {
      return false;
    }
    double base = kind == PersonalData.LICENSE_PLATE ? 0.15 : 0.2;
    add(kind, tokens.start(token), tokens.end(end), base);
    return true;
  }

  /** The last token of a plate that begins here, or -1: five to eight letters and digits, both. */
  private int plate(int token) {
    int best = -1;
    StringBuilder joined = new StringBuilder();
    for (int last = token; last < tokens.size() && last < token + 3; last++) {
      if (tokens.length(last) > 8) {
        break;
      }
      joined.append(text, tokens.start(last), tokens.end(last));
      boolean single = last == token;
      if (joined.length() > 8 || (!single && !capitalsOrDigits(last))) {
        break;
      }
      if (joined.length() >= 5 && mixed(joined) && (single || capitalsOrDigits(token))) {
        best = last;
      }
      if (single && joined.length() >= 5 && mixed(joined) && tokens.joinedBy(last, ' ')) {
        break;
      }
      if (!tokens.joinedBy(last, ' ') && !tokens.joinedBy(last, '-')) {
        break;
      }
    }
    return best;
  }

  private boolean capitalsOrDigits(int token) {
    for (int i = tokens.start(token); i < tokens.end(token); i++) {
      char c = text.charAt(i);
      if (!TextTokens.isDigit(c) && !Character.isUpperCase(c)) {
        return false;
      }
    }
    return true;
  }

  private static boolean mixed(CharSequence code) {
    boolean letter = false;
    boolean digit = false;
    for (int i = 0; i < code.length(); i++) {
      letter |= Character.isLetter(code.charAt(i));
      digit |= TextTokens.isDigit(code.charAt(i));
    }
    return letter && digit;
  }

  /**
   * The last token of a driver licence that begins here, or -1: as the states write them, at most
   * three letters and 5 to 14 digits, hyphens between, or a mixture of at least eight characters.
   */
  private int license(int token) {
    int last = token;
    StringBuilder joined = new StringBuilder();
    if (tokens.length(token) > 16) {
      return -1;
    }
    joined.append(text, tokens.start(token), tokens.end(token));
    while (last + 1 < tokens.size()
        && last - token < 5
        && joined.length() <= 16
        && (tokens.joinedBy(last, '-') || digitsGoOn(last))) {
      last++;
      joined.append(text, tokens.start(last), tokens.end(last));
    }
    int digits = 0;
    int letters = 0;
    for (int i = 0; i < joined.length(); i++) {
      digits += TextTokens.isDigit(joined.charAt(i)) ? 1 : 0;
      letters += Character.isLetter(joined.charAt(i)) ? 1 : 0;
    }
    if (digits + letters != joined.length() || joined.length() > 16) {
      return -1;
    }
    boolean usual = letters <= 3 && digits >= 5 && joined.length() >= 7 && digits <= 14;
    boolean mixture = letters > 3 && digits >= 3 && joined.length() >= 8;
    return usual || mixture ? last : -1;
  }

  /** "123 456 789" and "A123 4567 8901": the next group is of digits, and this ends in one. */
  private boolean digitsGoOn(int token) {
    return tokens.joinedBy(token, ' ')
        && tokens.length(token) >= 3
        && tokens.length(token + 1) >= 3
        && TextTokens.isDigit(text.charAt(tokens.end(token) - 1))
        && tokens.digitsOnly(token + 1);
  }

  private void ipv6() {
    int at = text.indexOf(':');
    while (at >= 0) {
      int start = at;
      while (start > 0 && at - start <= LONGEST_IPV6 && hexOrColon(text.charAt(start - 1))) {
        start--;
      }
      int end = at;
      while (end < text.length() && hexOrColon(text.charAt(end))) {
        end++;
      }
      boolean inWord =
          (start > 0 && Character.isLetterOrDigit(text.charAt(start - 1)))
              || (end < text.length() && Character.isLetterOrDigit(text.charAt(end)));
      // A colon after it is the sentence's own.
      int last =
          end > at + 1 && text.charAt(end - 1) == ':' && text.charAt(end - 2) != ':'
              ? end - 1
              : end;
      if (!inWord && last - start <= LONGEST_IPV6 && isIpv6(text.substring(start, last))) {
        add(PersonalData.IP, start, last, 0.7);
      }
      at = text.indexOf(':', Math.max(end, at + 1));
    }
  }

  private static boolean hexOrColon(char c) {
    return c == ':' || Character.digit(c, 16) >= 0 && c < 128;
  }

  /** RFC 4291, without the form that ends in an IPv4 address; at least one group has a digit. */
  private static boolean isIpv6(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return false;
    }
    int groups = 0;
    boolean digit = false;
    for (String group : text.split(":", -1)) {
      if (group.length() > 4) {
        return false;
      }
      if (!group.isEmpty()) {
        groups++;
        digit |= group.chars().anyMatch(c -> c >= '0' && c <= '9');
      }
    }
    boolean emptyEnds = text.startsWith(":") && !text.startsWith("::");
    return digit && !emptyEnds && (gap >= 0 ? groups >= 2 && groups < 8 : groups == 8);
  }
}
