package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.InParallel;
import com.auterity.neuroweaver.jobs.refinement.NearDuplicates.Found;
import com.auterity.neuroweaver.jobs.refinement.NearDuplicates.Keep;
import com.auterity.neuroweaver.jobs.refinement.NearDuplicates.Settings;
import com.auterity.neuroweaver.jobs.refinement.NearQuestion.Kind;
import com.auterity.neuroweaver.jobs.refinement.similarity.BandBuckets;
import com.auterity.neuroweaver.jobs.refinement.similarity.RowPairs;
import com.auterity.neuroweaver.jobs.refinement.similarity.SetSimilarity;
import com.auterity.neuroweaver.jobs.refinement.similarity.ShingleSets;
import com.auterity.neuroweaver.jobs.refinement.similarity.Shingler;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Finds clusters of near duplicates from what owners answer. A row has a number: the rows of
 * partition 0 by position, then those of partition 1, and so on; then the stored rows that were
 * met. Per row some 80 bytes are held here and 16 more for each thread, and a bounded number of
 * keys, pairs and shingle sets at a time.
 *
 * <ol>
 *   <li>Rows with equal shingle sets are joined; one of each stands for them from here on.
 *   <li>Band by band, rows with the same key become pairs ({@link BandBuckets}).
 *   <li>Rows are looked up in the indexes of stored datasets; hits become pairs.
 *   <li>The sets of rows in pairs are fetched and compared; similar ones are joined.
 * </ol>
 */
final class NearDuplicateSearch {
  private static final int HEADS_AT_ONCE = 1 << 18;
  private static final int KEYS_AT_ONCE = 1 << 22;
  private static final int PAIRS_AT_ONCE = 1 << 22;

  /** Hashes of fetched sets: 128 MiB. */
  private static final long SETS_AT_ONCE = 1L << 25;

  /** Pairs that several threads compare before their clusters are joined. */
  private static final int BLOCK = 1 << 16;

  private static final int MOST_THREADS = 8;
  private static final int BIGGEST = 10;
  private static final int EXAMPLES = 3;

  private final Settings settings;
  private final Survey survey;
  private final int partitions;

  /** The number of each partition's first row; at the end, of all rows. */
  private final int[] base;

  private final long[] ordinals;
  private final int[] sizes;
  private final double[] ranks;

  /** The row that stands for this one: of those with an equal set the one of lowest ordinal. */
  private final int[] standsFor;

  private int[] parent;
  private int[][] sets;
  private long held;

  /** One for each thread. */
  private final RowPairs[] candidates = new RowPairs[Math.min(MOST_THREADS, InParallel.width())];

  private final SetSimilarity[] similarities = new SetSimilarity[candidates.length];
  private long compared;
  private long similar;

  /** Stored rows that were met, numbered from the last row on. */
  private final List<Stored> stored = new ArrayList<>();

  private final Map<StoredPlace, Integer> storedNumbers = new HashMap<>();

  private record StoredPlace(int dataset, int partition, int position) {}

  private record Stored(StoredPlace place, long ordinal, int size) {}

  NearDuplicateSearch(Settings settings, Survey survey) {
    this.settings = settings;
    this.survey = survey;
    Manifest source = survey.source();
    partitions = source.partitions();
    base = new int[partitions + 1];
    long rows = 0;
    long[] counts = new long[partitions];
    for (ChunkInfo chunk : source.chunks()) {
      counts[chunk.partition()] += chunk.rows();
    }
    for (int p = 0; p < partitions; p++) {
      rows += counts[p];
      if (rows > 1 << 30) {
        throw NeuroWeaverException.invalid(
            "near_duplicates compares at most 2^30 rows; " + source.name() + " has more");
      }
      base[p + 1] = (int) rows;
    }
    int n = (int) rows;
    ordinals = new long[n];
    sizes = new int[n];
    ranks = settings.keepBy() == null ? null : new double[n];
    standsFor = new int[n];
    parent = new int[n];
    sets = new int[n][];
    Arrays.setAll(candidates, i -> new RowPairs());
    Arrays.setAll(similarities, i -> new SetSimilarity());
  }

  private int rows() {
    return standsFor.length;
  }

  NearDuplicates.Clusters run() {
    readHeads();
    int[] distinct = new int[rows()];
    int count = 0;
    for (int row = 0; row < rows(); row++) {
      if (sizes[row] > 0 && standsFor[row] == row) {
        distinct[count++] = row;
      }
    }
    pairByBands(distinct, count);
    settle();
    return decided(count);
  }

  // ---- rows with equal sets

  private void readHeads() {
    long[] identities = new long[rows()];
    int largest = 0;
    for (int p = 0; p < partitions; p++) {
      largest = Math.max(largest, base[p + 1] - base[p]);
    }
    for (int from = 0; from < largest; from += HEADS_AT_ONCE) {
      int first = from;
      int last = from + HEADS_AT_ONCE;
      NearQuestion question = new NearQuestion(Kind.HEADS, -1, first, last, new byte[0]);
      survey.ask(
          partitionsBeyond(first),
          partition -> RecordCodec.encode(question),
          (partition, answer) -> readHeads(partition, first, last, answer, identities));
      survey.progress("signing", Math.min(last, largest), largest, "rows of a partition");
    }
    joinEqual(identities);
  }

  private List<Integer> partitionsBeyond(int position) {
    return survey.partitions().stream().filter(p -> base[p + 1] - base[p] > position).toList();
  }

  private void readHeads(int partition, int first, int last, byte[] answer, long[] identities) {
    ByteBuffer in = ByteBuffer.wrap(answer);
    int count = Math.min(last, base[partition + 1] - base[partition]) - first;
    if (in.getInt() != base[partition + 1] - base[partition]) {
      throw new IllegalStateException(
          "partition " + partition + " has other rows than its manifest");
    }
    int at = base[partition] + first;
    in.asLongBuffer().get(ordinals, at, count).get(identities, at, count);
    in.position(4 + count * 16);
    in.asIntBuffer().get(sizes, at, count);
    in.position(4 + count * 20);
    if (ranks != null) {
      in.asDoubleBuffer().get(ranks, at, count);
    }
  }

  private void joinEqual(long[] identities) {
    int[] table = new int[Integer.highestOneBit(Math.max(2, rows())) * 4];
    Arrays.fill(table, -1);
    for (int row = 0; row < rows(); row++) {
      parent[row] = row;
      standsFor[row] = row;
      if (sizes[row] == 0) {
        continue;
      }
      int at = (int) Shingler.mixed(identities[row]) & table.length - 1;
      while (table[at] >= 0
          && (identities[table[at]] != identities[row] || sizes[table[at]] != sizes[row])) {
        at = at + 1 & table.length - 1;
      }
      if (table[at] < 0) {
        table[at] = row;
        continue;
      }
      if (ordinals[row] < ordinals[table[at]]) {
        standsFor[table[at]] = row;
        table[at] = row;
      } else {
        standsFor[row] = table[at];
      }
    }
    for (int row = 0; row < rows(); row++) {
      int last = row;
      while (standsFor[last] != last) {
        last = standsFor[last];
      }
      for (int each = row; standsFor[each] != each; ) {
        int next = standsFor[each];
        standsFor[each] = last;
        each = next;
      }
      if (last != row) {
        join(row, last);
      }
    }
  }

  // ---- candidate pairs

  private void pairByBands(int[] distinct, int count) {
    int bands = settings.bands().bands();
    int atOnce = Math.max(1, Math.min(bands, KEYS_AT_ONCE / Math.max(1, rows())));
    BandBuckets[] buckets = new BandBuckets[candidates.length];
    Arrays.setAll(buckets, i -> new BandBuckets(ordinals));
    for (int band = 0; band < bands; band += atOnce) {
      int last = Math.min(bands, band + atOnce);
      int[][] keys = keys(band, last);
      for (int from = 0; from < keys.length; from += buckets.length) {
        int first = from;
        InParallel.forEach(
            survey.meter(),
            Math.min(buckets.length, keys.length - first),
            i -> buckets[i].pair(keys[first + i], distinct, count, candidates[i]));
        settleMany();
      }
      for (int d = 0; d < settings.against().size(); d++) {
        lookUp(d, band, last, keys, distinct, count);
      }
      survey.progress("pairing", last, bands, "bands");
    }
  }

  private int[][] keys(int band, int last) {
    int[][] keys = new int[last - band][rows()];
    int pageRows = Math.max(1, KEYS_AT_ONCE / (last - band));
    for (int from = 0; !partitionsBeyond(from).isEmpty(); from += pageRows) {
      int first = from;
      NearQuestion question =
          new NearQuestion(
              Kind.KEYS, -1, band, last, NearDuplicates.bytes(new int[] {first, first + pageRows}));
      survey.ask(
          partitionsBeyond(first),
          partition -> RecordCodec.encode(question),
          (partition, answer) -> {
            ByteBuffer in = ByteBuffer.wrap(answer);
            int count = answer.length / 4 / keys.length;
            for (int[] of : keys) {
              in.asIntBuffer().get(of, base[partition] + first, count);
              in.position(in.position() + 4 * count);
            }
          });
    }
    return keys;
  }

  /** Asks a stored dataset's partitions who has these keys. */
  private void lookUp(int dataset, int band, int last, int[][] keys, int[] distinct, int count) {
    int bands = settings.bands().bands();
    int rowsAtOnce = Math.max(1, KEYS_AT_ONCE / 4 / (last - band));
    for (int from = 0; from < count; from += rowsAtOnce) {
      int to = Math.min(count, from + rowsAtOnce);
      long[][] asked = new long[bands][0];
      ByteBuffer data = ByteBuffer.allocate(4 * bands + 4 * (last - band) * (to - from));
      for (int b = 0; b < bands; b++) {
        if (b >= band && b < last) {
          asked[b] = new long[to - from];
          for (int i = from; i < to; i++) {
            asked[b][i - from] = (long) keys[b - band][distinct[i]] << 32 | distinct[i];
          }
          Arrays.sort(asked[b]);
        }
        int different = 0;
        int countAt = data.position();
        data.putInt(0);
        for (int i = 0; i < asked[b].length; i++) {
          if (i == 0 || (int) (asked[b][i] >> 32) != (int) (asked[b][i - 1] >> 32)) {
            data.putInt((int) (asked[b][i] >> 32));
            different++;
          }
        }
        data.putInt(countAt, different);
      }
      byte[] question =
          RecordCodec.encode(
              NearQuestion.of(Kind.HITS, dataset, Arrays.copyOf(data.array(), data.position())));
      int[][] starts = starts(asked);
      survey.askAll(
          question,
          (partition, answer) -> {
            ByteBuffer in = ByteBuffer.wrap(answer);
            while (in.hasRemaining()) {
              int b = in.getInt();
              int key = in.getInt();
              StoredPlace place = new StoredPlace(dataset, partition, in.getInt());
              int size = in.getInt();
              int number = number(new Stored(place, in.getLong(), size));
              int end = key + 1 < starts[b].length ? starts[b][key + 1] : asked[b].length;
              for (int i = starts[b][key]; i < end; i++) {
                candidates[0].add((int) asked[b][i], number);
              }
            }
          });
      settleMany();
    }
  }

  /** Where each different key begins. */
  private static int[][] starts(long[][] asked) {
    int[][] starts = new int[asked.length][];
    for (int b = 0; b < asked.length; b++) {
      int[] at = new int[asked[b].length];
      int different = 0;
      for (int i = 0; i < at.length; i++) {
        if (i == 0 || (int) (asked[b][i] >> 32) != (int) (asked[b][i - 1] >> 32)) {
          at[different++] = i;
        }
      }
      starts[b] = Arrays.copyOf(at, different);
    }
    return starts;
  }

  private int number(Stored row) {
    Integer known = storedNumbers.putIfAbsent(row.place(), rows() + stored.size());
    if (known != null) {
      return known;
    }
    int number = rows() + stored.size();
    stored.add(row);
    if (number == parent.length) {
      int more = Math.addExact(Math.max(16, stored.size()), number);
      parent = Arrays.copyOf(parent, more);
      sets = Arrays.copyOf(sets, more);
    }
    parent[number] = number;
    return number;
  }

  // ---- comparing pairs

  /** Keeps the candidates from becoming too many. */
  private void settleMany() {
    if (Arrays.stream(candidates).mapToLong(RowPairs::count).sum() > PAIRS_AT_ONCE) {
      settle();
    }
  }

  /** Compares the candidates so far and joins those that are similar. */
  private void settle() {
    long[][] parts = new long[candidates.length][];
    InParallel.forEach(survey.meter(), parts.length, i -> parts[i] = candidates[i].take());
    long[] pairs = RowPairs.union(parts);
    int kept = 0;
    for (long pair : pairs) {
      if (!settings.verify() || fit(size(RowPairs.lower(pair)), size(RowPairs.higher(pair)))) {
        pairs[kept++] = pair;
      }
    }
    long[] fitting = Arrays.copyOf(pairs, kept);
    compare(
        fitting,
        true,
        (pair, similarity) -> {
          if (similarity >= settings.threshold()) {
            similar++;
            join(RowPairs.lower(fitting[pair]), RowPairs.higher(fitting[pair]));
          }
        });
  }

  /** Whether sets of these sizes can be similar enough. */
  private boolean fit(int one, int two) {
    return Math.min(one, two) >= settings.threshold() * Math.max(one, two) - 1e-9;
  }

  private int size(int row) {
    return row < rows() ? sizes[row] : stored.get(row - rows()).size();
  }

  /** Takes the similarity of a pair, by its place. */
  private interface Similarity {
    void of(int pair, double similarity);
  }

  /**
   * Fetches sets, as many pairs at a time as fit, and compares.
   *
   * @param unjoined whether pairs that are in one cluster already are left out
   */
  private void compare(long[] pairs, boolean unjoined, Similarity each) {
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
        Arrays.fill(sets, null);
        held = 0;
        continue;
      }
      fetch(missing);
      for (int block = from; block < to; block += BLOCK) {
        compareBlock(pairs, block, Math.min(to, block + BLOCK), unjoined, each);
      }
      from = to;
      if (from < pairs.length) {
        Arrays.fill(sets, null);
        held = 0;
      }
    }
  }

  private void compareBlock(long[] pairs, int from, int to, boolean unjoined, Similarity each) {
    int[] wanted =
        IntStream.range(from, to)
            .filter(
                i -> !unjoined || root(RowPairs.lower(pairs[i])) != root(RowPairs.higher(pairs[i])))
            .toArray();
    double[] values = new double[wanted.length];
    int threads = similarities.length;
    InParallel.forEach(
        survey.meter(),
        threads,
        t -> {
          for (int i = t * wanted.length / threads; i < (t + 1) * wanted.length / threads; i++) {
            values[i] = similarity(similarities[t], pairs[wanted[i]]);
          }
        });
    compared += wanted.length;
    for (int i = 0; i < wanted.length; i++) {
      each.of(wanted[i], values[i]);
    }
  }

  private long cost(int row, BitSet missing) {
    return sets[row] != null || missing.get(row) ? 0 : 8 + length(row);
  }

  private int length(int row) {
    return settings.verify()
        ? ShingleSets.length(size(row))
        : settings.bands().bands() * settings.bands().rows();
  }

  private void fetch(BitSet wanted) {
    Map<Integer, int[]> own = new TreeMap<>();
    for (int p = 0; p < partitions; p++) {
      int[] rows = missing(wanted, base[p], base[p + 1]);
      if (rows.length > 0) {
        own.put(p, rows);
      }
    }
    fetch(-1, own);
    List<TreeMap<Integer, List<Integer>>> places = new ArrayList<>();
    for (int d = 0; d < settings.against().size(); d++) {
      places.add(new TreeMap<>());
    }
    for (int row : missing(wanted, rows(), rows() + stored.size())) {
      StoredPlace place = stored.get(row - rows()).place();
      places
          .get(place.dataset())
          .computeIfAbsent(place.partition(), p -> new ArrayList<>())
          .add(row);
    }
    for (int d = 0; d < places.size(); d++) {
      Map<Integer, int[]> rows = new TreeMap<>();
      places
          .get(d)
          .forEach(
              (p, of) ->
                  rows.put(
                      p,
                      of.stream()
                          .sorted(Comparator.comparingInt(this::position))
                          .mapToInt(row -> row)
                          .toArray()));
      fetch(d, rows);
    }
  }

  /** Of these rows those that are wanted and not held. */
  private int[] missing(BitSet wanted, int from, int to) {
    int[] rows = new int[to - from];
    int count = 0;
    for (int row = wanted.nextSetBit(from);
        row >= 0 && row < to;
        row = wanted.nextSetBit(row + 1)) {
      if (sets[row] == null) {
        rows[count++] = row;
      }
    }
    return Arrays.copyOf(rows, count);
  }

  /**
   * @param dataset of {@code against}; -1 for the rows that are refined
   * @param numbers for each partition its rows, ascending by position
   */
  private void fetch(int dataset, Map<Integer, int[]> numbers) {
    survey.ask(
        List.copyOf(numbers.keySet()),
        p -> {
          int[] positions = Arrays.stream(numbers.get(p)).map(this::position).toArray();
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

  private int position(int row) {
    return row < rows()
        ? row - base[partitionOf(row)]
        : stored.get(row - rows()).place().position();
  }

  private int partitionOf(int row) {
    int low = 0;
    int high = partitions - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (base[middle] <= row) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private double similarity(SetSimilarity by, long pair) {
    int one = RowPairs.lower(pair);
    int two = RowPairs.higher(pair);
    int[] x = sets[one];
    int[] y = sets[two];
    if (settings.verify()) {
      return by.jaccard(x, size(one) > x.length, y, size(two) > y.length);
    }
    int same = 0;
    for (int k = 0; k < x.length; k++) {
      same += x[k] == y[k] ? 1 : 0;
    }
    return (double) same / x.length;
  }

  private int root(int row) {
    int at = row;
    while (parent[at] != at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  private void join(int one, int two) {
    int a = root(one);
    int b = root(two);
    if (a != b) {
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  }

  // ---- what is decided

  private NearDuplicates.Clusters decided(int distinct) {
    int all = rows() + stored.size();
    int[] members = new int[all];
    int[] keeper = new int[all];
    Arrays.fill(keeper, -1);
    for (int row = 0; row < all; row++) {
      int root = root(row);
      // From here on no look for a root changes anything, so several threads may look.
      parent[row] = root;
      members[root]++;
      if (keeper[root] < 0 || better(row, keeper[root])) {
        keeper[root] = row;
      }
    }
    float[] similarity = new float[rows()];
    measure(members, keeper, similarity);
    List<String> labels = new ArrayList<>();
    for (String versionId : settings.against()) {
      Manifest version = survey.version(versionId);
      labels.add(version.name() + "@" + version.version());
    }
    Found[] found = new Found[partitions];
    InParallel.forEach(
        survey.meter(), partitions, p -> found[p] = found(p, members, keeper, similarity, labels));
    long dropped = Arrays.stream(found).mapToLong(of -> of.ordinals().length / 8).sum();
    ObjectNode report = report(distinct, dropped, members, keeper, similarity, labels);
    Arrays.fill(sets, null);
    return new NearDuplicates.Clusters(report, List.of(found));
  }

  /** Whether a row of a cluster is the one to stay rather than another. */
  private boolean better(int row, int other) {
    if (row >= rows() || other >= rows()) {
      // What was stored before stays before what comes now.
      return row >= rows() && (other < rows() || storedBefore(row, other));
    }
    int order =
        settings.keep() == Keep.LONGEST
            ? Integer.compare(sizes[other], sizes[row])
            : ranks == null ? 0 : byRank(ranks[row], ranks[other]);
    return order != 0 ? order < 0 : ordinals[row] < ordinals[other];
  }

  /** Rows without a value come last. */
  private int byRank(double one, double two) {
    if (Double.isNaN(one) || Double.isNaN(two)) {
      return Boolean.compare(Double.isNaN(one), Double.isNaN(two));
    }
    return settings.keep() == Keep.HIGHEST ? Double.compare(two, one) : Double.compare(one, two);
  }

  private boolean storedBefore(int row, int other) {
    Stored one = stored.get(row - rows());
    Stored two = stored.get(other - rows());
    return one.place().dataset() != two.place().dataset()
        ? one.place().dataset() < two.place().dataset()
        : one.ordinal() < two.ordinal();
  }

  private boolean isDropped(int row, int[] members, int[] keeper) {
    int root = root(row);
    return members[root] > 1 && keeper[root] != row;
  }

  /** The similarity of each dropped row to the one that stays. */
  private void measure(int[] members, int[] keeper, float[] similarity) {
    long[] needed = new long[rows()];
    int count = 0;
    for (int row = 0; row < rows(); row++) {
      if (isDropped(row, members, keeper)) {
        needed[count++] = withKeeper(row, keeper);
      }
    }
    long[] pairs =
        Arrays.stream(needed, 0, count).filter(pair -> pair >= 0).sorted().distinct().toArray();
    float[] measured = new float[pairs.length];
    long before = compared;
    compare(pairs, false, (pair, value) -> measured[pair] = (float) value);
    compared = before;
    for (int row = 0; row < rows(); row++) {
      if (isDropped(row, members, keeper)) {
        long pair = withKeeper(row, keeper);
        similarity[row] = pair < 0 ? 1 : measured[Arrays.binarySearch(pairs, pair)];
      }
    }
  }

  /** The rows to compare for a dropped row and the one that stays; -1 when their sets are equal. */
  private long withKeeper(int row, int[] keeper) {
    int one = standsFor[row];
    int two = stands(keeper[root(row)]);
    return one == two ? -1 : RowPairs.pair(one, two);
  }

  private int stands(int row) {
    return row < rows() ? standsFor[row] : row;
  }

  private Found found(
      int partition, int[] members, int[] keeper, float[] similarity, List<String> labels) {
    int count = 0;
    for (int row = base[partition]; row < base[partition + 1]; row++) {
      count += isDropped(row, members, keeper) ? 1 : 0;
    }
    ByteBuffer dropped = ByteBuffer.allocate(8 * count);
    ByteBuffer keepers = ByteBuffer.allocate(8 * count);
    ByteBuffer similarities = ByteBuffer.allocate(4 * count);
    ByteBuffer where = ByteBuffer.allocate(4 * count);
    for (int row = base[partition]; row < base[partition + 1]; row++) {
      if (isDropped(row, members, keeper)) {
        int kept = keeper[root(row)];
        dropped.putLong(ordinals[row]);
        keepers.putLong(ordinal(kept));
        similarities.putFloat(similarity[row]);
        where.putInt(kept < rows() ? -1 : stored.get(kept - rows()).place().dataset());
      }
    }
    return new Found(
        dropped.array(),
        keepers.array(),
        similarities.array(),
        where.array(),
        settings.threshold(),
        labels);
  }

  private long ordinal(int row) {
    return row < rows() ? ordinals[row] : stored.get(row - rows()).ordinal();
  }

  // ---- what the user sees

  private ObjectNode report(
      int distinct,
      long dropped,
      int[] members,
      int[] keeper,
      float[] similarity,
      List<String> labels) {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("stage", NearDuplicates.NAME);
    report.put("rows_compared", Arrays.stream(sizes).filter(size -> size > 0).count());
    report.put("rows_different", distinct);
    report.put("bands", settings.bands().bands());
    report.put("rows_per_band", settings.bands().rows());
    report.put("pairs_compared", compared);
    report.put("pairs_similar", similar);
    Comparator<Integer> biggestFirst =
        Comparator.<Integer>comparingInt(root -> -members[root])
            .thenComparing(root -> keeper[root] < rows())
            .thenComparingLong(root -> ordinal(keeper[root]));
    PriorityQueue<Integer> biggest = new PriorityQueue<>(biggestFirst.reversed());
    int clusters = 0;
    long withStored = 0;
    long[] histogram = new long[32];
    for (int root = 0; root < rows(); root++) {
      if (members[root] > 1) {
        clusters++;
        withStored += keeper[root] >= rows() ? 1 : 0;
        histogram[32 - Integer.numberOfLeadingZeros(members[root] - 1)]++;
        biggest.add(root);
        if (biggest.size() > BIGGEST) {
          biggest.remove();
        }
      }
    }
    report.put("clusters", clusters);
    if (!labels.isEmpty()) {
      report.put("clusters_with_stored_rows", withStored);
    }
    report.put("rows_dropped", dropped);
    ObjectNode counts = report.putObject("cluster_sizes");
    for (int bits = 1; bits < histogram.length; bits++) {
      if (histogram[bits] > 0) {
        String range = bits == 1 ? "2" : (1 << bits - 1) + 1 + "-" + (1L << bits);
        counts.put(range, histogram[bits]);
      }
    }
    List<Integer> shown = biggest.stream().sorted(biggestFirst).toList();
    examples(report.putArray("biggest"), shown, members, keeper, similarity, labels);
    return report;
  }

  private void examples(
      ArrayNode into,
      List<Integer> biggest,
      int[] members,
      int[] keeper,
      float[] similarity,
      List<String> labels) {
    Map<Integer, List<Integer>> shown = new HashMap<>();
    biggest.forEach(root -> shown.put(root, new ArrayList<>()));
    for (int row = 0; row < rows() && !biggest.isEmpty(); row++) {
      List<Integer> of = shown.get(root(row));
      if (of != null && keeper[root(row)] != row) {
        of.add(row);
        if (of.size() > EXAMPLES) {
          of.sort(Comparator.comparingLong(each -> ordinals[each]));
          of.remove(EXAMPLES);
        }
      }
    }
    TreeMap<Integer, String> texts = new TreeMap<>();
    for (int root : biggest) {
      shown.get(root).forEach(row -> texts.put(row, ""));
      if (keeper[root] < rows()) {
        texts.put(keeper[root], "");
      }
    }
    readTexts(texts);
    for (int root : biggest) {
      ObjectNode cluster = into.addObject();
      cluster.put("size", members[root]);
      int kept = keeper[root];
      ObjectNode stays = cluster.putObject("kept");
      stays.put("ordinal", ordinal(kept));
      if (kept < rows()) {
        stays.put("text", texts.get(kept));
      } else {
        stays.put("dataset", labels.get(stored.get(kept - rows()).place().dataset()));
      }
      ArrayNode dropped = cluster.putArray("dropped");
      List<Integer> rows = shown.get(root);
      rows.sort(Comparator.comparingLong(each -> ordinals[each]));
      for (int row : rows) {
        ObjectNode example = dropped.addObject();
        example.put("ordinal", ordinals[row]);
        example.put("similarity", Math.round(similarity[row] * 1000) / 1000.0);
        example.put("text", texts.get(row));
      }
    }
  }

  private void readTexts(TreeMap<Integer, String> texts) {
    TreeMap<Integer, List<Integer>> places = new TreeMap<>();
    texts
        .keySet()
        .forEach(row -> places.computeIfAbsent(partitionOf(row), p -> new ArrayList<>()).add(row));
    survey.ask(
        List.copyOf(places.keySet()),
        p ->
            RecordCodec.encode(
                NearQuestion.of(
                    Kind.TEXTS,
                    -1,
                    NearDuplicates.bytes(
                        places.get(p).stream().mapToInt(this::position).toArray()))),
        (p, answer) -> {
          List<String> found = RecordCodec.decode(answer, NearQuestion.Texts.class).texts();
          for (int i = 0; i < found.size(); i++) {
            texts.put(places.get(p).get(i), found.get(i));
          }
        });
  }
}
