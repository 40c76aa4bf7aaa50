package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of 10 MB made to be slow: every stage gives a kept or rejected row in bounded time. */
class HostileTextTest {
  private static final int LENGTH = 10_000_000;
  private static final Duration BOUND = Duration.ofSeconds(60);

  private enum Hostile {
    ONE_WORD("a", ""),
    SPACES(" ", "x"),
    MARKS("\u0301\u0316", "e"),
    LONE_SURROGATES("\ud800", "\udc00 "),
    LIGATURES("\ufdfa", ""),
    TAGS("<b x>", "<p>"),
    OPEN_BRACKETS("<", ""),
    COMMENTS("<!-- ", "<p>"),
    ATTRIBUTES("a=1 ", "<p "),
    ENTITIES("&amp", "<p>"),
    LINES("\n", "a"),
    SIGN_OFFS("Thanks\n", ""),
    QUOTES("> wrote:\n", ""),
    CODES("P-0301 ", ""),
    DIGITS("1", ""),
    DASHES("-", "P"),
    MOJIBAKE("\u00c3\u0192", "\u00c3\u00a9"),
    PHRASES("son of a ", ""),
    SAME_WORDS("no ", "");

    private final String piece;
    private final String start;

    Hostile(String piece, String start) {
      this.piece = piece;
      this.start = start;
    }

    String text() {
      return start + piece.repeat(LENGTH / piece.length());
    }
  }

  private static final String ALL =
      """
      [{stage:'normalize',unicode:'nfkc',mojibake:'repair',whitespace:'lines'},
       {stage:'html_to_text',columns:['t']},
       {stage:'boilerplate',columns:['t'],quoted:true,signatures:true,disclaimers:true,
        lines:[{regex:'(a+)+b'},{regex:'(.*)(.*)x'},{contains:'aaaaaaab'},{literal:'q'}]},
       {stage:'range_check',columns:{t:{regex:'(?s).*'}}},
       {stage:'trouble_codes',text_columns:['t'],columns:['u'],unreadable:'keep'},
       {stage:'dates',columns:['t'],order:'mdy',unreadable:'keep'},
       {stage:'units',columns:['t'],to:'miles',unreadable:'keep'},
       {stage:'vin_decode',column:'t'},
       {stage:'consistency_check',rules:[{require:"t like '%a%b%c%a%'",when:"t like '%q%'"}]},
       {stage:'toxicity_filter',columns:['t'],max_matches:1000000000},
       {stage:'language_filter',columns:['t'],languages:['en','es','fr'],among:['de']},
       {stage:'text_filter',columns:['t'],min_characters:0,min_words:0,max_repeated_line:1000000000,
        max_repeated_ngrams:1,max_symbols:1,max_digits:1,min_stop_words:0,min_words_judged:0}]
      """;

  @ParameterizedTest
  @EnumSource(Hostile.class)
  void everyStageEndsInBoundedTime(Hostile hostile) {
    Schema schema =
        new Schema(List.of(Column.of("t", ColumnType.STRING), Column.of("u", ColumnType.STRING)));
    String text = hostile.text();
    long start = System.nanoTime();
    RecipeRun run =
        assertTimeoutPreemptively(
            BOUND, () -> RecipeRun.of(ALL, schema, null, List.of(new Row(0, text, text))));
    assertEquals(1, run.kept.size() + run.rejected.size());
    if (!run.rejected.isEmpty()) {
      assertTrue(run.detail().length() <= 500, "a detail of " + run.detail().length());
    }
    System.out.printf(
        "hostile %s: %d ms, %s%n",
        hostile,
        (System.nanoTime() - start) / 1_000_000,
        run.rejected.isEmpty() ? "kept" : "rejected: " + run.reason());
  }

  @Test
  void timeGrowsWithLengthNotWithItsSquare() {
    // Marks in a row are what Unicode normalization sorts in quadratic time.
    String marks = "e" + "\u0301\u0316".repeat(LENGTH / 2);
    RecipeRun run =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20), () -> RecipeRun.of("{stage:'normalize'}", marks));
    assertEquals(30, run.result().length(), "e and its first mark are one character");
  }
}
