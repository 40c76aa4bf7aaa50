package com.auterity.neuroweaver.datasets.filter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A pattern of {@code like} over UTF-8: {@code %} is any text, {@code _} one character, a backslash
 * makes the next of {@code % _ \} an ordinary one.
 */
final class LikePattern {
  private static final int ONE = -1;
  private static final int ANY = -2;

  /** Bytes 0 to 255, and the two above. */
  private final int[] steps;

  private LikePattern(int[] steps) {
    this.steps = steps;
  }

  /** The place (from 0) of a backslash that escapes nothing, or -1. */
  static int badEscape(String pattern) {
    for (int i = 0; i < pattern.length(); i++) {
      if (pattern.charAt(i) == '\\') {
        if (i + 1 == pattern.length() || "%_\\".indexOf(pattern.charAt(i + 1)) < 0) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  static LikePattern of(String pattern) {
    byte[] bytes = pattern.getBytes(StandardCharsets.UTF_8);
    int[] steps = new int[bytes.length];
    int count = 0;
    for (int i = 0; i < bytes.length; i++) {
      int step = bytes[i] & 0xff;
      if (step == '\\') {
        step = bytes[++i] & 0xff;
      } else if (step == '%') {
        step = ANY;
      } else if (step == '_') {
        step = ONE;
      }
      steps[count++] = step;
    }
    return new LikePattern(Arrays.copyOf(steps, count));
  }

  /** Whether the whole text is of the pattern; the last % takes as little as it can, then more. */
  boolean matches(byte[] text, int start, int end) {
    int at = start;
    int step = 0;
    int afterAny = -1;
    int anyEnds = -1;
    while (at < end) {
      int wanted = step < steps.length ? steps[step] : Integer.MIN_VALUE;
      if (wanted == ANY) {
        afterAny = ++step;
        anyEnds = at;
      } else if (wanted == ONE) {
        at = next(text, at, end);
        step++;
      } else if (wanted == (text[at] & 0xff)) {
        at++;
        step++;
      } else if (afterAny >= 0) {
        anyEnds = next(text, anyEnds, end);
        at = anyEnds;
        step = afterAny;
      } else {
        return false;
      }
    }
    while (step < steps.length && steps[step] == ANY) {
      step++;
    }
    return step == steps.length;
  }

  /** Where the next character begins. */
  private static int next(byte[] text, int at, int end) {
    int next = at + 1;
    while (next < end && (text[next] & 0xc0) == 0x80) {
      next++;
    }
    return next;
  }
}
