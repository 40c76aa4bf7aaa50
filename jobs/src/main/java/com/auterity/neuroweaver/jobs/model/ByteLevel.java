package com.auterity.neuroweaver.jobs.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GPT-2's byte-level text: how it splits text into words that merges never cross, and how it writes
 * each of the 256 bytes as a printable character (Radford et al. 2019, {@code bytes_to_unicode}).
 */
final class ByteLevel {
  private static final Pattern WORDS =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);
  private static final char[] CHARACTERS = characters();

  private ByteLevel() {}

  /** The words of a text in order; joined they are the text again. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORDS.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  /** The character that stands for a byte (0 to 255). */
  static char character(int value) {
    return CHARACTERS[value];
  }

  /** A text with each of its UTF-8 bytes written as that byte's character. */
  static String written(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder out = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      out.append(CHARACTERS[b & 0xff]);
    }
    return out.toString();
  }

  private static char[] characters() {
    char[] characters = new char[256];
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      characters[b] = printable ? (char) b : (char) next++;
    }
    return characters;
  }
}
