package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.auterity.neuroweaver.jobs.refinement.text.TextMeasures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFilterTest {
  private static final String TALK =
      "The car shakes when I brake from sixty miles an hour, and it is worse after it has been"
          + " driven for a while. I would like you to look at the rotors before the weekend.";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "min_characters:5 | café | few_characters_t | t has 4 characters, less than 5",
        "max_characters:3 | 🚗🚗🚗🚗 | many_characters_t | t has 4 characters, more than 3",
        "max_characters:4 | 🚗🚗🚗🚗 | | ",
        "min_words:3 | it doesn't | few_words_t | t has 2 words, less than 3",
        "max_words:2 | a b, c | many_words_t | t has 3 words, more than 2",
        "max_symbols:0.5 | a --- | many_symbols_t | t has a share of symbols of 0.750, more than 0.500",
        "max_digits:0.5 | ab 123 | many_digits_t | t has a share of digits of 0.600, more than 0.500",
        "max_digits:0.6 | ab 123 | | ",
        "max_repeated_line:5 | abcdef\\nx\\n abcdef | many_repeated_line_t | t has 6 characters in a line that repeats, more than 5",
        "max_repeated_line:5 | abcde\\nlonger line\\nabcde | | ",
        "max_repeated_ngrams:0.2,ngram:2,min_words_judged:1 | no go No Go no go | many_repeated_ngrams_t | t has a share of repeated 2-grams of 0.600, more than 0.200",
        "min_stop_words:0.2,min_words_judged:4 | brake pads rotor caliper | few_stop_words_t | t has a share of stop words of 0.000, less than 0.200",
        "min_stop_words:0.2,min_words_judged:5 | brake pads rotor caliper | | ",
        "min_characters:5,max_digits:0.1 | 123 | few_characters_t | t has 3 characters, less than 5",
      })
  void rejectsWithReasonAndScore(String knobs, String text, String reason, String detail) {
    RecipeRun run =
        RecipeRun.of(
            "{stage:'text_filter',columns:['t']," + knobs + "}", text.replace("\\n", "\n"));
    assertEquals(reason, run.reason());
    if (reason != null) {
      assertEquals(detail, run.detail());
    }
  }

  @Test
  void keepsWhatPeopleSayInTheirLanguage() {
    String strict =
        "min_characters:20,min_words:5,max_symbols:0.1,max_digits:0.2,max_repeated_line:0,";
    String shares = "max_repeated_ngrams:0.1,min_stop_words:0.3";
    String stage = "{stage:'text_filter',columns:['t']," + strict + shares + "}";
    assertNull(RecipeRun.of(stage, TALK).reason());
    assertNull(RecipeRun.of(stage, "").reason());
    String spanish =
        "El coche tiembla cuando freno a sesenta millas por hora, y es peor después de que ha estado"
            + " en marcha un rato. Me gustaría que lo miren antes del fin de semana.";
    assertEquals("few_stop_words_t", RecipeRun.of(stage, spanish).reason());
    assertNull(RecipeRun.of(stage.replace("}", ",language:'es'}"), spanish).reason());
    String french =
        "La voiture tremble quand je freine, et c'est pire après une heure de route. Je voudrais que"
            + " vous la regardiez avant la fin de la semaine si vous avez le temps.";
    assertNull(RecipeRun.of(stage.replace("}", ",language:'fr'}"), french).reason());
  }

  @Test
  void measuresAsTheSlowWayDoes() {
    SplittableRandom random = new SplittableRandom(9);
    String letters = "aAbB é'’ \n\n.1🚗\u0301";
    int[] points = letters.codePoints().toArray();
    for (int round = 0; round < 3_000; round++) {
      StringBuilder made = new StringBuilder();
      for (int i = random.nextInt(60); i > 0; i--) {
        made.appendCodePoint(points[random.nextInt(points.length)]);
      }
      String text = made.toString();
      List<String> words = slowWords(text);
      assertEquals(words.size(), TextMeasures.words(text), text);
      int n = 1 + random.nextInt(3);
      assertEquals(slowRepeated(words, n), TextMeasures.repeatedNgrams(text, n), 1e-12, text);
      assertEquals(slowLine(text), TextMeasures.longestRepeatedLine(text), text);
      Set<String> some = Set.of("a", "ab", "é", "a'b");
      double among =
          words.isEmpty()
              ? 0
              : (double) words.stream().filter(some::contains).count() / words.size();
      assertEquals(among, TextMeasures.among(text, some), 1e-12, text);
    }
  }

  private static List<String> slowWords(String text) {
    List<String> words = new ArrayList<>();
    var matcher =
        java.util.regex.Pattern.compile("[\\p{L}\\p{Nd}\\p{M}]+(?:['’][\\p{L}\\p{Nd}\\p{M}]+)*")
            .matcher(text);
    while (matcher.find()) {
      words.add(matcher.group().toLowerCase(Locale.ROOT).replace('’', '\''));
    }
    return words;
  }

  private static double slowRepeated(List<String> words, int n) {
    Set<List<String>> seen = new HashSet<>();
    int count = 0;
    int repeated = 0;
    for (int i = 0; i + n <= words.size(); i++) {
      count++;
      repeated += seen.add(words.subList(i, i + n)) ? 0 : 1;
    }
    return count == 0 ? 0 : (double) repeated / count;
  }

  private static int slowLine(String text) {
    Map<String, Integer> lines = new HashMap<>();
    Arrays.stream(text.split("\n"))
        .map(String::strip)
        .forEach(l -> lines.merge(l, 1, Integer::sum));
    return lines.entrySet().stream()
        .filter(e -> e.getValue() > 1)
        .mapToInt(e -> e.getKey().codePointCount(0, e.getKey().length()))
        .max()
        .orElse(0);
  }
}
