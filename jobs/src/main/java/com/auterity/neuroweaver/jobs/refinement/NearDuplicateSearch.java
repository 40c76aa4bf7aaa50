package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.InParallel;
import com.auterity.neuroweaver.jobs.refinement.NearDuplicates.Found;
import com.auterity.neuroweaver.jobs.refinement.NearDuplicates.Keep;
import com.auterity.neuroweaver.jobs.refinement.NearDuplicates.Settings;
import com.auterity.neuroweaver.jobs.refinement.NearQuestion.Kind;
import com.auterity.neuroweaver.jobs.refinement.similarity.BandBuckets;
import com.auterity.neuroweaver.jobs.refinement.similarity.DisjointSets;
import com.auterity.neuroweaver.jobs.refinement.similarity.RowPairs;
import com.auterity.neuroweaver.jobs.refinement.similarity.Shingler;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Finds clusters of near duplicates from what owners answer. Each row has a number ({@link
 * NumberedRows}). Per row some 80 bytes are held here and 16 more for each thread, and a bounded
 * number of keys, pairs and shingle sets at a time.
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

  private static final int MOST_THREADS = 8;
  private static final int BIGGEST = 10;
  private static final int EXAMPLES = 3;

  private final Settings settings;
  private final Survey survey;
  private final NumberedRows rows;

  /** Those of {@link #rows}, by number. */
  private final long[] ordinals;

  private final int[] sizes;
  private final double[] ranks;

  /** The row that stands for this one: of those with an equal set the one of lowest ordinal. */
  private final int[] standsFor;

  private final DisjointSets joined;

  /** One for each thread. */
  private final RowPairs[] candidates = new RowPairs[Math.min(MOST_THREADS, InParallel.width())];

  private final SetComparison comparison;
  private long compared;
  private long similar;

  NearDuplicateSearch(Settings settings, Survey survey) {
    this.settings = settings;
    this.survey = survey;
    rows = new NumberedRows(survey.source());
    ordinals = rows.ordinals();
    sizes = rows.sizes();
    ranks = settings.keepBy() == null ? null : new double[rows.own()];
    standsFor = new int[rows.own()];
    joined = new DisjointSets(rows.own());
    Arrays.setAll(candidates, i -> new RowPairs());
    comparison = new SetComparison(settings, survey, rows, candidates.length);
  }

  NearDuplicates.Clusters run() {
    readHeads();
    int[] distinct = new int[rows.own()];
    int count = 0;
    for (int row = 0; row < rows.own(); row++) {
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
    long[] identities = new long[rows.own()];
    int largest = 0;
    for (int p = 0; p < rows.partitions(); p++) {
      largest = Math.max(largest, rows.count(p));
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
    return survey.partitions().stream().filter(p -> rows.count(p) > position).toList();
  }

  private void readHeads(int partition, int first, int last, byte[] answer, long[] identities) {
    ByteBuffer in = ByteBuffer.wrap(answer);
    int count = Math.min(last, rows.count(partition)) - first;
    if (in.getInt() != rows.count(partition)) {
      throw new IllegalStateException(
          "partition " + partition + " has other rows than its manifest");
    }
    int at = rows.first(partition) + first;
    in.asLongBuffer().get(ordinals, at, count).get(identities, at, count);
    in.position(4 + count * 16);
    in.asIntBuffer().get(sizes, at, count);
    in.position(4 + count * 20);
    if (ranks != null) {
      in.asDoubleBuffer().get(ranks, at, count);
    }
  }

  private void joinEqual(long[] identities) {
    int[] table = new int[Integer.highestOneBit(Math.max(2, rows.own())) * 4];
    Arrays.fill(table, -1);
    for (int row = 0; row < rows.own(); row++) {
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
    for (int row = 0; row < rows.own(); row++) {
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
        joined.join(row, last);
      }
    }
  }

  // ---- candidate pairs

  private void pairByBands(int[] distinct, int count) {
    int bands = settings.bands().bands();
    int atOnce = Math.max(1, Math.min(bands, KEYS_AT_ONCE / Math.max(1, rows.own())));
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
    int[][] keys = new int[last - band][rows.own()];
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
              in.asIntBuffer().get(of, rows.first(partition) + first, count);
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
              NumberedRows.Place place = new NumberedRows.Place(dataset, partition, in.getInt());
              int size = in.getInt();
              int number = rows.number(place, in.getLong(), size);
              joined.grow(rows.all());
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
      if (!settings.verify()
          || fit(rows.size(RowPairs.lower(pair)), rows.size(RowPairs.higher(pair)))) {
        pairs[kept++] = pair;
      }
    }
    long[] fitting = Arrays.copyOf(pairs, kept);
    compared +=
        comparison.compare(
            fitting,
            this::isApart,
            (pair, similarity) -> {
              if (similarity >= settings.threshold()) {
                similar++;
                joined.join(RowPairs.lower(fitting[pair]), RowPairs.higher(fitting[pair]));
              }
            });
  }

  /** Whether the rows are not in one cluster already. */
  private boolean isApart(long pair) {
    return joined.root(RowPairs.lower(pair)) != joined.root(RowPairs.higher(pair));
  }

  /** Whether sets of these sizes can be similar enough. */
  private boolean fit(int one, int two) {
    return Math.min(one, two) >= settings.threshold() * Math.max(one, two) - 1e-9;
  }

  // ---- what is decided

  private NearDuplicates.Clusters decided(int distinct) {
    int all = rows.all();
    int[] members = new int[all];
    int[] keeper = new int[all];
    Arrays.fill(keeper, -1);
    joined.flatten();
    for (int row = 0; row < all; row++) {
      int root = joined.root(row);
      members[root]++;
      if (keeper[root] < 0 || better(row, keeper[root])) {
        keeper[root] = row;
      }
    }
    float[] similarity = new float[rows.own()];
    measure(members, keeper, similarity);
    List<String> labels = new ArrayList<>();
    for (String versionId : settings.against()) {
      Manifest version = survey.version(versionId);
      labels.add(version.name() + "@" + version.version());
    }
    Found[] found = new Found[rows.partitions()];
    InParallel.forEach(
        survey.meter(),
        rows.partitions(),
        p -> found[p] = found(p, members, keeper, similarity, labels));
    long dropped = Arrays.stream(found).mapToLong(of -> of.ordinals().length / 8).sum();
    ObjectNode report = report(distinct, dropped, members, keeper, similarity, labels);
    comparison.release();
    return new NearDuplicates.Clusters(report, List.of(found));
  }

  /** Whether a row of a cluster is the one to stay rather than another. */
  private boolean better(int row, int other) {
    if (row >= rows.own() || other >= rows.own()) {
      // What was stored before stays before what comes now.
      return row >= rows.own() && (other < rows.own() || storedBefore(row, other));
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
    int one = rows.place(row).dataset();
    int two = rows.place(other).dataset();
    return one != two ? one < two : rows.ordinal(row) < rows.ordinal(other);
  }

  private boolean isDropped(int row, int[] members, int[] keeper) {
    int root = joined.root(row);
    return members[root] > 1 && keeper[root] != row;
  }

  /** The similarity of each dropped row to the one that stays. */
  private void measure(int[] members, int[] keeper, float[] similarity) {
    long[] needed = new long[rows.own()];
    int count = 0;
    for (int row = 0; row < rows.own(); row++) {
      if (isDropped(row, members, keeper)) {
        needed[count++] = withKeeper(row, keeper);
      }
    }
    long[] pairs =
        Arrays.stream(needed, 0, count).filter(pair -> pair >= 0).sorted().distinct().toArray();
    float[] measured = new float[pairs.length];
    comparison.compare(pairs, pair -> true, (pair, value) -> measured[pair] = (float) value);
    for (int row = 0; row < rows.own(); row++) {
      if (isDropped(row, members, keeper)) {
        long pair = withKeeper(row, keeper);
        similarity[row] = pair < 0 ? 1 : measured[Arrays.binarySearch(pairs, pair)];
      }
    }
  }

  /** The rows to compare for a dropped row and the one that stays; -1 when their sets are equal. */
  private long withKeeper(int row, int[] keeper) {
    int one = standsFor[row];
    int two = stands(keeper[joined.root(row)]);
    return one == two ? -1 : RowPairs.pair(one, two);
  }

  private int stands(int row) {
    return row < rows.own() ? standsFor[row] : row;
  }

  private Found found(
      int partition, int[] members, int[] keeper, float[] similarity, List<String> labels) {
    int count = 0;
    for (int row = rows.first(partition); row < rows.first(partition + 1); row++) {
      count += isDropped(row, members, keeper) ? 1 : 0;
    }
    ByteBuffer dropped = ByteBuffer.allocate(8 * count);
    ByteBuffer keepers = ByteBuffer.allocate(8 * count);
    ByteBuffer similarities = ByteBuffer.allocate(4 * count);
    ByteBuffer where = ByteBuffer.allocate(4 * count);
    for (int row = rows.first(partition); row < rows.first(partition + 1); row++) {
      if (isDropped(row, members, keeper)) {
        int kept = keeper[joined.root(row)];
        dropped.putLong(ordinals[row]);
        keepers.putLong(rows.ordinal(kept));
        similarities.putFloat(similarity[row]);
        where.putInt(kept < rows.own() ? -1 : rows.place(kept).dataset());
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
            .thenComparing(root -> keeper[root] < rows.own())
            .thenComparingLong(root -> rows.ordinal(keeper[root]));
    PriorityQueue<Integer> biggest = new PriorityQueue<>(biggestFirst.reversed());
    int clusters = 0;
    long withStored = 0;
    long[] histogram = new long[32];
    for (int root = 0; root < rows.own(); root++) {
      if (members[root] > 1) {
        clusters++;
        withStored += keeper[root] >= rows.own() ? 1 : 0;
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
    for (int row = 0; row < rows.own() && !biggest.isEmpty(); row++) {
      List<Integer> of = shown.get(joined.root(row));
      if (of != null && keeper[joined.root(row)] != row) {
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
      if (keeper[root] < rows.own()) {
        texts.put(keeper[root], "");
      }
    }
    readTexts(texts);
    for (int root : biggest) {
      ObjectNode cluster = into.addObject();
      cluster.put("size", members[root]);
      int kept = keeper[root];
      ObjectNode stays = cluster.putObject("kept");
      stays.put("ordinal", rows.ordinal(kept));
      if (kept < rows.own()) {
        stays.put("text", texts.get(kept));
      } else {
        stays.put("dataset", labels.get(rows.place(kept).dataset()));
      }
      ArrayNode dropped = cluster.putArray("dropped");
      List<Integer> examples = shown.get(root);
      examples.sort(Comparator.comparingLong(each -> ordinals[each]));
      for (int row : examples) {
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
        .forEach(
            row -> places.computeIfAbsent(rows.partition(row), p -> new ArrayList<>()).add(row));
    survey.ask(
        List.copyOf(places.keySet()),
        p ->
            RecordCodec.encode(
                NearQuestion.of(
                    Kind.TEXTS,
                    -1,
                    NearDuplicates.bytes(
                        places.get(p).stream().mapToInt(rows::position).toArray()))),
        (p, answer) -> {
          List<String> found = RecordCodec.decode(answer, NearQuestion.Texts.class).texts();
          for (int i = 0; i < found.size(); i++) {
            texts.put(places.get(p).get(i), found.get(i));
          }
        });
  }
}
