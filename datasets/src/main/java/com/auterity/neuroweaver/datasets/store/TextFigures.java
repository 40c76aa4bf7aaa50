package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.TextValues;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Figures of a column's texts, taken in one pass that also hashes the text. */
final class TextFigures {
  private static final long BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  /** Longer texts are no numbers, dates or times. */
  private static final int LONGEST_TYPED = 40;

  /** What a text can be read as. */
  private enum Kind {
    INTEGER,
    NUMBER,
    BOOLEAN,
    DATE,
    TIMESTAMP,
    BLANK,
    TEXT
  }

  private final long[] kinds = new long[Kind.values().length];
  private long shortest = Long.MAX_VALUE;
  private long longest;
  private long characters;
  private long words;
  private long beyondAscii;
  private long repeated;

  /** Returns a hash of the text: FNV-1a over its characters, then MurmurHash3's finalizer. */
  long add(String text) {
    int length = text.length();
    long hash = BASIS;
    int before = -1;
    boolean inWord = false;
    int starts = 0;
    int wide = 0;
    int same = 0;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      hash = (hash ^ c) * PRIME;
      boolean space = c <= ' ' || (c >= 0x80 && Character.isWhitespace(c));
      starts += !space & !inWord ? 1 : 0;
      inWord = !space;
      wide += c >= 0x80 ? 1 : 0;
      same += c == before ? 1 : 0;
      before = c;
    }
    shortest = Math.min(shortest, length);
    longest = Math.max(longest, length);
    characters += length;
    words += starts;
    beyondAscii += wide;
    repeated += same;
    kinds[kind(text, starts).ordinal()]++;
    return mixed(hash);
  }

  static long mixed(long bits) {
    long hash = bits;
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  private static Kind kind(String text, int words) {
    if (words == 0) {
      return Kind.BLANK;
    }
    if (words > 2 || text.length() > LONGEST_TYPED) {
      return Kind.TEXT;
    }
    char first = text.charAt(0);
    boolean mayBeTyped = first <= '9' || (first | 0x20) == 't' || (first | 0x20) == 'f';
    return !mayBeTyped
        ? Kind.TEXT
        : isUsualDate(text, text.length())
            ? Kind.DATE
            : isUsualTime(text)
                ? Kind.TIMESTAMP
                : switch (TextValues.typeOf(text)) {
                  case INT64 -> Kind.INTEGER;
                  case FLOAT64 -> Kind.NUMBER;
                  case BOOL -> Kind.BOOLEAN;
                  case DATE -> Kind.DATE;
                  case TIMESTAMP -> Kind.TIMESTAMP;
                  case STRING -> Kind.TEXT;
                };
  }

  /** {@code 2026-01-31}, of days that every month has; the rest is left to {@link TextValues}. */
  private static boolean isUsualDate(String text, int length) {
    return length == 10
        && text.charAt(4) == '-'
        && text.charAt(7) == '-'
        && two(text, 0) >= 0
        && two(text, 2) >= 0
        && two(text, 5) >= 1
        && two(text, 5) <= 12
        && two(text, 8) >= 1
        && two(text, 8) <= 28;
  }

  /** {@code 2026-01-31T09:30:00}, perhaps with a Z. */
  private static boolean isUsualTime(String text) {
    int length = text.length();
    return (length == 19 || (length == 20 && text.charAt(19) == 'Z'))
        && isUsualDate(text, 10)
        && (text.charAt(10) == 'T' || text.charAt(10) == ' ')
        && text.charAt(13) == ':'
        && text.charAt(16) == ':'
        && two(text, 11) >= 0
        && two(text, 11) <= 23
        && two(text, 14) >= 0
        && two(text, 14) <= 59
        && two(text, 17) >= 0
        && two(text, 17) <= 59;
  }

  /** Two digits as a number, or -1. */
  private static int two(String text, int at) {
    int tens = text.charAt(at) - '0';
    int ones = text.charAt(at + 1) - '0';
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : -1;
  }

  void add(State other) {
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] += other.kinds()[i];
    }
    shortest = Math.min(shortest, other.shortest());
    longest = Math.max(longest, other.longest());
    characters += other.characters();
    words += other.words();
    beyondAscii += other.beyondAscii();
    repeated += other.repeated();
  }

  State state() {
    return new State(kinds, shortest, longest, characters, words, beyondAscii, repeated);
  }

  /** What the values can be read as, by how many. */
  void writeTypes(ObjectNode into) {
    for (Kind kind : Kind.values()) {
      if (kinds[kind.ordinal()] > 0) {
        into.put(kind.name().toLowerCase(java.util.Locale.ROOT), kinds[kind.ordinal()]);
      }
    }
  }

  /** Lengths in UTF-16 units; shares of all characters. */
  void write(ObjectNode into, long values) {
    into.put("min_length", shortest).put("max_length", longest);
    into.put("mean_words", (double) words / values);
    double all = Math.max(1, characters);
    into.put("non_ascii_share", beyondAscii / all);
    into.put("repeated_share", repeated / all);
  }

  long characters() {
    return characters;
  }

  record State(
      long[] kinds,
      long shortest,
      long longest,
      long characters,
      long words,
      long beyondAscii,
      long repeated) {}
}
