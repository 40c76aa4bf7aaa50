package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.refinement.Sample.Allocation;
import com.auterity.neuroweaver.jobs.refinement.Sample.Chosen;
import com.auterity.neuroweaver.jobs.refinement.Sample.Fate;
import com.auterity.neuroweaver.jobs.refinement.Sample.Found;
import com.auterity.neuroweaver.jobs.refinement.Sample.Method;
import com.auterity.neuroweaver.jobs.refinement.Sample.Order;
import com.auterity.neuroweaver.jobs.refinement.Sample.Settings;
import com.auterity.neuroweaver.jobs.refinement.SampleQuestion.Kind;
import com.auterity.neuroweaver.jobs.refinement.similarity.Centres;
import com.auterity.neuroweaver.jobs.refinement.similarity.FarthestFirst;
import com.auterity.neuroweaver.jobs.refinement.similarity.TextFeatures;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Chooses rows from what owners answer. A row has a number: the rows of partition 0 that enter the
 * stage, then those of partition 1, and so on. Per row some 40 bytes are held here; features stay
 * with the owners, but for those of at most 20,000 rows.
 *
 * <ol>
 *   <li>Owners say which rows there are, of which strata, with how many tokens and what score.
 *   <li>{@code kmeans} makes its clusters, which are strata from here on.
 *   <li>Rows of a stratum are put in an order, and each stratum gets a number of rows.
 *   <li>The first of each are chosen; under a budget, in turns, whatever still fits.
 * </ol>
 */
final class SampleSearch {
  /** Rows of one partition that one answer tells of: at most 24 bytes each. */
  private static final int ROWS_AT_ONCE = 1 << 18;

  /** Rows whose vectors the first centres are drawn from, when there are not more clusters. */
  private static final int SEED_ROWS = 8_192;

  /** Candidates of all partitions for the next farthest rows. */
  private static final int CANDIDATES = 4_096;

  private static final int STRATA_SHOWN = 100;

  private final Settings settings;
  private final Survey survey;
  private final int partitions;
  private final int[] base;

  /** Names as in the data, in their order, and as they may be shown. */
  private List<String> names = List.of("");

  private List<String> shown = List.of("");

  private long[] ordinals;

  /** Of each row; -1 without a word where features are taken. */
  private int[] strata;

  private int[] tokens;
  private double[] scores;
  private long[] distances;
  private byte[] fates;
  private final ObjectNode report = JsonNodeFactory.instance.objectNode();

  SampleSearch(Settings settings, Survey survey) {
    this.settings = settings;
    this.survey = survey;
    partitions = survey.source().partitions();
    base = new int[partitions + 1];
  }

  private int rows() {
    return ordinals.length;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  Chosen run() {
    report.put("stage", Sample.NAME);
    report.put("method", lower(settings.method()));
    report.put("seed", settings.seed());
    readRows();
    if (settings.method() == Method.KMEANS) {
      cluster();
    }
    if (settings.method() == Method.DIVERSITY) {
      chooseFarthest();
    } else {
      choose();
    }
    return decided();
  }

  // ---- what there is

  private void readRows() {
    List<int[]> globals = readSizes();
    ordinals = new long[base[partitions]];
    strata = new int[rows()];
    tokens = settings.maxTokens() == null ? null : new int[rows()];
    scores = settings.score() < 0 ? null : new double[rows()];
    fates = new byte[rows()];
    Arrays.fill(fates, (byte) Fate.ENOUGH.ordinal());
    pages(
        from -> SampleQuestion.of(Kind.HEADS, from, from + ROWS_AT_ONCE, new byte[0]),
        (partition, at, answer) ->
            readHeads(
                at,
                RecordCodec.decode(answer, SampleQuestion.Heads.class),
                globals.get(partition)));
  }

  private List<int[]> readSizes() {
    List<SampleQuestion.Size> sizes = new ArrayList<>();
    TreeMap<String, String> all = new TreeMap<>();
    long[] count = {0};
    survey.askAll(
        RecordCodec.encode(SampleQuestion.of(Kind.SIZE, 0, 0, new byte[0])),
        (partition, answer) -> {
          SampleQuestion.Size size = RecordCodec.decode(answer, SampleQuestion.Size.class);
          for (int i = 0; i < size.strata().size(); i++) {
            all.putIfAbsent(size.strata().get(i), size.shown().get(i));
          }
          if (all.size() > Sample.MOST_STRATA) {
            throw SampleAnswers.tooMany();
          }
          count[0] += size.rows();
          if (count[0] > 1 << 30) {
            throw NeuroWeaverException.invalid(
                "sample chooses from at most 2^30 rows; " + survey.source().name() + " has more");
          }
          base[partition + 1] = (int) count[0];
          sizes.add(size);
          survey.progress("reading", partition + 1L, partitions, "partitions");
        });
    if (!settings.strata().isEmpty()) {
      names = List.copyOf(all.keySet());
      shown = List.copyOf(all.values());
    }
    List<int[]> globals = new ArrayList<>();
    for (SampleQuestion.Size size : sizes) {
      globals.add(
          size.strata().stream().mapToInt(name -> Collections.binarySearch(names, name)).toArray());
    }
    return globals;
  }

  private void readHeads(int at, SampleQuestion.Heads heads, int[] global) {
    int count = heads.strata().length / 4;
    ByteBuffer.wrap(heads.ordinals()).asLongBuffer().get(ordinals, at, count);
    ByteBuffer.wrap(heads.strata()).asIntBuffer().get(strata, at, count);
    for (int row = at; row < at + count && global.length > 0; row++) {
      strata[row] = global[strata[row]];
    }
    if (tokens != null) {
      ByteBuffer.wrap(heads.tokens()).asIntBuffer().get(tokens, at, count);
    }
    if (scores != null) {
      ByteBuffer.wrap(heads.scores()).asDoubleBuffer().get(scores, at, count);
    }
  }

  private interface PageQuestion {
    SampleQuestion from(int from);
  }

  private interface PageAnswer {
    void read(int partition, int at, byte[] answer);
  }

  /** Asks for all rows, a bounded number of each partition at a time. */
  private void pages(PageQuestion question, PageAnswer read) {
    int from = 0;
    while (true) {
      int first = from;
      List<Integer> some =
          survey.partitions().stream().filter(p -> base[p + 1] - base[p] > first).toList();
      if (some.isEmpty()) {
        return;
      }
      byte[] asked = RecordCodec.encode(question.from(first));
      survey.ask(
          some,
          partition -> asked,
          (partition, answer) -> read.read(partition, base[partition] + first, answer));
      from += ROWS_AT_ONCE;
    }
  }

  // ---- clusters

  private void cluster() {
    int[] worded = worded();
    names = List.of();
    if (worded.length > 0) {
      Centres centres = centres(worded);
      names = new ArrayList<>();
      for (int i = 0; i < centres.size(); i++) {
        names.add("cluster " + i);
      }
      byte[] told = centres.toBytes();
      distances = new long[rows()];
      pages(
          from -> SampleQuestion.of(Kind.ASSIGN, from, from + ROWS_AT_ONCE, told),
          (partition, at, answer) -> {
            SampleQuestion.Assigned assigned =
                RecordCodec.decode(answer, SampleQuestion.Assigned.class);
            int count = assigned.centres().length / 4;
            ByteBuffer.wrap(assigned.centres()).asIntBuffer().get(strata, at, count);
            ByteBuffer.wrap(assigned.distances()).asLongBuffer().get(distances, at, count);
          });
    }
    shown = names;
  }

  /** Rows with words, in the order of chance. */
  private int[] worded() {
    int[] worded = new int[rows()];
    int n = 0;
    for (int row = 0; row < rows(); row++) {
      if (strata[row] >= 0) {
        worded[n++] = row;
      } else {
        fates[row] = (byte) Fate.NO_WORDS.ordinal();
      }
    }
    Ranked.sort(worded, 0, n, this::byChance);
    return Arrays.copyOf(worded, n);
  }

  /** Lloyd's iterations from seeded centres, over all rows or those that chance puts first. */
  private Centres centres(int[] worded) {
    int dimensions = settings.dimensions();
    int[] pool =
        Arrays.copyOf(
            worded, Math.min(worded.length, Math.max(SEED_ROWS, 2 * settings.clusters())));
    Centres centres =
        Centres.seeded(
            features(pool),
            dimensions,
            settings.clusters(),
            settings.seed(),
            seeds -> {
              survey.ensureActive();
              survey.progress("seeding", seeds, settings.clusters(), "clusters");
            });
    int learnt = Math.min(worded.length, settings.trainRows());
    long threshold = settings.chance(ordinals[worded[learnt - 1]]);
    int done = 0;
    boolean moves = true;
    while (moves && done < settings.iterations()) {
      long[] sums = new long[centres.size() * dimensions];
      long[] counts = new long[centres.size()];
      survey.askAll(
          RecordCodec.encode(new SampleQuestion(Kind.SUMS, 0, 0, threshold, centres.toBytes())),
          (partition, answer) -> {
            SampleQuestion.Sums part = RecordCodec.decode(answer, SampleQuestion.Sums.class);
            add(sums, part.sums());
            add(counts, part.counts());
          });
      Centres moved = centres.moved(sums, counts);
      moves = !Arrays.equals(moved.values(), centres.values());
      centres = moved;
      done++;
      survey.progress("clustering", done, settings.iterations(), "iterations");
    }
    report.put("clusters", centres.size());
    report.put("iterations", done);
    report.put("converged", !moves);
    report.put("rows_learnt_from", learnt);
    return centres;
  }

  /** The vectors of some rows, in their order. */
  private byte[] features(int[] of) {
    int dimensions = settings.dimensions();
    int[] sorted = of.clone();
    Arrays.sort(sorted);
    byte[] bySorted = new byte[sorted.length * dimensions];
    List<Integer> some = new ArrayList<>();
    int[] from = new int[partitions + 1];
    for (int p = 0; p < partitions; p++) {
      from[p + 1] = lowerBound(sorted, base[p + 1]);
      if (from[p + 1] > from[p]) {
        some.add(p);
      }
    }
    survey.ask(
        some,
        partition ->
            RecordCodec.encode(
                SampleQuestion.of(
                    Kind.FEATURES,
                    0,
                    0,
                    NearDuplicates.bytes(
                        Arrays.stream(sorted, from[partition], from[partition + 1])
                            .map(row -> row - base[partition])
                            .toArray()))),
        (partition, answer) ->
            System.arraycopy(answer, 0, bySorted, from[partition] * dimensions, answer.length));
    byte[] inOrder = new byte[bySorted.length];
    for (int i = 0; i < of.length; i++) {
      int at = lowerBound(sorted, of[i]);
      System.arraycopy(bySorted, at * dimensions, inOrder, i * dimensions, dimensions);
    }
    return inOrder;
  }

  private static int lowerBound(int[] sorted, int value) {
    int found = Arrays.binarySearch(sorted, value);
    return found < 0 ? -found - 1 : found;
  }

  // ---- an order in each stratum

  private int byChance(int one, int two) {
    int order = Long.compare(settings.chance(ordinals[one]), settings.chance(ordinals[two]));
    return order != 0 ? order : Integer.compare(one, two);
  }

  private int byDistance(int one, int two) {
    int order = Long.compare(distances[one], distances[two]);
    return order != 0 ? order : byChance(one, two);
  }

  /** Rows without a score come last. */
  private int byScore(int one, int two) {
    double a = scores[one];
    double b = scores[two];
    int order =
        Double.isNaN(a) || Double.isNaN(b)
            ? Boolean.compare(Double.isNaN(a), Double.isNaN(b))
            : settings.order() == Order.HIGHEST ? compared(b, a) : compared(a, b);
    return order != 0 ? order : byChance(one, two);
  }

  /** As {@link Double#compare}, but the zeros are equal. */
  private static int compared(double a, double b) {
    return a < b ? -1 : a > b ? 1 : 0;
  }

  private void order(int[] rows, int from, int to) {
    switch (settings.method()) {
      case SCORE -> {
        Ranked.sort(rows, from, to, this::byScore);
        if (settings.order() == Order.MIDDLE) {
          int scored = from;
          while (scored < to && !Double.isNaN(scores[rows[scored]])) {
            scored++;
          }
          fromTheMiddle(rows, from, scored);
        }
      }
      case KMEANS -> {
        switch (settings.pick()) {
          case RANDOM -> Ranked.sort(rows, from, to, this::byChance);
          case NEAREST -> Ranked.sort(rows, from, to, this::byDistance);
          case SPREAD -> {
            Ranked.sort(rows, from, to, this::byDistance);
            spread(rows, from, to);
          }
        }
      }
      default -> Ranked.sort(rows, from, to, this::byChance);
    }
  }

  /** The middle one first, then those beside it in turns. */
  private static void fromTheMiddle(int[] rows, int from, int to) {
    int[] sorted = Arrays.copyOfRange(rows, from, to);
    int below = (sorted.length - 1) / 2;
    int above = below + 1;
    for (int i = 0; i < sorted.length; i++) {
      boolean down = above >= sorted.length || (below >= 0 && i % 2 == 0);
      rows[from + i] = down ? sorted[below--] : sorted[above++];
    }
  }

  /**
   * Puts sorted rows in the order of van der Corput's sequence: however many are taken from the
   * beginning, they lie evenly from the first to the last.
   */
  static void spread(int[] rows, int from, int to) {
    int[] sorted = Arrays.copyOfRange(rows, from, to);
    int bits = 32 - Integer.numberOfLeadingZeros(Math.max(1, sorted.length - 1));
    int at = from;
    for (int i = 0; i < 1 << bits; i++) {
      int place = Integer.reverse(i) >>> (32 - bits);
      if (place < sorted.length) {
        rows[at++] = sorted[place];
      }
    }
  }

  // ---- how many of each

  private void choose() {
    int[] sizes = new int[names.size()];
    int wordless = 0;
    for (int stratum : strata) {
      if (stratum >= 0) {
        sizes[stratum]++;
      } else {
        wordless++;
      }
    }
    int[] starts = new int[sizes.length + 1];
    for (int s = 0; s < sizes.length; s++) {
      starts[s + 1] = starts[s] + sizes[s];
    }
    int[] ordered = new int[rows() - wordless];
    int[] next = starts.clone();
    for (int row = 0; row < rows(); row++) {
      if (strata[row] >= 0) {
        ordered[next[strata[row]]++] = row;
      }
    }
    for (int s = 0; s < sizes.length; s++) {
      order(ordered, starts[s], starts[s + 1]);
    }
    double[] weights = weights(sizes);
    int[] shares = shares(sizes, weights);
    if (tokens == null) {
      for (int s = 0; s < sizes.length; s++) {
        for (int i = starts[s]; i < starts[s] + shares[s]; i++) {
          fates[ordered[i]] = (byte) Fate.CHOSEN.ordinal();
        }
      }
    } else {
      fill(ordered, starts, shares, tokenWeights(ordered, starts, shares, weights));
    }
  }

  private long size() {
    return settings.rows() != null
        ? settings.rows()
        : settings.fraction() != null ? Math.round(settings.fraction() * rows()) : rows();
  }

  /** By which rows are divided among strata. */
  private double[] weights(int[] sizes) {
    double[] weights = new double[sizes.length];
    refuseUnknown("weights", settings.weights().keySet());
    refuseUnknown("counts", settings.counts().keySet());
    for (int s = 0; s < sizes.length; s++) {
      weights[s] =
          settings.method() == Method.MIXTURE
              ? mixed(settings.weights().isEmpty() ? sizes[s] : weightOf(names.get(s)))
              : settings.allocation() == Allocation.EQUAL ? 1 : sizes[s];
    }
    return weights;
  }

  private double weightOf(String name) {
    return settings.weights().getOrDefault(name, 0.0);
  }

  /**
   * Temperature-scaled mixing (Raffel et al., "Exploring the limits of transfer learning", 2020):
   * above 1 it draws weights together, below 1 apart.
   */
  private double mixed(double weight) {
    return weight == 0 || settings.temperature() == 1
        ? weight
        : StrictMath.pow(weight, 1 / settings.temperature());
  }

  private void refuseUnknown(String knob, Set<String> named) {
    for (String name : named) {
      if (!names.contains(name)) {
        List<String> some = shown.subList(0, Math.min(20, shown.size()));
        throw Knobs.invalid(
            settings.place() + "." + knob,
            "names \"" + name + "\", which no row has",
            "some of "
                + String.join(", ", some)
                + (some.size() < shown.size() ? " and " + (shown.size() - 20) + " others" : ""));
      }
    }
  }

  private int[] shares(int[] sizes, double[] weights) {
    if (settings.perStratum() != null || !settings.counts().isEmpty()) {
      int[] shares = new int[sizes.length];
      int others = settings.perStratum() == null ? 0 : settings.perStratum();
      for (int s = 0; s < sizes.length; s++) {
        shares[s] = Math.min(sizes[s], settings.counts().getOrDefault(names.get(s), others));
      }
      return shares;
    }
    long size = size();
    if (settings.method() == Method.MIXTURE && !settings.hasSize()) {
      double sum = Arrays.stream(weights).sum();
      for (int s = 0; s < sizes.length; s++) {
        if (weights[s] > 0) {
          size = Math.min(size, (long) Math.floor(sizes[s] * sum / weights[s]));
        }
      }
    }
    return Shares.of(size, weights, sizes);
  }

  /** By which tokens are divided among strata. */
  private double[] tokenWeights(int[] ordered, int[] starts, int[] shares, double[] weights) {
    double[] byTokens = weights.clone();
    boolean counted = settings.perStratum() != null || !settings.counts().isEmpty();
    boolean proportional =
        settings.method() != Method.MIXTURE && settings.allocation() == Allocation.PROPORTIONAL;
    for (int s = 0; s < shares.length; s++) {
      if (counted || proportional) {
        long sum = 0;
        int end = counted ? starts[s] + shares[s] : starts[s + 1];
        for (int i = starts[s]; i < end; i++) {
          sum += tokens[ordered[i]];
        }
        byTokens[s] = Math.max(1, sum);
      }
    }
    return byTokens;
  }

  /**
   * Takes rows within the budget: always the next of the stratum that has the least of its share; a
   * row that does not fit is passed over.
   */
  private void fill(int[] ordered, int[] starts, int[] shares, double[] weights) {
    long left = settings.maxTokens();
    long[] taken = new long[shares.length];
    int[] count = new int[shares.length];
    int[] next = starts.clone();
    PriorityQueue<Integer> open =
        new PriorityQueue<>(
            (a, b) -> {
              int order = Double.compare(taken[a] / weights[a], taken[b] / weights[b]);
              return order != 0 ? order : Integer.compare(a, b);
            });
    for (int s = 0; s < shares.length; s++) {
      if (shares[s] > 0) {
        open.add(s);
      }
    }
    while (!open.isEmpty()) {
      int s = open.poll();
      boolean found = false;
      while (!found && next[s] < starts[s + 1]) {
        int row = ordered[next[s]++];
        found = tokens[row] <= left;
        fates[row] = (byte) (found ? Fate.CHOSEN : Fate.TOO_LONG).ordinal();
        if (found) {
          left -= tokens[row];
          taken[s] += tokens[row];
          count[s]++;
        }
      }
      if (found && count[s] < shares[s]) {
        open.add(s);
      }
    }
  }

  // ---- farthest first

  /** A row that may be the next. */
  private static final class Candidate {
    final int row;
    final long chance;
    final byte[] features;
    int distance;

    Candidate(int row, long chance, byte[] features, int distance) {
      this.row = row;
      this.chance = chance;
      this.features = features;
      this.distance = distance;
    }
  }

  /**
   * Farthest-first traversal (Gonzalez, "Clustering to minimize the maximum intercluster distance",
   * 1985): the next row is the one farthest from all before it, so every row ends up near a chosen
   * one. Partitions name their farthest rows; as distances only fall, the farthest of these is the
   * next for as long as no row that was not named can be farther.
   */
  private void chooseFarthest() {
    worded();
    long wanted = size();
    if (wanted > Sample.MOST_DIVERSE) {
      if (settings.fraction() != null) {
        throw Knobs.invalid(
            settings.place() + ".fraction",
            "is " + settings.fraction() + " of " + rows() + " rows",
            "at most " + Sample.MOST_DIVERSE + " rows, or method kmeans for more");
      }
      wanted = Sample.MOST_DIVERSE;
      report.put("most_rows", wanted);
    }
    int each = Math.max(8, CANDIDATES / partitions);
    int left = settings.maxTokens() == null ? Integer.MAX_VALUE : settings.maxTokens();
    int chosen = 0;
    ByteArrayOutputStream features = new ByteArrayOutputStream();
    boolean more = true;
    double nearest = Double.NaN;
    while (more && chosen < wanted) {
      List<Candidate> candidates = new ArrayList<>();
      Candidate[] bound = {null};
      survey.askAll(
          RecordCodec.encode(SampleQuestion.of(Kind.FARTHEST, each, left, features.toByteArray())),
          (partition, answer) -> read(partition, answer, candidates, bound));
      more = !candidates.isEmpty();
      Candidate next = best(candidates, left);
      while (next != null && chosen < wanted && !isBefore(bound[0], next)) {
        fates[next.row] = (byte) Fate.CHOSEN.ordinal();
        nearest = chosen == 0 ? Double.NaN : Math.sqrt(next.distance) / TextFeatures.UNIT;
        chosen++;
        left -= tokens == null ? 0 : tokens[next.row];
        features.writeBytes(next.features);
        for (Candidate other : candidates) {
          other.distance =
              Math.min(
                  other.distance,
                  TextFeatures.distance(
                      other.features, 0, next.features, 0, settings.dimensions()));
        }
        next = best(candidates, left);
      }
      survey.progress("choosing", chosen, wanted, "rows");
    }
    if (!Double.isNaN(nearest)) {
      report.put("distance_of_last", Math.round(nearest * 1_000) / 1_000.0);
    }
    for (int row = 0; row < rows() && chosen < wanted; row++) {
      if (fates[row] == Fate.ENOUGH.ordinal()) {
        boolean fits = tokens == null || tokens[row] <= left;
        fates[row] = (byte) (fits ? Fate.COPY : Fate.TOO_LONG).ordinal();
      }
    }
  }

  private void read(int partition, byte[] answer, List<Candidate> candidates, Candidate[] bound) {
    SampleQuestion.Farthest farthest = RecordCodec.decode(answer, SampleQuestion.Farthest.class);
    int[] found = NearDuplicates.ints(farthest.rows());
    int[] away = NearDuplicates.ints(farthest.distances());
    int dimensions = settings.dimensions();
    for (int i = 0; i < found.length; i++) {
      int row = base[partition] + found[i];
      candidates.add(
          new Candidate(
              row,
              settings.chance(ordinals[row]),
              Arrays.copyOfRange(farthest.features(), i * dimensions, (i + 1) * dimensions),
              away[i]));
    }
    if (!farthest.all()) {
      Candidate last = candidates.get(candidates.size() - 1);
      Candidate named = new Candidate(last.row, last.chance, null, last.distance);
      bound[0] = bound[0] == null || isBefore(named, bound[0]) ? named : bound[0];
    }
  }

  private static boolean isBefore(Candidate one, Candidate other) {
    return one != null
        && FarthestFirst.before(one.distance, one.chance, other.distance, other.chance);
  }

  private Candidate best(List<Candidate> candidates, int left) {
    Candidate best = null;
    for (Candidate each : candidates) {
      if (each.distance > 0
          && (tokens == null || tokens[each.row] <= left)
          && (best == null || isBefore(each, best))) {
        best = each;
      }
    }
    return best;
  }

  // ---- what is decided

  private Chosen decided() {
    if (names.isEmpty()) {
      // No row, or none with a word.
      names = List.of("");
      shown = names;
    }
    long[] sizes = new long[names.size()];
    long[] chosen = new long[names.size()];
    long[] used = new long[names.size()];
    long all = 0;
    long rowsChosen = 0;
    long tokensChosen = 0;
    for (int row = 0; row < rows(); row++) {
      boolean taken = fates[row] == Fate.CHOSEN.ordinal();
      all += tokens == null ? 0 : tokens[row];
      rowsChosen += taken ? 1 : 0;
      tokensChosen += taken && tokens != null ? tokens[row] : 0;
      if (strata[row] >= 0) {
        sizes[strata[row]]++;
        chosen[strata[row]] += taken ? 1 : 0;
        used[strata[row]] += taken && tokens != null ? tokens[row] : 0;
      }
    }
    report.put("rows", rows());
    report.put("rows_chosen", rowsChosen);
    if (tokens != null) {
      report.put("max_tokens", settings.maxTokens());
      report.put("tokens", all);
      report.put("tokens_chosen", tokensChosen);
    }
    if (settings.method() != Method.RANDOM && !shown.get(0).isEmpty()) {
      ArrayNode list = report.putArray("strata");
      for (int s = 0; s < Math.min(STRATA_SHOWN, sizes.length); s++) {
        ObjectNode each = list.addObject();
        each.put("name", shown.get(s)).put("rows", sizes[s]).put("rows_chosen", chosen[s]);
        if (tokens != null) {
          each.put("tokens_chosen", used[s]);
        }
      }
      if (sizes.length > STRATA_SHOWN) {
        report.put("strata_not_shown", sizes.length - STRATA_SHOWN);
      }
    }
    return new Chosen(report, partition -> found(partition, chosen, sizes));
  }

  private Found found(int partition, long[] chosen, long[] sizes) {
    int count = base[partition + 1] - base[partition];
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = base[partition] + i;
    }
    Ranked.sort(order, 0, count, (a, b) -> Long.compare(ordinals[a], ordinals[b]));
    ByteBuffer sorted = ByteBuffer.allocate(8 * count);
    ByteBuffer where = ByteBuffer.allocate(4 * count);
    ByteBuffer away = ByteBuffer.allocate(distances == null ? 0 : 4 * count);
    byte[] what = new byte[count];
    for (int i = 0; i < count; i++) {
      int row = order[i];
      sorted.putLong(ordinals[row]);
      where.putInt(strata[row]);
      what[i] = fates[row];
      if (distances != null) {
        double length = (double) Centres.SCALE * TextFeatures.UNIT;
        away.putFloat((float) (Math.sqrt(distances[row]) / length));
      }
    }
    return new Found(
        sorted.array(), where.array(), what, away.array(), shown, bytes(chosen), bytes(sizes));
  }

  static byte[] bytes(long[] longs) {
    ByteBuffer bytes = ByteBuffer.allocate(longs.length * 8);
    bytes.asLongBuffer().put(longs);
    return bytes.array();
  }

  private static void add(long[] sums, byte[] more) {
    ByteBuffer in = ByteBuffer.wrap(more);
    for (int i = 0; i < sums.length; i++) {
      sums[i] += in.getLong();
    }
  }
}
