package com.auterity.neuroweaver.datasets.filter;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A word of a filter.
 *
 * @param text without its quotes
 * @param position of its first character, from 1
 */
record FilterToken(Kind kind, String text, int position) {
  enum Kind {
    WORD,
    QUOTED_NAME,
    TEXT,
    NUMBER,
    SIGN,
    END
  }

  private static final Set<String> RESERVED =
      Set.of("and", "or", "not", "in", "is", "null", "like", "true", "false");

  static List<FilterToken> of(String where) {
    List<FilterToken> tokens = new ArrayList<>();
    for (int at = 0; at < where.length(); ) {
      char c = where.charAt(at);
      int end;
      if (Character.isWhitespace(c)) {
        at++;
        continue;
      } else if (c == '\'' || c == '"') {
        end = endOfQuoted(where, at);
        String quote = String.valueOf(c);
        tokens.add(
            new FilterToken(
                c == '"' ? Kind.QUOTED_NAME : Kind.TEXT,
                where.substring(at + 1, end - 1).replace(quote + quote, quote),
                at + 1));
      } else if (Character.isLetter(c) || c == '_') {
        end = at + 1;
        while (end < where.length()
            && (Character.isLetterOrDigit(where.charAt(end)) || where.charAt(end) == '_')) {
          end++;
        }
        tokens.add(new FilterToken(Kind.WORD, where.substring(at, end), at + 1));
      } else if (startsNumber(where, at)) {
        end = endOfNumber(where, at);
        tokens.add(new FilterToken(Kind.NUMBER, where.substring(at, end), at + 1));
      } else {
        boolean two = at + 1 < where.length() && isTwo(where.substring(at, at + 2));
        end = at + (two ? 2 : 1);
        String sign = where.substring(at, end);
        if (!two && "=<>(),".indexOf(c) < 0) {
          throw wrong(
              at + 1,
              "'" + sign + "'",
              "a column, a value, a comparison (= != < <= > >=), a parenthesis or a comma");
        }
        tokens.add(new FilterToken(Kind.SIGN, sign, at + 1));
      }
      at = end;
    }
    tokens.add(new FilterToken(Kind.END, "", where.length() + 1));
    return tokens;
  }

  private static boolean isTwo(String sign) {
    return Set.of("<=", ">=", "!=", "<>").contains(sign);
  }

  private static int endOfQuoted(String where, int at) {
    char quote = where.charAt(at);
    for (int i = at + 1; i < where.length(); i++) {
      if (where.charAt(i) == quote) {
        if (i + 1 < where.length() && where.charAt(i + 1) == quote) {
          i++;
        } else {
          return i + 1;
        }
      }
    }
    throw wrong(
        at + 1,
        "a quote that does not end",
        "another " + quote + " at its end (a quote inside is doubled)");
  }

  private static boolean startsNumber(String where, int at) {
    char c = where.charAt(at);
    int digit = c == '-' || c == '+' ? at + 1 : at;
    return digit < where.length() && Character.isDigit(where.charAt(digit));
  }

  /** Everything that could belong to a number, so that 2020x is one wrong number, not two words. */
  private static int endOfNumber(String where, int at) {
    int end = at + 1;
    while (end < where.length()) {
      char c = where.charAt(end);
      char before = where.charAt(end - 1);
      boolean signOfExponent = (c == '-' || c == '+') && (before == 'e' || before == 'E');
      if (!Character.isLetterOrDigit(c) && c != '.' && c != '_' && !signOfExponent) {
        break;
      }
      end++;
    }
    return end;
  }

  boolean is(String word) {
    return kind == Kind.WORD && text.equalsIgnoreCase(word);
  }

  boolean isSign(String sign) {
    return kind == Kind.SIGN && text.equals(sign);
  }

  boolean isColumn() {
    return kind == Kind.QUOTED_NAME
        || (kind == Kind.WORD && !RESERVED.contains(text.toLowerCase(Locale.ROOT)));
  }

  /** As messages show it. */
  String shown() {
    return switch (kind) {
      case END -> "the end";
      case TEXT -> "the text '" + brief(text) + "'";
      case NUMBER -> "the number " + brief(text);
      case WORD, QUOTED_NAME -> brief(text);
      case SIGN -> "'" + text + "'";
    };
  }

  private static String brief(String text) {
    return text.length() <= 60 ? text : text.substring(0, 57) + "...";
  }

  NeuroWeaverException wrong(String expected) {
    return wrong(position, shown(), expected);
  }

  static NeuroWeaverException wrong(int position, String found, String expected) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("field", "where");
    details.put("position", position);
    details.put("found", found);
    details.put("expected", expected);
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        "where, character " + position + ": found " + found + ", expected " + expected,
        details);
  }
}
