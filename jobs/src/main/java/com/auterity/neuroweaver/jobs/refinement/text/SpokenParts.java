package com.auterity.neuroweaver.jobs.refinement.text;

/**
 * Which pieces of a text between white space must stay as they are written, whatever noise is put
 * around them: what holds a digit (VINs, operation and trouble codes, amounts, most model names),
 * an address, a placeholder such as {@code [phone]}, and words in capitals unless all are.
 */
public final class SpokenParts {
  private static final String MARKS = "@[]{}<>_/\\#$%";

  private SpokenParts() {}

  /** Whether capitals mean nothing here: no letter is small. */
  public static boolean shouts(String text) {
    return text.codePoints().noneMatch(Character::isLowerCase);
  }

  public static boolean fixed(String piece, boolean shouts) {
    int letters = 0;
    int capitals = 0;
    for (int i = 0; i < piece.length(); i++) {
      char c = piece.charAt(i);
      if (Character.isDigit(c) || MARKS.indexOf(c) >= 0 || Character.isSurrogate(c)) {
        return true;
      }
      letters += Character.isLetter(c) ? 1 : 0;
      capitals += Character.isUpperCase(c) ? 1 : 0;
    }
    return !shouts && letters > 1 && capitals == letters;
  }

  /** Where the piece ends that begins here. */
  public static int end(String text, int start) {
    int end = start;
    while (end < text.length() && !blank(text.charAt(end))) {
      end++;
    }
    return end;
  }

  public static boolean blank(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }
}
