package com.auterity.neuroweaver.jobs.refinement;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The set of a text's shingles, each as a 32-bit hash: runs of {@code size} words (letters and
 * digits) or characters (blanks run together), in lower case unless case counts. A text with fewer
 * words or characters than that is one shingle; one without any has none. Works on UTF-8 without an
 * object for each shingle. Not thread-safe; one for each thread.
 */
final class Shingler {
  /** What a row's shingles are taken from ends after so many: bounds a row's time and memory. */
  static final int MOST = 1 << 20;

  private static final long WORD = 0x100000001b3L;
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private final boolean words;
  private final int size;
  private final boolean lower;

  /** For ASCII: what the character counts as, 0 for one between words. */
  private final byte[] ascii = new byte[128];

  /** The last {@code size} words' or characters' hashes, in a ring. */
  private final long[] ring;

  private int[] hashes = new int[256];

  private final HashMarks marks = new HashMarks();
  private int count;
  private int seen;
  private int at;
  private long word;
  private boolean inWord;

  Shingler(boolean words, int size, boolean caseCounts) {
    this.words = words;
    this.size = size;
    this.lower = !caseCounts;
    this.ring = new long[size];
    for (int c = 0; c < 128; c++) {
      if (words ? Character.isLetterOrDigit(c) : c > ' ' && c != 127) {
        ascii[c] = (byte) (lower ? Character.toLowerCase(c) : c);
      }
    }
  }

  /** Begins the next row. */
  void begin() {
    count = 0;
    seen = 0;
    at = 0;
    word = 0;
    inWord = false;
  }

  void add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    add(utf8, 0, utf8.length);
  }

  /** Goes on with a column's text; between columns there is a blank. */
  void add(byte[] utf8, int from, int to) {
    int i = from;
    while (i < to && count < MOST) {
      int b = utf8[i];
      if (b >= 0 && words) {
        i = asciiWords(utf8, i, to);
        continue;
      }
      if (b >= 0) {
        i++;
        byte c = ascii[b];
        if (c != 0) {
          take(c);
        } else {
          gap();
        }
        continue;
      }
      int length = b >= (byte) 0xF0 ? 4 : b >= (byte) 0xE0 ? 3 : b >= (byte) 0xC0 ? 2 : 1;
      if (length == 1 || i + length > to) {
        // No UTF-8 begins so: what is broken counts as a gap.
        i++;
        gap();
        continue;
      }
      int code = b & (0xFF >> (length + 1));
      for (int k = 1; k < length; k++) {
        code = code << 6 | utf8[i + k] & 0x3F;
      }
      i += length;
      if (counts(code)) {
        take(lower ? Character.toLowerCase(code) : code);
      } else {
        gap();
      }
    }
    gap();
  }

  /** Goes on to the first byte that is no ASCII, or as far as is looked. */
  private int asciiWords(byte[] utf8, int from, int to) {
    long hash = word;
    int i = from;
    while (i < to && utf8[i] >= 0) {
      byte c = ascii[utf8[i++]];
      if (c != 0) {
        hash = (hash ^ c) * WORD;
        inWord = true;
      } else if (inWord) {
        push(mixed(hash));
        hash = 0;
        inWord = false;
        if (count >= MOST) {
          break;
        }
      }
    }
    word = hash;
    return i;
  }

  private boolean counts(int code) {
    if (words) {
      return Character.isLetterOrDigit(code)
          || Character.getType(code) == Character.NON_SPACING_MARK
          || Character.getType(code) == Character.COMBINING_SPACING_MARK;
    }
    return !Character.isWhitespace(code) && !Character.isSpaceChar(code);
  }

  private void take(int code) {
    if (words) {
      word = (word ^ code) * WORD;
    } else {
      if (!inWord && seen > 0) {
        push(mixed(' '));
      }
      push(mixed(code));
    }
    inWord = true;
  }

  private void gap() {
    if (inWord && words) {
      push(mixed(word));
      word = 0;
    }
    inWord = false;
  }

  private void push(long hash) {
    ring[at] = hash;
    at = at + 1 == size ? 0 : at + 1;
    if (++seen >= size && count < MOST) {
      emit(size);
    }
  }

  /** The last {@code length} of the ring, oldest first, as one shingle. */
  private void emit(int length) {
    long hash = length;
    int from = at - length < 0 ? at - length + size : at - length;
    for (int k = from; k < from + length; k++) {
      hash = hash * STEP + ring[k < size ? k : k - size];
    }
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * count);
    }
    hashes[count++] = (int) (mixed(hash) >>> 32);
  }

  /** Ends the row: how many different shingles it has. They are in {@link #hashes}. */
  int end() {
    if (count == 0 && seen > 0) {
      emit(Math.min(seen, size));
    }
    marks.begin(count);
    int distinct = 0;
    for (int i = 0; i < count; i++) {
      if (marks.add(hashes[i])) {
        hashes[distinct++] = hashes[i];
      }
    }
    count = distinct;
    return count;
  }

  /** The shingles of the row that ended, ascending from here on. */
  int[] sorted() {
    Arrays.sort(hashes, 0, count);
    return hashes;
  }

  /** Of the row that ended, until the next begins; more may follow that do not count. */
  int[] hashes() {
    return hashes;
  }

  /** Equal for rows with equal sets; of others, with the odds of 64 bits. */
  long identity() {
    long sum = count;
    for (int i = 0; i < count; i++) {
      sum += mixed(hashes[i] * STEP ^ STEP);
    }
    return sum;
  }

  /** SplittableRandom's finalizer: every bit of the input changes every bit of the output. */
  static long mixed(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
