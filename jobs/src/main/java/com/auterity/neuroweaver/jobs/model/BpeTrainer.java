package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Learns a byte-level byte-pair encoding (Sennrich et al. 2016): again and again the most frequent
 * pair of neighbours becomes a token; of equally frequent pairs the one with the lower ids. The
 * result depends on the counts of words alone, not on the order of texts.
 */
public final class BpeTrainer {
  /** A pair stops being worth a token below this count. */
  private static final long MIN_COUNT = 2;

  private final List<int[]> words = new ArrayList<>();
  private final List<Long> wordCounts = new ArrayList<>();
  private final Map<Long, Long> pairCounts = new HashMap<>();
  private final Map<Long, Set<Integer>> wordsWithPair = new HashMap<>();
  private final PriorityQueue<Candidate> candidates = new PriorityQueue<>();

  /** A pair with its count when it was queued; stale once the count has changed. */
  private record Candidate(long count, long pair) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int byCount = Long.compare(other.count, count);
      return byCount != 0 ? byCount : Long.compare(pair, other.pair);
    }
  }

  private BpeTrainer() {}

  /** Learns until {@code vocabSize} tokens are there or no pair occurs twice. */
  public static BpeVocabulary train(
      Iterator<String> texts, int vocabSize, List<String> specialTokens) {
    int merges = vocabSize - 256 - specialTokens.size();
    if (merges < 0) {
      throw NeuroWeaverException.invalid(
          "a byte-level vocabulary needs at least %d tokens (256 bytes and %d special ones), found %d"
              .formatted(256 + specialTokens.size(), specialTokens.size(), vocabSize));
    }
    // Sorted, so that equal counts of words give equal bytes whatever order they came in.
    Map<String, Long> counts = new TreeMap<>();
    texts.forEachRemaining(
        text -> {
          for (String word : ByteLevel.words(text)) {
            counts.merge(word, 1L, Long::sum);
          }
        });
    return new BpeVocabulary(specialTokens, new BpeTrainer().learn(counts, specialTokens, merges));
  }

  private List<BpeVocabulary.Merge> learn(
      Map<String, Long> counts, List<String> specialTokens, int wanted) {
    int firstByte = specialTokens.size();
    counts.forEach((word, count) -> add(word, count, firstByte));
    pairCounts.forEach((pair, count) -> candidates.add(new Candidate(count, pair)));
    List<BpeVocabulary.Merge> merges = new ArrayList<>(wanted);
    while (merges.size() < wanted && !candidates.isEmpty()) {
      Candidate best = candidates.poll();
      if (best.count() != pairCounts.getOrDefault(best.pair(), 0L)) {
        continue;
      }
      if (best.count() < MIN_COUNT) {
        break;
      }
      merges.add(new BpeVocabulary.Merge(left(best.pair()), right(best.pair())));
      apply(best.pair(), firstByte + 256 + merges.size() - 1);
    }
    return merges;
  }

  private void add(String word, long count, int firstByte) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = firstByte + (bytes[i] & 0xff);
    }
    int number = words.size();
    words.add(ids);
    wordCounts.add(count);
    countPairs(number, ids, count, null);
  }

  /** Replaces the pair by its token in every word that has it. */
  private void apply(long pair, int token) {
    Set<Long> changed = new HashSet<>();
    for (int number : List.copyOf(wordsWithPair.get(pair))) {
      long count = wordCounts.get(number);
      int[] before = words.get(number);
      countPairs(number, before, -count, changed);
      int[] after = merged(before, left(pair), right(pair), token);
      words.set(number, after);
      countPairs(number, after, count, changed);
    }
    for (long other : changed) {
      long count = pairCounts.getOrDefault(other, 0L);
      if (count == 0) {
        pairCounts.remove(other);
      } else {
        candidates.add(new Candidate(count, other));
      }
    }
  }

  private void countPairs(int number, int[] ids, long count, Set<Long> changed) {
    for (int i = 0; i + 1 < ids.length; i++) {
      long pair = pair(ids[i], ids[i + 1]);
      pairCounts.merge(pair, count, Long::sum);
      Set<Integer> holders = wordsWithPair.computeIfAbsent(pair, p -> new HashSet<>());
      if (count > 0) {
        holders.add(number);
      } else {
        holders.remove(number);
      }
      if (changed != null) {
        changed.add(pair);
      }
    }
  }

  private static int[] merged(int[] ids, int left, int right, int token) {
    int[] out = new int[ids.length];
    int n = 0;
    for (int i = 0; i < ids.length; i++) {
      if (i + 1 < ids.length && ids[i] == left && ids[i + 1] == right) {
        out[n++] = token;
        i++;
      } else {
        out[n++] = ids[i];
      }
    }
    return Arrays.copyOf(out, n);
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  private static int left(long pair) {
    return (int) (pair >>> 32);
  }

  private static int right(long pair) {
    return (int) pair;
  }
}
