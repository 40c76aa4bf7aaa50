package com.auterity.neuroweaver.bench;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Short documents of drawn words, a third of them planted: copies of an earlier one in which up to
 * three words are changed. The same seed and count give the same documents.
 */
final class DedupDocuments {
  static final int SHINGLE = 3;
  private static final int WORDS = 40;
  private static final int VOCABULARY = 30_000;

  private final String[] texts;

  /** The document a planted one was made from; -1 for the others. */
  private final int[] origins;

  DedupDocuments(long seed, int count) {
    texts = new String[count];
    origins = new int[count];
    SplittableRandom random = new SplittableRandom(seed);
    String[] vocabulary = new String[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      char[] letters = new char[3 + random.nextInt(7)];
      for (int c = 0; c < letters.length; c++) {
        letters[c] = (char) ('a' + random.nextInt(26));
      }
      vocabulary[i] = new String(letters);
    }
    for (int i = 0; i < count; i++) {
      boolean planted = i > 0 && random.nextInt(3) == 0;
      int origin = planted ? random.nextInt(i) : -1;
      while (planted && origins[origin] >= 0) {
        origin = origins[origin];
      }
      origins[i] = origin;
      String[] words = planted ? texts[origin].split(" ") : new String[WORDS];
      int changes = planted ? random.nextInt(4) : WORDS;
      for (int c = 0; c < changes; c++) {
        words[planted ? random.nextInt(WORDS) : c] = vocabulary[random.nextInt(VOCABULARY)];
      }
      texts[i] = String.join(" ", words);
    }
  }

  int count() {
    return texts.length;
  }

  String text(int document) {
    return texts[document];
  }

  /** Planted documents that are at least so similar to what they were made from. */
  int[] similar(double threshold) {
    int[] similar = new int[texts.length];
    int count = 0;
    for (int i = 0; i < texts.length; i++) {
      if (origins[i] >= 0 && similarity(i, origins[i]) >= threshold) {
        similar[count++] = i;
      }
    }
    return Arrays.copyOf(similar, count);
  }

  /**
   * The share of {@link #similar} that lie in one cluster with what they were made from.
   *
   * @param clusters a number for each document, equal in one cluster
   */
  double recall(int[] clusters, int[] similar) {
    int found = 0;
    for (int document : similar) {
      found += clusters[document] == clusters[origins[document]] ? 1 : 0;
    }
    return (double) found / similar.length;
  }

  /** Documents in one cluster with one of another family. */
  int strangers(int[] clusters) {
    int strangers = 0;
    for (int i = 0; i < clusters.length; i++) {
      strangers += family(i) == family(clusters[i]) ? 0 : 1;
    }
    return strangers;
  }

  private int family(int document) {
    return origins[document] < 0 ? document : origins[document];
  }

  private double similarity(int one, int two) {
    Set<String> a = shingles(texts[one]);
    Set<String> b = shingles(texts[two]);
    long both = a.stream().filter(b::contains).count();
    return (double) both / (a.size() + b.size() - both);
  }

  private static Set<String> shingles(String text) {
    String[] words = text.split(" ");
    Set<String> shingles = new HashSet<>();
    for (int i = 0; i + SHINGLE <= words.length; i++) {
      shingles.add(String.join(" ", Arrays.copyOfRange(words, i, i + SHINGLE)));
    }
    return shingles;
  }
}
