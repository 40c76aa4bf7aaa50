package com.auterity.neuroweaver.jobs.refinement.personal;

import java.util.Arrays;
import java.util.Locale;

/** Places of the words of a text: its maximal runs of letters and digits, in order. */
final class TextTokens {
  /** Longer words are nothing anybody looks for; their lower case is the empty text. */
  private static final int LONGEST = 24;

  private final String text;
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private int size;

  TextTokens(String text) {
    this.text = text;
    int at = 0;
    while (at < text.length()) {
      if (!Character.isLetterOrDigit(text.charAt(at))) {
        at++;
        continue;
      }
      int start = at;
      while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
        at++;
      }
      if (size == starts.length) {
        starts = Arrays.copyOf(starts, size * 2);
        ends = Arrays.copyOf(ends, size * 2);
      }
      starts[size] = start;
      ends[size++] = at;
    }
  }

  int size() {
    return size;
  }

  int start(int token) {
    return starts[token];
  }

  int end(int token) {
    return ends[token];
  }

  int length(int token) {
    return ends[token] - starts[token];
  }

  /** The last token that ends at or before a place, or -1. */
  int before(int place) {
    int found = Arrays.binarySearch(ends, 0, size, place);
    return found >= 0 ? found : -found - 2;
  }

  /** The first token that starts at or after a place, or {@link #size}. */
  int after(int place) {
    int found = Arrays.binarySearch(starts, 0, size, place);
    return found >= 0 ? found : -found - 1;
  }

  String lower(int token) {
    return token < 0 || token >= size || length(token) > LONGEST
        ? ""
        : text.substring(starts[token], ends[token]).toLowerCase(Locale.ROOT);
  }

  /** What stands between a token and the next one, or to the end of the text. */
  int gap(int token) {
    return (token + 1 < size ? starts[token + 1] : text.length()) - ends[token];
  }

  /** Whether exactly this character stands between a token and the next one. */
  boolean joinedBy(int token, char joint) {
    return token + 1 < size && gap(token) == 1 && text.charAt(ends[token]) == joint;
  }

  boolean digitsOnly(int token) {
    for (int i = starts[token]; i < ends[token]; i++) {
      if (!isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  boolean lettersOnly(int token) {
    for (int i = starts[token]; i < ends[token]; i++) {
      if (!Character.isLetter(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** A capital, then at least one small letter. */
  boolean titleCase(int token) {
    return length(token) > 1
        && Character.isUpperCase(text.charAt(starts[token]))
        && Character.isLowerCase(text.charAt(ends[token] - 1))
        && lettersOnly(token);
  }

  boolean upperCase(int token) {
    for (int i = starts[token]; i < ends[token]; i++) {
      if (!Character.isUpperCase(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a sentence ends between a token and the next one. */
  boolean sentenceEnds(int token) {
    for (int i = ends[token]; i < ends[token] + Math.min(gap(token), 8); i++) {
      char c = text.charAt(i);
      boolean last = i + 1 >= text.length() || Character.isWhitespace(text.charAt(i + 1));
      if (c == '!' || c == '?' || (c == '.' && last && length(token) > 3)) {
        return true;
      }
    }
    return gap(token) > 8;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
