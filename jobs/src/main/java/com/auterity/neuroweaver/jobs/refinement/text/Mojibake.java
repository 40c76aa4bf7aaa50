package com.auterity.neuroweaver.jobs.refinement.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that was read as windows-1252, up to three times over: {@code cafÃ©} for café. It is
 * repaired only when that is certain: every character of the text is one of windows-1252, all of
 * those beyond ASCII together are well-formed UTF-8 of letters and signs, and they are more than
 * one sequence that could stand in a text (as {@code Ã”} can: a word in capitals before a closing
 * quote).
 */
public final class Mojibake {
  private static final int MOST_ROUNDS = 3;
  private static final int CERTAIN = 2;

  /**
   * Bytes 0x80 to 0x9F; the five that windows-1252 leaves out are the C1 controls, as on the Web.
   */
  private static final String UPPER_CONTROLS =
      "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f"
          + "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

  /** What may well follow a capital letter: quotes, dashes, dots and small signs. */
  private static final String MAY_FOLLOW =
      "\u2018\u2019\u201c\u201d\u2026\u2013\u2014\u2022\u2122\u203a\u00bb\u00ae\u00a9\u00b0\u00aa\u00ba\u00b2"
          + "\u00b3\u00b9\u00a0";

  private Mojibake() {}

  public static String repaired(String text) {
    String result = text;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      String once = once(result);
      if (once == null) {
        break;
      }
      result = once;
    }
    return result;
  }

  /** The text with one reading undone, or null when there is none for certain. */
  private static String once(String text) {
    int first = 0;
    while (first < text.length() && text.charAt(first) < 0x80) {
      first++;
    }
    if (first == text.length()) {
      return null;
    }
    byte[] bytes = new byte[text.length()];
    int evidence = 0;
    for (int i = 0; i < bytes.length; i++) {
      char c = text.charAt(i);
      int b = toByte(c);
      if (b < 0) {
        return null;
      }
      bytes[i] = (byte) b;
      if (b >= 0xC2 && i + 1 < bytes.length) {
        boolean mayStand = b != 0xC2 && b < 0xE0 && MAY_FOLLOW.indexOf(text.charAt(i + 1)) >= 0;
        evidence = Math.min(CERTAIN, evidence + (mayStand ? 1 : CERTAIN));
      }
    }
    if (evidence < CERTAIN) {
      return null;
    }
    try {
      CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return decoded.codePoints().allMatch(Mojibake::isText) ? decoded.toString() : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean isText(int c) {
    int type = Character.getType(c);
    return c < 0x80
        || (type != Character.CONTROL
            && type != Character.UNASSIGNED
            && type != Character.PRIVATE_USE);
  }

  /** The byte that windows-1252 reads as c, or -1. */
  private static int toByte(char c) {
    if (c < 0x80 || (c >= 0xA0 && c <= 0xFF)) {
      return c;
    }
    int at = UPPER_CONTROLS.indexOf(c);
    return at < 0 ? -1 : 0x80 + at;
  }
}
