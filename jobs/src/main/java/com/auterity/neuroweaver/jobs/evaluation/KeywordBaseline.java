package com.auterity.neuroweaver.jobs.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keyword look-up, what people wrote before language models: each operation code's {@value
 * #KEYWORDS} most telling words, found in training rows; the code with the heaviest hits wins.
 */
public final class KeywordBaseline {
  static final int KEYWORDS = 20;
  private static final Pattern WORD = Pattern.compile("[a-z0-9']+");

  /** One training row: the customer's words and the operation code that answers them. */
  public record Example(String customerText, String opCode) {}

  /** Code to its keywords with their weights, ordered by code. */
  private final TreeMap<String, Map<String, Double>> keywords = new TreeMap<>();

  private final String mostFrequent;

  private KeywordBaseline(String mostFrequent) {
    this.mostFrequent = mostFrequent;
  }

  /**
   * Finds each operation code's most telling words: document frequency within the code times the
   * logarithm of how much more often the word occurs there than elsewhere.
   */
  public static KeywordBaseline fit(Iterable<Example> examples) {
    TreeMap<String, Integer> rowsOf = new TreeMap<>();
    Map<String, Map<String, Integer>> rowsWithWord = new HashMap<>();
    Map<String, Integer> rowsWithWordAnywhere = new HashMap<>();
    int rows = 0;
    for (Example example : examples) {
      if (example.customerText() == null || example.opCode() == null) {
        continue;
      }
      rows++;
      rowsOf.merge(example.opCode(), 1, Integer::sum);
      Map<String, Integer> counts =
          rowsWithWord.computeIfAbsent(example.opCode(), code -> new HashMap<>());
      for (String word : words(example.customerText())) {
        counts.merge(word, 1, Integer::sum);
        rowsWithWordAnywhere.merge(word, 1, Integer::sum);
      }
    }
    if (rows == 0) {
      throw new IllegalArgumentException("a keyword look-up needs at least one training row");
    }
    String mostFrequent =
        rowsOf.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    KeywordBaseline baseline = new KeywordBaseline(mostFrequent);
    for (Map.Entry<String, Integer> entry : rowsOf.entrySet()) {
      double inside = entry.getValue();
      double outside = Math.max(1, rows - entry.getValue());
      Map<String, Double> scores = new HashMap<>();
      rowsWithWord
          .get(entry.getKey())
          .forEach(
              (word, count) -> {
                double here = count / inside;
                double there = (rowsWithWordAnywhere.get(word) - count) / outside;
                scores.put(word, here * Math.log((here + 1e-3) / (there + 1e-3)));
              });
      List<Map.Entry<String, Double>> best = new ArrayList<>(scores.entrySet());
      best.sort(
          Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
              .thenComparing(Map.Entry.comparingByKey()));
      Map<String, Double> telling = new LinkedHashMap<>();
      best.stream().limit(KEYWORDS).forEach(e -> telling.put(e.getKey(), e.getValue()));
      baseline.keywords.put(entry.getKey(), telling);
    }
    return baseline;
  }

  /** The code whose keywords in the text weigh most; the most frequent code when there is none. */
  public String predict(String customerText) {
    Set<String> words = words(customerText);
    String best = mostFrequent;
    double bestWeight = 0;
    for (Map.Entry<String, Map<String, Double>> entry : keywords.entrySet()) {
      double weight = 0;
      for (Map.Entry<String, Double> keyword : entry.getValue().entrySet()) {
        if (words.contains(keyword.getKey())) {
          weight += keyword.getValue();
        }
      }
      if (weight > bestWeight) {
        bestWeight = weight;
        best = entry.getKey();
      }
    }
    return best;
  }

  /** Share of the examples whose code is predicted; 0 when there are none. */
  public double accuracy(Iterable<Example> examples) {
    int rows = 0;
    int right = 0;
    for (Example example : examples) {
      rows++;
      if (predict(example.customerText()).equals(example.opCode())) {
        right++;
      }
    }
    return rows == 0 ? 0 : (double) right / rows;
  }

  /** The keywords of a code, heaviest first. */
  List<String> keywordsOf(String opCode) {
    return List.copyOf(keywords.getOrDefault(opCode, Map.of()).keySet());
  }

  private static Set<String> words(String text) {
    Set<String> words = new HashSet<>();
    Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }
}
