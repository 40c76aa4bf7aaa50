package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.jobs.refinement.text.SpokenParts;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Mistakes of typing, at most one in a word: a key beside the right one (of a QWERTY keyboard), a
 * letter left out, two exchanged, one doubled. Words of fewer than four letters and what {@link
 * SpokenParts} keeps stay whole.
 */
final class Typos implements TextOperation.Rewriting {
  static final String NAME = "typos";

  private static final int SHORTEST = 4;
  private static final List<String> ROWS = List.of("qwertyuiop", "asdfghjkl", "zxcvbnm");

  /** The keys that touch each letter's, from a. */
  private static final String[] BESIDE = beside();

  enum Kind {
    NEIGHBOUR,
    OMISSION,
    TRANSPOSITION,
    DOUBLED
  }

  private final double rate;
  private final List<Kind> kinds;

  Typos(Knobs knobs) {
    rate = knobs.number("rate", 0.1, 0.001, 1);
    kinds = List.copyOf(knobs.choices("kinds", Kind.class));
    if (kinds.stream().distinct().count() < kinds.size()) {
      throw Knobs.invalid(knobs.place() + ".kinds", "names one twice", "each kind once");
    }
    knobs.done();
  }

  @Override
  public String of(String text, SplittableRandom random) {
    boolean shouts = SpokenParts.shouts(text);
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int at = 0; at < text.length(); ) {
      if (SpokenParts.blank(text.charAt(at))) {
        out.append(text.charAt(at++));
        continue;
      }
      int end = SpokenParts.end(text, at);
      String piece = text.substring(at, end);
      if (SpokenParts.fixed(piece, shouts)) {
        out.append(piece);
      } else {
        piece(piece, out, random);
      }
      at = end;
    }
    return out.toString();
  }

  private void piece(String piece, StringBuilder out, SplittableRandom random) {
    for (int at = 0; at < piece.length(); ) {
      int end = at;
      while (end < piece.length() && Character.isLetter(piece.charAt(end))) {
        end++;
      }
      if (end - at >= SHORTEST && random.nextDouble() < rate) {
        out.append(mistyped(piece.substring(at, end), random));
      } else {
        out.append(piece, at, end);
      }
      if (end < piece.length()) {
        out.append(piece.charAt(end++));
      }
      at = end;
    }
  }

  private String mistyped(String word, SplittableRandom random) {
    // First letters are rarely wrong, and a word without its own is hard to tell.
    int at = 1 + random.nextInt(word.length() - 1);
    Kind kind = kinds.get(random.nextInt(kinds.size()));
    StringBuilder typed = new StringBuilder(word);
    switch (kind) {
      case NEIGHBOUR -> {
        char right = word.charAt(at);
        char small = Character.toLowerCase(right);
        if (small >= 'a' && small <= 'z') {
          String keys = BESIDE[small - 'a'];
          char wrong = keys.charAt(random.nextInt(keys.length()));
          typed.setCharAt(at, small == right ? wrong : Character.toUpperCase(wrong));
        }
      }
      case OMISSION -> typed.deleteCharAt(at);
      case TRANSPOSITION -> {
        int left = Math.max(1, Math.min(at, word.length() - 2));
        typed.setCharAt(left, word.charAt(left + 1));
        typed.setCharAt(left + 1, word.charAt(left));
      }
      case DOUBLED -> typed.insert(at, word.charAt(at));
    }
    return typed.toString();
  }

  private static String[] beside() {
    String[] beside = new String[26];
    for (int row = 0; row < ROWS.size(); row++) {
      String keys = ROWS.get(row);
      for (int i = 0; i < keys.length(); i++) {
        StringBuilder near = new StringBuilder();
        near.append(i > 0 ? keys.substring(i - 1, i) : "");
        near.append(i + 1 < keys.length() ? keys.substring(i + 1, i + 2) : "");
        // Each row stands half a key to the right of the one above.
        near.append(row > 0 ? part(ROWS.get(row - 1), i, i + 1) : "");
        near.append(row + 1 < ROWS.size() ? part(ROWS.get(row + 1), i - 1, i) : "");
        beside[keys.charAt(i) - 'a'] = near.toString();
      }
    }
    return beside;
  }

  private static String part(String keys, int first, int last) {
    int from = Math.max(0, first);
    int to = Math.min(keys.length() - 1, last);
    return from > to ? "" : keys.substring(from, to + 1);
  }
}
