package com.auterity.neuroweaver.jobs.refinement.text;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * What text filters look at, each in linear time (n log n where it sorts) and at most 16 MiB. A
 * word is a run of letters, digits, marks and apostrophes.
 */
public final class TextMeasures {
  /** So many words of a text are looked at for what repeats. */
  static final int MOST_WORDS = 1_000_000;

  private static final int LONGEST_WORD = 40;
  private static final long BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private TextMeasures() {}

  /** Code points. */
  public static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  public static int words(String text) {
    int words = 0;
    for (int at = 0; (at = wordStart(text, at)) < text.length(); at = wordEnd(text, at)) {
      words++;
    }
    return words;
  }

  /** Of the characters that are no white space, the share that are neither letters nor digits. */
  public static double symbols(String text) {
    return share(text, c -> !isWord(c));
  }

  /** Of the characters that are no white space, the share of digits. */
  public static double digits(String text) {
    return share(text, Character::isDigit);
  }

  /** Of the words, the share that the set holds, in lower case. */
  public static double among(String text, Set<String> words) {
    int all = 0;
    int among = 0;
    int end;
    for (int at = 0; (at = wordStart(text, at)) < text.length(); at = end) {
      end = wordEnd(text, at);
      all++;
      if (end - at <= LONGEST_WORD
          && words.contains(
              text.substring(at, end).toLowerCase(Locale.ROOT).replace('\u2019', '\''))) {
        among++;
      }
    }
    return all == 0 ? 0 : (double) among / all;
  }

  /**
   * Of the n-grams of words, in lower case, the share that stood in the text before: 0 when each
   * stands once, near 1 when one is said over and over. 0 for fewer than n words.
   */
  public static double repeatedNgrams(String text, int n) {
    long[] words = wordHashes(text);
    int count = words.length - n + 1;
    if (count < 1) {
      return 0;
    }
    long[] ngrams = new long[count];
    for (int i = 0; i < count; i++) {
      long hash = BASIS;
      for (int j = 0; j < n; j++) {
        hash = mixed((hash ^ words[i + j]) * PRIME);
      }
      ngrams[i] = hash;
    }
    // Sorted, not put into a hash table: no text can make this slow.
    Arrays.sort(ngrams);
    int repeated = 0;
    for (int i = 1; i < count; i++) {
      repeated += ngrams[i] == ngrams[i - 1] ? 1 : 0;
    }
    return (double) repeated / count;
  }

  /** Characters of the longest line, without white space around it, that stands there twice. */
  public static int longestRepeatedLine(String text) {
    long[] hashes = new long[16];
    int lines = 0;
    for (int at = 0; at < text.length(); ) {
      int end = lineEnd(text, at);
      long hash = lineHash(text, at, end);
      if (hash != BASIS) {
        if (lines == MOST_WORDS) {
          break;
        }
        if (lines == hashes.length) {
          hashes = Arrays.copyOf(hashes, lines * 2);
        }
        hashes[lines++] = hash;
      }
      at = end + 1;
    }
    Arrays.sort(hashes, 0, lines);
    int twice = 0;
    for (int i = 1; i < lines; i++) {
      if (hashes[i] == hashes[i - 1] && (twice == 0 || hashes[twice - 1] != hashes[i])) {
        hashes[twice++] = hashes[i];
      }
    }
    int longest = 0;
    for (int at = 0; twice > 0 && at < text.length(); ) {
      int end = lineEnd(text, at);
      long hash = lineHash(text, at, end);
      if (Arrays.binarySearch(hashes, 0, twice, hash) >= 0) {
        String line = text.substring(at, end).strip();
        longest = Math.max(longest, characters(line));
      }
      at = end + 1;
    }
    return longest;
  }

  private static int lineEnd(String text, int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end;
  }

  /** Of what is between white space; {@link #BASIS} for nothing. */
  private static long lineHash(String text, int from, int to) {
    int start = from;
    int end = to;
    while (start < end && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    while (end > start && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    if (start == end) {
      return BASIS;
    }
    long hash = BASIS;
    for (int i = start; i < end; i++) {
      hash = (hash ^ text.charAt(i)) * PRIME;
    }
    return mixed(hash);
  }

  private static long[] wordHashes(String text) {
    long[] hashes = new long[16];
    int words = 0;
    int end;
    for (int at = 0; words < MOST_WORDS && (at = wordStart(text, at)) < text.length(); at = end) {
      end = wordEnd(text, at);
      long hash = BASIS;
      for (int i = at; i < end; i++) {
        hash = (hash ^ Character.toLowerCase(text.charAt(i))) * PRIME;
      }
      if (words == hashes.length) {
        hashes = Arrays.copyOf(hashes, words * 2);
      }
      hashes[words++] = mixed(hash);
    }
    return Arrays.copyOf(hashes, words);
  }

  /** The finalizer of MurmurHash3. */
  private static long mixed(long hash) {
    long h = hash;
    h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
    return h ^ h >>> 33;
  }

  private interface CharacterTest {
    boolean test(int codePoint);
  }

  private static double share(String text, CharacterTest test) {
    int all = 0;
    int passed = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (!Character.isWhitespace(c) && !Character.isSpaceChar(c)) {
        all++;
        passed += test.test(c) ? 1 : 0;
      }
    }
    return all == 0 ? 0 : (double) passed / all;
  }

  /** Where the next word begins, or the end of the text. */
  public static int wordStart(String text, int from) {
    int at = from;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      if (isWord(c)) {
        return at;
      }
      at += Character.charCount(c);
    }
    return text.length();
  }

  public static int wordEnd(String text, int start) {
    int at = start;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      boolean inside = isWord(c) || ((c == '\'' || c == 0x2019) && continues(text, at + 1));
      if (!inside) {
        break;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  private static boolean continues(String text, int at) {
    return at < text.length() && isWord(text.codePointAt(at));
  }

  private static boolean isWord(int c) {
    if (Character.isLetterOrDigit(c)) {
      return true;
    }
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }
}
