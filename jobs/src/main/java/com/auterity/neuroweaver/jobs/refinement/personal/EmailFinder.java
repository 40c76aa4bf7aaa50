package com.auterity.neuroweaver.jobs.refinement.personal;

import java.util.Set;

/**
 * Finds e-mail addresses: around each at sign, and those written out ("jo at mail dot com") around
 * each word "dot" or "at". Local parts have at most 64 characters, domains at most 253 (RFC 5321).
 */
final class EmailFinder {
  private static final int LOCAL = 64;
  private static final int DOMAIN = 253;
  private static final Set<String> ENDINGS =
      Set.of(
          "com", "net", "org", "edu", "gov", "us", "io", "co", "uk", "ca", "de", "fr", "info",
          "biz", "me", "mil", "app", "dev", "au", "mx");
  private static final Set<String> PROVIDERS =
      Set.of(
          "gmail",
          "yahoo",
          "outlook",
          "hotmail",
          "icloud",
          "aol",
          "proton",
          "protonmail",
          "comcast",
          "msn",
          "live",
          "ymail",
          "att",
          "verizon",
          "me",
          "mac",
          "gmx",
          "zoho",
          "sbcglobal");

  private final String text;
  private final TextTokens tokens;
  private final Candidates found;

  EmailFinder(String text, TextTokens tokens, Candidates found) {
    this.text = text;
    this.tokens = tokens;
    this.found = found;
  }

  void find() {
    for (int at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      around(at);
    }
    for (int token = 1; token + 1 < tokens.size(); token++) {
      if (tokens.length(token) == 2 && tokens.lower(token).equals("at")) {
        spelled(token);
      }
    }
  }

  private void around(int at) {
    int start = at;
    while (start > 0 && at - start <= LOCAL && local(text.charAt(start - 1))) {
      start--;
    }
    while (start < at && !Character.isLetterOrDigit(text.charAt(start))) {
      start++;
    }
    int end = at + 1;
    int dot = -1;
    while (end < text.length() && end - at <= DOMAIN && domain(text, end)) {
      if (text.charAt(end) == '.') {
        dot = end;
      }
      end++;
    }
    boolean letters = dot > at + 1 && end - dot > 2;
    for (int i = dot + 1; letters && i < end; i++) {
      letters = Character.isLetter(text.charAt(i));
    }
    if (letters && start < at && at - start <= LOCAL && end - at <= DOMAIN) {
      found.add(PersonalData.EMAIL, start, end, 0.95);
    }
  }

  private static boolean local(char c) {
    return Character.isLetterOrDigit(c) || "._%+-'".indexOf(c) >= 0;
  }

  /** Letters and digits, and single dots and hyphens between them. */
  private static boolean domain(String text, int at) {
    char c = text.charAt(at);
    if (c == '.' || c == '-') {
      int next = at + 1;
      while (c == '-' && next < text.length() && text.charAt(next) == '-' && next - at < 4) {
        next++;
      }
      return next < text.length() && Character.isLetterOrDigit(text.charAt(next));
    }
    return Character.isLetterOrDigit(c);
  }

  /** {@code local [dot local] at host dot com}, brackets around "at" and "dot" allowed. */
  private void spelled(int at) {
    if (tokens.gap(at - 1) > 4 || tokens.gap(at) > 4 || at + 2 >= tokens.size()) {
      return;
    }
    boolean bracket = "[({<".indexOf(text.charAt(tokens.start(at) - 1)) >= 0;
    int host = at + 1;
    int token = host;
    while (token + 1 < tokens.size() && tokens.joinedBy(token, '-') && token - host < 4) {
      token++;
    }
    boolean dotted = false;
    boolean spelledDot = false;
    for (int i = 0; i < 3; i++) {
      if (token + 2 < tokens.size()
          && tokens.lower(token + 1).equals("dot")
          && tokens.gap(token) <= 4
          && tokens.gap(token + 1) <= 4
          && tokens.lettersOnly(token + 2)) {
        token += 2;
        spelledDot = true;
      } else if (token + 1 < tokens.size() && tokens.joinedBy(token, '.')) {
        token++;
        dotted = true;
      } else {
        break;
      }
    }
    if ((!dotted && !spelledDot) || !ENDINGS.contains(tokens.lower(token))) {
      return;
    }
    if (!spelledDot && !bracket && !PROVIDERS.contains(tokens.lower(host))) {
      return;
    }
    int first = at - 1;
    while (first > 0 && at - first < 8) {
      if (joinedLocal(first - 1)) {
        first--;
      } else if (first > 1 && spelledJoint(first - 1)) {
        first -= 2;
      } else {
        break;
      }
    }
    found.add(
        PersonalData.EMAIL,
        tokens.start(first),
        tokens.end(token),
        bracket || spelledDot ? 0.85 : 0.7);
  }

  private boolean joinedLocal(int token) {
    return tokens.gap(token) == 1 && "._+-%".indexOf(text.charAt(tokens.end(token))) >= 0;
  }

  private boolean spelledJoint(int token) {
    String word = tokens.lower(token);
    return (word.equals("dot") || word.equals("underscore") || word.equals("dash"))
        && tokens.gap(token) <= 3
        && tokens.gap(token - 1) <= 3;
  }
}
