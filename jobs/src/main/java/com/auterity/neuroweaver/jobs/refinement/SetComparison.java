package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.InParallel;
import com.auterity.neuroweaver.jobs.refinement.NearDuplicates.Settings;
import com.auterity.neuroweaver.jobs.refinement.NearQuestion.Kind;
import com.auterity.neuroweaver.jobs.refinement.similarity.RowPairs;
import com.auterity.neuroweaver.jobs.refinement.similarity.SetSimilarity;
import com.auterity.neuroweaver.jobs.refinement.similarity.ShingleSets;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * Compares pairs of rows by their shingle sets, or by their signatures when sets are not compared,
 * which it fetches from the rows' owners and holds, a bounded number at a time.
 */
final class SetComparison {
  /** Hashes of fetched sets: 128 MiB. */
  private static final long SETS_AT_ONCE = 1L << 25;

  /** Pairs that several threads compare before anybody hears of their similarity. */
  private static final int BLOCK = 1 << 16;

  private final Settings settings;
  private final Survey survey;
  private final NumberedRows rows;

  /** One for each thread. */
  private final SetSimilarity[] similarities;

  private int[][] sets;
  private long held;

  SetComparison(Settings settings, Survey survey, NumberedRows rows, int threads) {
    this.settings = settings;
    this.survey = survey;
    this.rows = rows;
    similarities = new SetSimilarity[threads];
    Arrays.setAll(similarities, i -> new SetSimilarity());
    sets = new int[rows.own()][];
  }

  /** Takes the similarity of a pair, by its place. */
  interface Similarity {
    void of(int pair, double similarity);
  }

  /**
   * Fetches sets, as many pairs at a time as fit, and compares.
   *
   * @param wanted asked before each block of pairs; one that is not wanted by then is left out
   * @return how many were compared
   */
  long compare(long[] pairs, LongPredicate wanted, Similarity each) {
    if (sets.length < rows.all()) {
      sets = Arrays.copyOf(sets, rows.all());
    }
    long compared = 0;
    int from = 0;
    while (from < pairs.length) {
      int to = from;
      long more = 0;
      BitSet missing = new BitSet();
      while (to < pairs.length) {
        int one = RowPairs.lower(pairs[to]);
        int two = RowPairs.higher(pairs[to]);
        long cost = cost(one, missing) + cost(two, missing);
        if (to > from && held + more + cost > SETS_AT_ONCE) {
          break;
        }
        more += cost;
        missing.set(one);
        missing.set(two);
        to++;
      }
      if (held + more > SETS_AT_ONCE && held > 0) {
        // Begin again with nothing held.
        release();
        continue;
      }
      fetch(missing);
      for (int block = from; block < to; block += BLOCK) {
        compared += compareBlock(pairs, block, Math.min(to, block + BLOCK), wanted, each);
      }
      from = to;
      if (from < pairs.length) {
        release();
      }
    }
    return compared;
  }

  /** Forgets the sets that are held. */
  void release() {
    Arrays.fill(sets, null);
    held = 0;
  }

  private int compareBlock(long[] pairs, int from, int to, LongPredicate wanted, Similarity each) {
    int[] chosen = IntStream.range(from, to).filter(i -> wanted.test(pairs[i])).toArray();
    double[] values = new double[chosen.length];
    int threads = similarities.length;
    InParallel.forEach(
        survey.meter(),
        threads,
        t -> {
          for (int i = t * chosen.length / threads; i < (t + 1) * chosen.length / threads; i++) {
            values[i] = similarity(similarities[t], pairs[chosen[i]]);
          }
        });
    for (int i = 0; i < chosen.length; i++) {
      each.of(chosen[i], values[i]);
    }
    return chosen.length;
  }

  private long cost(int row, BitSet missing) {
    return sets[row] != null || missing.get(row) ? 0 : 8 + length(row);
  }

  private int length(int row) {
    return settings.verify()
        ? ShingleSets.length(rows.size(row))
        : settings.bands().bands() * settings.bands().rows();
  }

  private void fetch(BitSet wanted) {
    Map<Integer, int[]> own = new TreeMap<>();
    for (int p = 0; p < rows.partitions(); p++) {
      int[] missing = missing(wanted, rows.first(p), rows.first(p + 1));
      if (missing.length > 0) {
        own.put(p, missing);
      }
    }
    fetch(-1, own);
    List<TreeMap<Integer, List<Integer>>> places = new ArrayList<>();
    for (int d = 0; d < settings.against().size(); d++) {
      places.add(new TreeMap<>());
    }
    for (int row : missing(wanted, rows.own(), rows.all())) {
      NumberedRows.Place place = rows.place(row);
      places
          .get(place.dataset())
          .computeIfAbsent(place.partition(), p -> new ArrayList<>())
          .add(row);
    }
    for (int d = 0; d < places.size(); d++) {
      Map<Integer, int[]> numbers = new TreeMap<>();
      places
          .get(d)
          .forEach(
              (p, of) ->
                  numbers.put(
                      p,
                      of.stream()
                          .sorted(Comparator.comparingInt(rows::position))
                          .mapToInt(row -> row)
                          .toArray()));
      fetch(d, numbers);
    }
  }

  /** Of these rows those that are wanted and not held. */
  private int[] missing(BitSet wanted, int from, int to) {
    int[] missing = new int[to - from];
    int count = 0;
    for (int row = wanted.nextSetBit(from);
        row >= 0 && row < to;
        row = wanted.nextSetBit(row + 1)) {
      if (sets[row] == null) {
        missing[count++] = row;
      }
    }
    return Arrays.copyOf(missing, count);
  }

  /**
   * @param dataset of {@code against}; -1 for the rows that are refined
   * @param numbers for each partition its rows, ascending by position
   */
  private void fetch(int dataset, Map<Integer, int[]> numbers) {
    survey.ask(
        List.copyOf(numbers.keySet()),
        p -> {
          int[] positions = Arrays.stream(numbers.get(p)).map(rows::position).toArray();
          return RecordCodec.encode(
              NearQuestion.of(Kind.SETS, dataset, NearDuplicates.bytes(positions)));
        },
        (p, answer) -> {
          IntBuffer in = ByteBuffer.wrap(answer).asIntBuffer();
          for (int row : numbers.get(p)) {
            int[] set = new int[in.get()];
            in.get(set);
            sets[row] = set;
            held += 8 + set.length;
          }
        });
  }

  private double similarity(SetSimilarity by, long pair) {
    int one = RowPairs.lower(pair);
    int two = RowPairs.higher(pair);
    int[] x = sets[one];
    int[] y = sets[two];
    if (settings.verify()) {
      return by.jaccard(x, rows.size(one) > x.length, y, rows.size(two) > y.length);
    }
    int same = 0;
    for (int k = 0; k < x.length; k++) {
      same += x[k] == y[k] ? 1 : 0;
    }
    return (double) same / x.length;
  }
}
