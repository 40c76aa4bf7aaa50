package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.jobs.refinement.text.SpokenParts;
import com.auterity.neuroweaver.jobs.refinement.text.TextMeasures;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A text as speech recognition would write it: small letters, no punctuation, words that sound like
 * others, small numbers in words, fillers. What {@link SpokenParts} keeps stays as it is, but for
 * punctuation around it and whole numbers below thirteen.
 */
final class SpeechNoise implements TextOperation.Rewriting {
  static final String NAME = "speech";

  private static final List<String> FILLERS = List.of("um", "uh", "like", "you know", "so", "well");
  private static final List<String> NUMBERS =
      List.of(
          "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve");

  /** Words that sound alike, by each of them. */
  private static final Map<String, String> HOMOPHONES =
      Map.ofEntries(
          Map.entry("brake", "break"),
          Map.entry("brakes", "breaks"),
          Map.entry("break", "brake"),
          Map.entry("breaks", "brakes"),
          Map.entry("braking", "breaking"),
          Map.entry("breaking", "braking"),
          Map.entry("their", "there"),
          Map.entry("there", "their"),
          Map.entry("they're", "their"),
          Map.entry("your", "you're"),
          Map.entry("you're", "your"),
          Map.entry("its", "it's"),
          Map.entry("it's", "its"),
          Map.entry("to", "too"),
          Map.entry("too", "to"),
          Map.entry("hear", "here"),
          Map.entry("here", "hear"),
          Map.entry("know", "no"),
          Map.entry("where", "wear"),
          Map.entry("wear", "where"),
          Map.entry("whether", "weather"),
          Map.entry("weather", "whether"),
          Map.entry("idle", "idol"),
          Map.entry("idles", "idols"),
          Map.entry("axle", "axel"),
          Map.entry("gauge", "gage"),
          Map.entry("wheel", "we'll"),
          Map.entry("gear", "gere"),
          Map.entry("sensor", "censor"),
          Map.entry("steering", "steer ring"),
          Map.entry("windshield", "wind shield"),
          Map.entry("wiper", "wipe her"),
          Map.entry("right", "write"),
          Map.entry("by", "buy"),
          Map.entry("buy", "by"),
          Map.entry("week", "weak"),
          Map.entry("weak", "week"),
          Map.entry("then", "than"),
          Map.entry("than", "then"),
          Map.entry("past", "passed"),
          Map.entry("would", "wood"));

  private final double fillers;
  private final double homophones;
  private final boolean numberWords;

  SpeechNoise(Knobs knobs) {
    fillers = knobs.number("fillers", 0.04, 0, 0.5);
    homophones = knobs.number("homophones", 0.15, 0, 1);
    numberWords = knobs.flag("number_words", true);
    knobs.done();
  }

  @Override
  public String of(String text, SplittableRandom random) {
    boolean shouts = SpokenParts.shouts(text);
    StringBuilder out = new StringBuilder(text.length() + 32);
    for (int at = 0; at < text.length(); ) {
      if (SpokenParts.blank(text.charAt(at))) {
        at++;
        continue;
      }
      int end = SpokenParts.end(text, at);
      String piece = text.substring(at, end);
      at = end;
      String said =
          SpokenParts.fixed(piece, shouts) ? number(stripped(piece)) : words(piece, random);
      if (said.isEmpty()) {
        continue;
      }
      if (random.nextDouble() < fillers) {
        append(out, FILLERS.get(random.nextInt(FILLERS.size())));
      }
      append(out, said);
    }
    return out.toString();
  }

  private static void append(StringBuilder out, String words) {
    out.append(out.length() == 0 ? "" : " ").append(words);
  }

  /** The piece's words in small letters: anything else but apostrophes inside parts them. */
  private String words(String piece, SplittableRandom random) {
    StringBuilder out = new StringBuilder();
    int end;
    for (int at = 0; (at = TextMeasures.wordStart(piece, at)) < piece.length(); at = end) {
      end = TextMeasures.wordEnd(piece, at);
      String word = piece.substring(at, end).toLowerCase(Locale.ROOT).replace('\u2019', '\'');
      String alike = HOMOPHONES.get(word);
      append(out, alike != null && random.nextDouble() < homophones ? alike : word);
    }
    return out.toString();
  }

  /** Without punctuation around it. */
  private static String stripped(String piece) {
    int from = 0;
    int to = piece.length();
    while (from < to && "(\"'\u2018\u201c,;:!?".indexOf(piece.charAt(from)) >= 0) {
      from++;
    }
    while (to > from && ")\"'\u2019\u201d,;:.!?".indexOf(piece.charAt(to - 1)) >= 0) {
      to--;
    }
    return piece.substring(from, to);
  }

  private String number(String piece) {
    boolean small =
        numberWords
            && !piece.isEmpty()
            && piece.length() <= 2
            && piece.chars().allMatch(c -> c >= '0' && c <= '9')
            && (piece.length() == 1 || piece.charAt(0) == '1')
            && Integer.parseInt(piece) < NUMBERS.size();
    return small ? NUMBERS.get(Integer.parseInt(piece)) : piece;
  }
}
