package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.jobs.refinement.text.StopWords;
import com.auterity.neuroweaver.jobs.refinement.text.TextMeasures;
import java.util.List;

/**
 * A text as numbers, the same on every machine: its words and its character trigrams, each hashed
 * into buckets (Weinberger et al. 2009), square roots of counts with length 1 together, and eight
 * measures of the whole.
 */
final class QualityFeatures {
  private static final int BUCKETS = 512;
  private static final int MEASURES = 8;
  static final int COUNT = 2 * BUCKETS + MEASURES;

  /** So many characters of a text are looked at. */
  static final int MOST_CHARACTERS = 100_000;

  private QualityFeatures() {}

  /** The beginning of the texts of a row, one below the other; null when all are blank. */
  static String text(Row row, List<Integer> columns) {
    StringBuilder all = new StringBuilder();
    for (int column : columns) {
      String text = row.text(column);
      if (text != null && all.length() < MOST_CHARACTERS) {
        all.append(text, 0, Math.min(text.length(), MOST_CHARACTERS - all.length())).append('\n');
      }
    }
    String text = all.toString();
    return text.isBlank() ? null : text;
  }

  static double[] of(String text) {
    double[] features = new double[COUNT];
    int words = 0;
    int letters = 0;
    for (int at = 0; (at = TextMeasures.wordStart(text, at)) < text.length(); ) {
      int end = TextMeasures.wordEnd(text, at);
      int hash = 17;
      for (int i = at; i < end; i++) {
        hash = 31 * hash + Character.toLowerCase(text.charAt(i));
      }
      features[bucket(hash)]++;
      words++;
      letters += end - at;
      at = end;
    }
    for (int i = 0; i + 3 <= text.length(); i++) {
      int hash = 31 * (31 * folded(text.charAt(i)) + folded(text.charAt(i + 1)));
      features[BUCKETS + bucket(hash + folded(text.charAt(i + 2)))]++;
    }
    toLengthOne(features, 0);
    toLengthOne(features, BUCKETS);
    int at = 2 * BUCKETS;
    features[at++] = StrictMath.log1p(text.length()) / 12;
    features[at++] = StrictMath.log1p(words) / 12;
    features[at++] = words == 0 ? 0 : Math.min(1, letters / (16.0 * words));
    features[at++] = TextMeasures.symbols(text);
    features[at++] = TextMeasures.digits(text);
    features[at++] = capitals(text);
    features[at++] = TextMeasures.among(text, StopWords.ENGLISH);
    features[at] = TextMeasures.repeatedNgrams(text, 2);
    return features;
  }

  /** Blanks are alike, and digits. */
  private static char folded(char c) {
    return Character.isWhitespace(c) ? ' ' : Character.isDigit(c) ? '0' : Character.toLowerCase(c);
  }

  /** Mixes all bits of a hash into the few that are kept (the finalizer of MurmurHash3). */
  private static int bucket(int hash) {
    int h = hash;
    h = (h ^ h >>> 16) * 0x85ebca6b;
    h = (h ^ h >>> 13) * 0xc2b2ae35;
    return (h ^ h >>> 16) & BUCKETS - 1;
  }

  private static void toLengthOne(double[] features, int from) {
    double sum = 0;
    for (int i = from; i < from + BUCKETS; i++) {
      sum += features[i];
    }
    for (int i = from; sum > 0 && i < from + BUCKETS; i++) {
      features[i] = Math.sqrt(features[i] / sum);
    }
  }

  private static double capitals(String text) {
    int letters = 0;
    int capitals = 0;
    for (int i = 0; i < text.length(); i++) {
      letters += Character.isLetter(text.charAt(i)) ? 1 : 0;
      capitals += Character.isUpperCase(text.charAt(i)) ? 1 : 0;
    }
    return letters == 0 ? 0 : (double) capitals / letters;
  }
}
