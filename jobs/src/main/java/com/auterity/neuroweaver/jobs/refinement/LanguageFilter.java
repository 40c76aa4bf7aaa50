package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.text.Shown;
import com.github.pemistahl.lingua.api.IsoCode639_1;
import com.github.pemistahl.lingua.api.Language;
import com.github.pemistahl.lingua.api.LanguageDetector;
import com.github.pemistahl.lingua.api.LanguageDetectorBuilder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Rejects rows whose text is in none of the {@code languages} wanted. It tells apart only these and
 * those in {@code among}; models of others are not loaded. A language's confidence is 1 when it is
 * the likeliest, else it says how near it comes; one wanted must reach {@code min_confidence}.
 * Judged is the beginning of a text; with fewer than {@code min_letters} it says too little and
 * passes. Changes nothing.
 */
final class LanguageFilter implements Stage {
  static final String NAME = "language_filter";

  /** Characters of a text that are judged. */
  static final int JUDGED = 1_000;

  private static final int MIN_LETTERS = 20;
  private static final double MIN_CONFIDENCE = 0.95;
  private static final List<String> AMONG = List.of("en", "es", "fr");

  private final List<Integer> columns;
  private final Set<Language> wanted = EnumSet.noneOf(Language.class);
  private final LanguageDetector detector;
  private final int minLetters;
  private final double minConfidence;
  private final Schema schema;

  LanguageFilter(Knobs knobs, Schema schema) {
    this.schema = schema;
    columns = knobs.textColumns("columns", schema);
    for (String code : knobs.texts("languages")) {
      wanted.add(language(code, knobs.place() + ".languages"));
    }
    Set<Language> among = EnumSet.copyOf(wanted);
    for (String code : knobs.has("among") ? knobs.texts("among") : AMONG) {
      among.add(language(code, knobs.place() + ".among"));
    }
    if (among.size() == wanted.size()) {
      throw Knobs.invalid(
          knobs.place() + ".among",
          "holds no language but those wanted",
          "the other languages that may occur");
    }
    detector = LanguageDetectorBuilder.fromLanguages(among.toArray(Language[]::new)).build();
    minLetters = knobs.whole("min_letters", MIN_LETTERS, 0, JUDGED);
    minConfidence = knobs.number("min_confidence", MIN_CONFIDENCE, 0, 1);
    knobs.done();
  }

  private static Language language(String code, String place) {
    List<String> codes = new ArrayList<>();
    for (Language language : Language.values()) {
      String known = language.getIsoCode639_1().name().toLowerCase(Locale.ROOT);
      if (language.getIsoCode639_1() == IsoCode639_1.NONE) {
        continue;
      }
      if (known.equals(code)) {
        return language;
      }
      codes.add(known);
    }
    throw Knobs.invalid(
        place, "holds \"" + code + "\"", "ISO 639-1 codes: " + String.join(", ", codes));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    for (int column : columns) {
      if (row.get(column) == null) {
        continue;
      }
      String text = beginning(row.text(column));
      if (text.codePoints().filter(Character::isLetter).count() < minLetters) {
        continue;
      }
      SortedMap<Language, Double> confidences = detector.computeLanguageConfidenceValues(text);
      double ours = 0;
      Map.Entry<Language, Double> best = null;
      for (Map.Entry<Language, Double> entry : confidences.entrySet()) {
        ours = wanted.contains(entry.getKey()) ? Math.max(ours, entry.getValue()) : ours;
        if (best == null || entry.getValue() > best.getValue()) {
          best = entry;
        }
      }
      if (ours < minConfidence) {
        String name = schema.columns().get(column).name();
        return Verdict.reject(
            "language_" + name,
            name
                + (best == null || best.getValue() == 0
                    ? " is in no language known here"
                    : " is most likely "
                        + best.getKey().getIsoCode639_1().name().toLowerCase(Locale.ROOT)
                        + "; a wanted language has confidence "
                        + Shown.share(ours)
                        + ", less than "
                        + Shown.share(minConfidence)));
      }
    }
    return Verdict.keep(row);
  }

  private static String beginning(String text) {
    if (text.length() <= JUDGED) {
      return text;
    }
    return text.substring(
        0, Character.isHighSurrogate(text.charAt(JUDGED - 1)) ? JUDGED - 1 : JUDGED);
  }
}
