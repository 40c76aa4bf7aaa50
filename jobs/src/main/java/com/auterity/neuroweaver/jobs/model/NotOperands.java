package com.auterity.neuroweaver.jobs.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Puts parentheses around what {@code not} negates in a Jinja template. In Jinja2 {@code not a is
 * defined} and {@code not a|length == 1} negate the whole test or comparison, up to the next and,
 * or, if, else, comma or bracket; the library that renders here negates {@code a} alone.
 */
final class NotOperands {
  private static final Set<String> ENDS = Set.of("and", "or", "if", "else");

  private final String text;
  private final int end;
  private final StringBuilder out;
  private int at;

  private NotOperands(String text, int from, int end, StringBuilder out) {
    this.text = text;
    this.at = from;
    this.end = end;
    this.out = out;
  }

  /** The template with those parentheses; all else stays as it is. */
  static String parenthesized(String template) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      int open = template.indexOf('{', at);
      if (open < 0 || open + 1 == template.length()) {
        break;
      }
      out.append(template, at, open);
      char kind = template.charAt(open + 1);
      if (kind == '#') {
        int close = template.indexOf("#}", open + 2);
        at = close < 0 ? template.length() : close + 2;
        out.append(template, open, at);
      } else if (kind == '%' || kind == '{') {
        int close = close(template, open + 2, kind == '%' ? "%}" : "}}");
        int from = open + 2;
        // The sign that trims white space belongs to the bracket.
        int to = close > from && "-+".indexOf(template.charAt(close - 1)) >= 0 ? close - 1 : close;
        out.append(template, open, from);
        new NotOperands(template, from, to, out).rewrite();
        out.append(template, to, close);
        at = close;
        if (kind == '%' && template.substring(from, close).matches("[-+]?\\s*raw\\s*[-+]?")) {
          int after = template.indexOf("endraw", close);
          at = after < 0 ? template.length() : after;
          out.append(template, close, at);
        }
      } else {
        out.append('{');
        at = open + 1;
      }
    }
    return out.append(template, at, template.length()).toString();
  }

  /** Where the bracket closes, outside of texts; the end of the template if nowhere. */
  private static int close(String template, int from, String bracket) {
    int depth = 0;
    for (int i = from; i < template.length(); i++) {
      char c = template.charAt(i);
      if (depth == 0 && template.startsWith(bracket, i)) {
        return i;
      }
      if (c == '\'' || c == '"') {
        i = textEnd(template, i) - 1;
      } else if (c == '{') {
        depth++;
      } else if (c == '}') {
        depth--;
      }
    }
    return template.length();
  }

  private static int textEnd(String template, int from) {
    char quote = template.charAt(from);
    for (int i = from + 1; i < template.length(); i++) {
      if (template.charAt(i) == '\\') {
        i++;
      } else if (template.charAt(i) == quote) {
        return i + 1;
      }
    }
    return template.length();
  }

  private void rewrite() {
    Deque<Integer> open = new ArrayDeque<>();
    int depth = 0;
    String before = "";
    while (at < end) {
      char c = text.charAt(at);
      int from = at;
      if (c == '\'' || c == '"') {
        at = Math.min(end, textEnd(text, at));
        before = "";
      } else if (Character.isJavaIdentifierStart(c)) {
        while (at < end && Character.isJavaIdentifierPart(text.charAt(at))) {
          at++;
        }
        String word = text.substring(from, at);
        if (ENDS.contains(word) && !before.equals(".")) {
          closeAt(open, depth);
        }
        if (word.equals("not") && !before.equals("is") && !nextWordIsIn()) {
          out.append("not (");
          open.push(depth);
          from = at;
        }
        before = word;
      } else {
        at++;
        if ("([{".indexOf(c) >= 0) {
          depth++;
        } else if (")]}".indexOf(c) >= 0) {
          closeAt(open, depth);
          depth--;
        } else if (c == ',' || c == ':') {
          closeAt(open, depth);
        }
        before = Character.isWhitespace(c) ? before : String.valueOf(c);
      }
      out.append(text, from, at);
    }
    closeAt(open, -1);
  }

  private void closeAt(Deque<Integer> open, int depth) {
    while (!open.isEmpty() && open.peek() >= depth) {
      open.pop();
      out.append(')');
    }
  }

  private boolean nextWordIsIn() {
    int i = at;
    while (i < end && Character.isWhitespace(text.charAt(i))) {
      i++;
    }
    return text.startsWith("in", i)
        && (i + 2 >= end || !Character.isJavaIdentifierPart(text.charAt(i + 2)));
  }
}
