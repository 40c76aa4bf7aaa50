package com.auterity.neuroweaver.jobs.refinement.similarity;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The set of a text's shingles, each as a 32-bit hash: runs of {@code size} words (letters and
 * digits) or characters (blanks run together), in lower case unless case counts. A text with fewer
 * words or characters than that is one shingle; one without any has none. Works on UTF-8 without an
 * object for each shingle. Not thread-safe; one for each thread.
 */
public final class Shingler {
  /** What a row's shingles are taken from ends after so many: bounds a row's time and memory. */
  static final int MOST = 1 << 20;

  private static final long WORD = 0x100000001b3L;
  private static final long STEP = 0x9E3779B97F4A7C15L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** One in each byte of a long. */
  private static final long ONES = 0x0101010101010101L;

  private static final long HIGH = 0x8080808080808080L;

  /** The bit that lower case has and upper case has not. */
  private static final long CASE = 0x2020202020202020L;

  /** The lowest 0 to 8 bytes of a long. */
  private static final long[] FIRST = new long[Long.BYTES + 1];

  static {
    for (int bytes = 1; bytes < FIRST.length; bytes++) {
      FIRST[bytes] = -1L >>> Long.SIZE - Byte.SIZE * bytes;
    }
  }

  private final boolean words;
  private final int size;
  private final boolean lower;

  /** The last {@code size} words' or characters' hashes, in a ring. */
  private final long[] ring;

  /** {@code STEP} to the power of {@code size - 1}: what the oldest in the ring counts. */
  private final long oldest;

  private final HashMarks marks = new HashMarks();
  private int[] hashes = new int[256];
  private int count;
  private int seen;
  private int at;

  /** What is in the ring as a polynomial of {@code STEP}, the newest last. */
  private long rolling;

  private boolean inText;

  public Shingler(boolean words, int size, boolean caseCounts) {
    this.words = words;
    this.size = size;
    this.lower = !caseCounts;
    this.ring = new long[size];
    this.oldest = power(size - 1);
  }

  private static long power(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= STEP;
    }
    return power;
  }

  /** Begins the next row. */
  public void begin() {
    count = 0;
    seen = 0;
    at = 0;
    rolling = 0;
    inText = false;
  }

  public void add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    add(utf8, 0, utf8.length);
  }

  /** Goes on with a column's text; between columns there is a blank. */
  public void add(byte[] utf8, int from, int to) {
    if (words) {
      addWords(utf8, from, to);
    } else {
      addCharacters(utf8, from, to);
    }
  }

  // ---- words

  /**
   * Where words begin and end is found for 64 bytes at a time. What is not ASCII counts as part of
   * a word at first; such words are gone through character by character.
   */
  private void addWords(byte[] utf8, int from, int to) {
    boolean ascii = true;
    long inWord = 0;
    int start = -1;
    for (int at = from; at < to && count < MOST; at += Long.SIZE) {
      long marks = 0;
      long all = 0;
      for (int k = 0; k < Long.SIZE; k += Long.BYTES) {
        long bytes = eight(utf8, at + k, to);
        all |= bytes;
        marks |= highBits(inWords(bytes)) << k;
      }
      ascii &= (all & HIGH) == 0;
      long changes = marks ^ (marks << 1 | inWord);
      inWord = marks >>> Long.SIZE - 1;
      for (; changes != 0; changes &= changes - 1) {
        int place = at + Long.numberOfTrailingZeros(changes);
        if (start < 0) {
          start = place;
        } else {
          addWord(utf8, start, place, ascii);
          start = -1;
        }
      }
    }
    if (start >= 0) {
      addWord(utf8, start, to, ascii);
    }
  }

  private void addWord(byte[] utf8, int from, int to, boolean ascii) {
    if (ascii || isAscii(utf8, from, to)) {
      push(asciiHash(utf8, from, to));
    } else {
      addOtherWords(utf8, from, to);
    }
  }

  private static boolean isAscii(byte[] utf8, int from, int to) {
    for (int i = from; i < to; i++) {
      if (utf8[i] < 0) {
        return false;
      }
    }
    return true;
  }

  /** The next eight bytes, the first lowest; zeros where the text has ended. */
  private static long eight(byte[] utf8, int from, int to) {
    int length = Math.max(0, Math.min(Long.BYTES, to - from));
    if (from <= utf8.length - Long.BYTES) {
      return (long) LONGS.get(utf8, from) & FIRST[length];
    }
    long bytes = 0;
    for (int k = length - 1; k >= 0; k--) {
      bytes = bytes << Byte.SIZE | utf8[from + k] & 0xFF;
    }
    return bytes;
  }

  /** The high bit of each byte that is an ASCII letter or digit or is not ASCII. */
  private static long inWords(long bytes) {
    long ascii = bytes & ~HIGH;
    return between(ascii | CASE, 'a', 'z') | between(ascii, '0', '9') | bytes & HIGH;
  }

  /** The high bit of each byte, all below 128, that is not below low and not above high. */
  private static long between(long bytes, int low, int high) {
    return bytes + (0x80 - low) * ONES & ~(bytes + (0x7F - high) * ONES) & HIGH;
  }

  /** The high bits of eight bytes as the lowest eight bits. */
  private static long highBits(long bytes) {
    return (bytes >>> 7) * 0x0102040810204080L >>> 56;
  }

  /** Of ASCII letters and digits. Both cases of a letter are one bit apart, which digits have. */
  private long asciiHash(byte[] utf8, int from, int to) {
    long hash = 0;
    for (int i = from; i < to; i += 2 * Long.BYTES) {
      // Two at a time, as most words are no longer than that.
      hash = with(hash, folded(eight(utf8, i, to)));
      hash = with(hash, folded(eight(utf8, i + Long.BYTES, to)));
    }
    return hash;
  }

  private long folded(long bytes) {
    return lower ? bytes | CASE : bytes;
  }

  private static long with(long hash, long bytes) {
    long product = (hash ^ bytes) * STEP;
    return product ^ product >>> 32;
  }

  /** Words that are not all ASCII, and what is between them. */
  private void addOtherWords(byte[] utf8, int from, int to) {
    int start = from;
    boolean ascii = true;
    long hash = 0;
    for (int i = from; i < to; ) {
      int code = codePoint(utf8, i, to);
      int next = i + (code < 0 ? 1 : length(code));
      if (code >= 0 && isInWord(code)) {
        ascii &= code < 128;
        hash = (hash ^ (lower ? Character.toLowerCase(code) : code)) * WORD;
      } else {
        pushOther(utf8, start, i, ascii, hash);
        start = next;
        ascii = true;
        hash = 0;
      }
      i = next;
    }
    pushOther(utf8, start, to, ascii, hash);
  }

  private void pushOther(byte[] utf8, int from, int to, boolean ascii, long hash) {
    if (from < to) {
      push(ascii ? asciiHash(utf8, from, to) : mixed(hash));
    }
  }

  private static boolean isInWord(int code) {
    return Character.isLetterOrDigit(code)
        || Character.getType(code) == Character.NON_SPACING_MARK
        || Character.getType(code) == Character.COMBINING_SPACING_MARK;
  }

  // ---- characters

  private void addCharacters(byte[] utf8, int from, int to) {
    int i = from;
    while (i < to && count < MOST) {
      int code = codePoint(utf8, i, to);
      i += code < 0 ? 1 : length(code);
      // What is broken counts as a gap.
      boolean visible = code < 128 ? code > ' ' && code != 127 : isVisible(code);
      if (visible) {
        if (!inText && seen > 0) {
          push(mixed(' '));
        }
        push(mixed(lower ? Character.toLowerCase(code) : code));
      }
      inText = visible;
    }
    inText = false;
  }

  private static boolean isVisible(int code) {
    return !Character.isWhitespace(code) && !Character.isSpaceChar(code);
  }

  /** The character that begins here; -1 when no UTF-8 begins so. */
  private static int codePoint(byte[] utf8, int at, int to) {
    int b = utf8[at];
    if (b >= 0) {
      return b;
    }
    int length = b >= (byte) 0xF0 ? 4 : b >= (byte) 0xE0 ? 3 : b >= (byte) 0xC0 ? 2 : 1;
    if (length == 1 || at + length > to) {
      return -1;
    }
    int code = b & (0xFF >> (length + 1));
    for (int k = 1; k < length; k++) {
      code = code << 6 | utf8[at + k] & 0x3F;
    }
    return code;
  }

  /** In UTF-8. */
  private static int length(int code) {
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }

  // ---- shingles

  private void push(long hash) {
    if (seen >= size) {
      rolling -= ring[at] * oldest;
    }
    rolling = rolling * STEP + hash;
    ring[at] = hash;
    at = at + 1 == size ? 0 : at + 1;
    if (++seen >= size && count < MOST) {
      emit(size);
    }
  }

  /** The last {@code length} as one shingle. */
  private void emit(int length) {
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * count);
    }
    long start = length == size ? size * STEP * oldest : length * power(length);
    hashes[count++] = (int) (mixed(start + rolling) >>> 32);
  }

  /** Ends the row: how many different shingles it has. They are in {@link #hashes}. */
  public int end() {
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
  public int[] hashes() {
    return hashes;
  }

  /** Equal for rows with equal sets; of others, with the odds of 64 bits. */
  public long identity() {
    long sum = count;
    for (int i = 0; i < count; i++) {
      sum += mixed(hashes[i] * STEP ^ STEP);
    }
    return sum;
  }

  /** SplittableRandom's finalizer: every bit of the input changes every bit of the output. */
  public static long mixed(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
