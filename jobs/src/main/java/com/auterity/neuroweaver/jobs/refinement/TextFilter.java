package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.auterity.neuroweaver.jobs.refinement.text.StopWords;
import com.auterity.neuroweaver.jobs.refinement.text.TextMeasures;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Rejects rows whose text is too short or too long, repeats itself, is made of symbols or digits,
 * or has too few of a language's commonest words, each with the score in the detail. Changes
 * nothing; empty values pass.
 */
final class TextFilter implements Stage {
  static final String NAME = "text_filter";
  private static final int MOST_CHARACTERS = Integer.MAX_VALUE;
  private static final int NGRAM = 5;
  private static final int FEW_WORDS = 20;

  private enum Language {
    EN,
    ES,
    FR
  }

  /**
   * @param least null when there is no lower bound
   * @param whole whether the score is a count, not a share
   * @param fewest texts of fewer words are not judged
   */
  private record Rule(
      String reason,
      String what,
      ToDoubleFunction<String> score,
      Double least,
      Double most,
      boolean whole,
      int fewest) {}

  private final List<Integer> columns;
  private final List<Rule> rules = new ArrayList<>();
  private final Schema schema;

  TextFilter(Knobs knobs, Schema schema) {
    this.schema = schema;
    columns = knobs.textColumns("columns", schema);
    counts(knobs, "characters", TextMeasures::characters);
    counts(knobs, "words", TextMeasures::words);
    Integer repeatedLine = knobs.whole("max_repeated_line", 0, MOST_CHARACTERS);
    if (repeatedLine != null) {
      rules.add(
          new Rule(
              "repeated_line",
              "characters in a line that repeats",
              TextMeasures::longestRepeatedLine,
              null,
              (double) repeatedLine,
              true,
              0));
    }
    int fewest = knobs.whole("min_words_judged", FEW_WORDS, 0, MOST_CHARACTERS);
    int ngram = knobs.whole("ngram", NGRAM, 1, 20);
    Double ngrams =
        share(
            knobs,
            "max_repeated_ngrams",
            "repeated_ngrams",
            "a share of repeated " + ngram + "-grams",
            text -> TextMeasures.repeatedNgrams(text, ngram),
            fewest);
    if (knobs.has("ngram") && ngrams == null) {
      throw Knobs.invalid(
          knobs.place() + ".ngram", "is there alone", "max_repeated_ngrams beside it");
    }
    share(knobs, "max_symbols", "symbols", "a share of symbols", TextMeasures::symbols, 0);
    share(knobs, "max_digits", "digits", "a share of digits", TextMeasures::digits, 0);
    Language language = knobs.choice("language", Language.class, Language.EN);
    Set<String> words = stopWords(language);
    Double stop =
        share(
            knobs,
            "min_stop_words",
            "stop_words",
            "a share of stop words",
            text -> TextMeasures.among(text, words),
            fewest);
    if (knobs.has("language") && stop == null) {
      throw Knobs.invalid(
          knobs.place() + ".language", "is there alone", "min_stop_words beside it");
    }
    if (knobs.has("min_words_judged") && ngrams == null && stop == null) {
      throw Knobs.invalid(
          knobs.place() + ".min_words_judged",
          "is there alone",
          "max_repeated_ngrams or min_stop_words beside it");
    }
    knobs.done();
    if (rules.isEmpty()) {
      throw Knobs.invalid(
          knobs.place(),
          "filters nothing",
          "at least one of min_characters, max_characters, min_words, max_words,"
              + " max_repeated_line, max_repeated_ngrams, max_symbols, max_digits, min_stop_words");
    }
  }

  private static Set<String> stopWords(Language language) {
    return switch (language) {
      case EN -> StopWords.ENGLISH;
      case ES -> StopWords.SPANISH;
      case FR -> StopWords.FRENCH;
    };
  }

  private void counts(Knobs knobs, String of, ToDoubleFunction<String> score) {
    Integer least = knobs.whole("min_" + of, 0, MOST_CHARACTERS);
    Integer most = knobs.whole("max_" + of, 0, MOST_CHARACTERS);
    if (least != null && most != null && least > most) {
      throw Knobs.invalid(
          knobs.place(),
          "has min_" + of + " " + least + " above max_" + of + " " + most,
          "min_" + of + " <= max_" + of);
    }
    if (least != null || most != null) {
      rules.add(
          new Rule(
              of,
              of,
              score,
              least == null ? null : (double) least,
              most == null ? null : (double) most,
              true,
              0));
    }
  }

  /** A rule of a share, from the knob {@code min_...} or {@code max_...}. */
  private Double share(
      Knobs knobs,
      String key,
      String reason,
      String what,
      ToDoubleFunction<String> score,
      int fewest) {
    Double bound = knobs.number(key, 0, 1);
    if (bound != null) {
      boolean least = key.startsWith("min_");
      rules.add(
          new Rule(reason, what, score, least ? bound : null, least ? null : bound, false, fewest));
    }
    return bound;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    for (int column : columns) {
      String text = row.text(column);
      if (text == null || text.isEmpty()) {
        continue;
      }
      String name = schema.columns().get(column).name();
      for (Rule rule : rules) {
        if (rule.fewest() > 0 && TextMeasures.words(text) < rule.fewest()) {
          continue;
        }
        double score = rule.score().applyAsDouble(text);
        boolean few = rule.least() != null && score < rule.least();
        if (few || (rule.most() != null && score > rule.most())) {
          return Verdict.reject(
              (few ? "few_" : "many_") + rule.reason() + "_" + name,
              name
                  + " has "
                  + (rule.whole() ? "" : rule.what() + " of ")
                  + shown(score, rule)
                  + (rule.whole() ? " " + rule.what() : "")
                  + ", "
                  + (few ? "less than " : "more than ")
                  + shown(few ? rule.least() : rule.most(), rule));
        }
      }
    }
    return Verdict.keep(row);
  }

  private static String shown(double score, Rule rule) {
    return rule.whole() ? Long.toString((long) score) : Shown.share(score);
  }
}
