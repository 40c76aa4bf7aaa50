package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.refinement.Sample.Settings;
import com.auterity.neuroweaver.jobs.refinement.similarity.Centres;
import com.auterity.neuroweaver.jobs.refinement.similarity.FarthestFirst;
import com.auterity.neuroweaver.jobs.refinement.similarity.TextFeatures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** One partition's side of {@link SampleSearch}. */
final class SampleAnswers {
  private final Settings settings;
  private final PartitionView view;

  SampleAnswers(Settings settings, PartitionView view) {
    this.settings = settings;
    this.view = view;
  }

  byte[] to(SampleQuestion question) {
    SampledRows rows = rows();
    Record answer =
        switch (question.kind()) {
          case SIZE -> new SampleQuestion.Size(rows.size(), rows.labels(), rows.shown());
          case HEADS -> heads(rows, question.from(), Math.min(question.to(), rows.size()));
          case SUMS -> sums(rows, question);
          case ASSIGN -> assigned(rows, question);
          case FARTHEST -> farthest(rows, question);
          case FEATURES -> null;
        };
    return answer == null
        ? features(rows, NearDuplicates.ints(question.data()))
        : RecordCodec.encode(answer);
  }

  private SampledRows rows() {
    String key =
        view.source().versionId()
            + "/"
            + view.partition()
            + "/"
            + NearDuplicates.prefix(RefineSteps.json(view.stages()), view.place());
    return SampledRows.of(view.node(), key, this::read);
  }

  private SampledRows read() {
    int most =
        Math.toIntExact(
            view.source().chunksOf(view.partition()).stream().mapToLong(ChunkInfo::rows).sum());
    int dimensions = settings.dimensions();
    if ((long) most * dimensions > Integer.MAX_VALUE - 8) {
      throw NeuroWeaverException.invalid(
          ("partition %d has %d rows, too many for %d dimensions; right would be at most %d"
                  + " dimensions, or a dataset of more partitions")
              .formatted(view.partition(), most, dimensions, Integer.MAX_VALUE / most));
    }
    long[] ordinals = new long[most];
    int[] strata = new int[most];
    int[] tokens = settings.maxTokens() == null ? null : new int[most];
    double[] scores = settings.score() < 0 ? null : new double[most];
    byte[] features = settings.hasFeatures() ? new byte[most * dimensions] : null;
    TextFeatures vectors =
        features == null
            ? null
            : new TextFeatures(settings.columns(), dimensions, settings.ngram());
    ToIntFunction<Row> counted =
        tokens == null ? null : settings.tokens().on(view.node(), settings.tokenColumns());
    Map<String, Integer> labels = new HashMap<>();
    List<String> names = new ArrayList<>();
    List<String> shown = new ArrayList<>();
    int n = 0;
    for (Iterator<Row> all = view.stored(); all.hasNext(); ) {
      Row row = view.entering(all.next());
      if (row == null) {
        continue;
      }
      ordinals[n] = row.ordinal();
      if (features != null) {
        strata[n] = vectors.of(row, features, n * dimensions) ? 0 : -1;
      } else if (!settings.strata().isEmpty()) {
        String label = Sample.label(row, settings.strata());
        Integer known = labels.putIfAbsent(label, names.size());
        if (known == null) {
          if (names.size() == Sample.MOST_STRATA) {
            throw tooMany();
          }
          names.add(label);
          Row masked = view.recipe().masked(row, view.place());
          shown.add(Sample.label(masked, settings.strata()));
        }
        strata[n] = known == null ? names.size() - 1 : known;
      }
      if (tokens != null) {
        tokens[n] = counted.applyAsInt(row);
      }
      if (scores != null) {
        Double score = row.get(settings.score()) == null ? null : number(row);
        scores[n] = score == null ? Double.NaN : score;
      }
      n++;
    }
    byte[] taken = features == null ? null : Arrays.copyOf(features, n * dimensions);
    return new SampledRows(
        Arrays.copyOf(ordinals, n),
        Arrays.copyOf(strata, n),
        tokens == null ? null : Arrays.copyOf(tokens, n),
        scores == null ? null : Arrays.copyOf(scores, n),
        taken,
        List.copyOf(names),
        List.copyOf(shown),
        settings.method() == Sample.Method.DIVERSITY
            ? new FarthestFirst(taken, n, dimensions)
            : null);
  }

  private Double number(Row row) {
    return Values.number(row.get(settings.score()));
  }

  static NeuroWeaverException tooMany() {
    return NeuroWeaverException.invalid(
        "the sample's strata are more than "
            + Sample.MOST_STRATA
            + "; right would be columns with fewer different values");
  }

  private static SampleQuestion.Heads heads(SampledRows rows, int from, int to) {
    int count = to - from;
    ByteBuffer ordinals = ByteBuffer.allocate(8 * count);
    ordinals.asLongBuffer().put(rows.ordinals(), from, count);
    ByteBuffer strata = ByteBuffer.allocate(4 * count);
    strata.asIntBuffer().put(rows.strata(), from, count);
    ByteBuffer tokens = ByteBuffer.allocate(rows.tokens() == null ? 0 : 4 * count);
    if (rows.tokens() != null) {
      tokens.asIntBuffer().put(rows.tokens(), from, count);
    }
    ByteBuffer scores = ByteBuffer.allocate(rows.scores() == null ? 0 : 8 * count);
    if (rows.scores() != null) {
      scores.asDoubleBuffer().put(rows.scores(), from, count);
    }
    return new SampleQuestion.Heads(
        ordinals.array(), strata.array(), tokens.array(), scores.array());
  }

  private byte[] features(SampledRows rows, int[] positions) {
    int dimensions = settings.dimensions();
    byte[] out = new byte[positions.length * dimensions];
    for (int i = 0; i < positions.length; i++) {
      System.arraycopy(rows.features(), positions[i] * dimensions, out, i * dimensions, dimensions);
    }
    return out;
  }

  private SampleQuestion.Sums sums(SampledRows rows, SampleQuestion question) {
    int dimensions = settings.dimensions();
    Centres centres = Centres.ofBytes(question.data(), dimensions);
    long[] sums = new long[centres.size() * dimensions];
    long[] counts = new long[centres.size()];
    for (int row = 0; row < rows.size(); row++) {
      if (rows.strata()[row] < 0 || settings.chance(rows.ordinals()[row]) > question.threshold()) {
        continue;
      }
      int nearest = centres.nearest(rows.features(), row * dimensions);
      counts[nearest]++;
      for (int d = 0; d < dimensions; d++) {
        sums[nearest * dimensions + d] += rows.features()[row * dimensions + d];
      }
    }
    return new SampleQuestion.Sums(SampleSearch.bytes(sums), SampleSearch.bytes(counts));
  }

  private SampleQuestion.Assigned assigned(SampledRows rows, SampleQuestion question) {
    int dimensions = settings.dimensions();
    Centres centres = Centres.ofBytes(question.data(), dimensions);
    int count = Math.min(question.to(), rows.size()) - question.from();
    int[] nearest = new int[count];
    long[] distances = new long[count];
    for (int i = 0; i < count; i++) {
      int row = question.from() + i;
      nearest[i] = -1;
      if (rows.strata()[row] >= 0) {
        nearest[i] = centres.nearest(rows.features(), row * dimensions);
        distances[i] = centres.distance(rows.features(), row * dimensions, nearest[i]);
      }
    }
    return new SampleQuestion.Assigned(
        NearDuplicates.bytes(nearest), SampleSearch.bytes(distances));
  }

  private SampleQuestion.Farthest farthest(SampledRows rows, SampleQuestion question) {
    int most = question.to();
    FarthestFirst.Rows which =
        new FarthestFirst.Rows() {
          @Override
          public boolean eligible(int row) {
            return rows.strata()[row] >= 0 && (rows.tokens() == null || rows.tokens()[row] <= most);
          }

          @Override
          public long chance(int row) {
            return settings.chance(rows.ordinals()[row]);
          }
        };
    synchronized (rows.farthest()) {
      int[] found = rows.farthest().farthest(question.data(), question.from(), which);
      int[] distances = Arrays.stream(found).map(rows.farthest()::distance).toArray();
      return new SampleQuestion.Farthest(
          NearDuplicates.bytes(found),
          NearDuplicates.bytes(distances),
          features(rows, found),
          found.length < question.from());
    }
  }
}
