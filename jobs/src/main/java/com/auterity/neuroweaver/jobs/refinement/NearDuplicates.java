package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.refinement.similarity.Bands;
import com.auterity.neuroweaver.jobs.refinement.similarity.MinHash;
import com.auterity.neuroweaver.jobs.refinement.similarity.Shingler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * Rejects rows whose texts are nearly those of another row of any partition, or of a dataset stored
 * before. Candidates are rows that share a band of their MinHash signatures; those whose shingle
 * sets have at least the threshold's Jaccard similarity are joined into clusters, of each of which
 * one row stays. Rows without a word are left alone.
 */
final class NearDuplicates implements SurveyStage {
  static final String NAME = "near_duplicates";

  /** What a shingle is made of. */
  enum Unit {
    WORDS,
    CHARACTERS
  }

  /** Which row of a cluster stays; of equal ones the one of lowest ordinal. */
  enum Keep {
    FIRST,
    LONGEST,
    HIGHEST,
    LOWEST
  }

  /**
   * The knobs, read.
   *
   * @param keepBy the column whose value decides; null unless the highest or lowest stays
   * @param verify by the exact similarity of candidates' sets; else by their signatures' agreement
   * @param against version ids once the job has begun
   */
  record Settings(
      List<String> columns,
      Unit unit,
      int shingleSize,
      boolean caseCounts,
      int permutations,
      Bands bands,
      double threshold,
      boolean verify,
      long seed,
      Keep keep,
      String keepBy,
      List<String> against) {

    Shingler shingler() {
      return new Shingler(unit == Unit.WORDS, shingleSize, caseCounts);
    }

    MinHash minHash() {
      return new MinHash(bands.bands(), bands.rows(), seed);
    }

    /** All that band keys depend on besides the rows; begins with the version of their making. */
    String signature() {
      return "2|%s|%s|%d|%b|%d|%d|%d"
          .formatted(columns, unit, shingleSize, caseCounts, bands.bands(), bands.rows(), seed);
    }
  }

  private final Settings settings;
  private final Schema schema;
  private Found found = Found.NOTHING;

  NearDuplicates(Knobs knobs, Schema schema) {
    this.schema = schema;
    List<String> columns = knobs.texts("columns");
    String place = knobs.place();
    for (String name : columns) {
      int column = Knobs.column(schema, name, place + ".columns");
      if (schema.columns().get(column).type() != ColumnType.STRING) {
        throw Knobs.invalid(
            place + ".columns",
            "names " + name + ", a column of " + schema.columns().get(column).type(),
            "text columns only");
      }
    }
    if (new HashSet<>(columns).size() < columns.size()) {
      throw Knobs.invalid(place + ".columns", "names a column twice", "each column once");
    }
    Unit unit = knobs.choice("shingle", Unit.class, Unit.WORDS);
    int size = knobs.whole("shingle_size", unit == Unit.WORDS ? 3 : 5, 1, 64);
    boolean caseCounts = knobs.flag("case_sensitive", false);
    double threshold = knobs.share("threshold", 0.8);
    int permutations = knobs.whole("permutations", 128, 2, 1024);
    Bands bands = bands(knobs, threshold, permutations);
    boolean verify = knobs.flag("verify", true);
    int seed = knobs.whole("seed", 1, 0, Integer.MAX_VALUE);
    Keep keep = knobs.choice("keep", Keep.class, Keep.FIRST);
    String keepBy = knobs.has("keep_by") ? knobs.text("keep_by") : null;
    boolean byColumn = keep == Keep.HIGHEST || keep == Keep.LOWEST;
    if (byColumn != (keepBy != null)) {
      throw Knobs.invalid(
          place + ".keep_by",
          keepBy == null ? "is missing" : "is given, but keep is not highest or lowest",
          byColumn ? "the column whose value decides" : "keep_by only with highest or lowest");
    }
    if (keepBy != null) {
      ColumnType type =
          schema.columns().get(Knobs.column(schema, keepBy, place + ".keep_by")).type();
      if (type == ColumnType.STRING || type == ColumnType.BOOL) {
        throw Knobs.invalid(
            place + ".keep_by",
            "names " + keepBy + ", a column of " + type,
            "a column of INT64, FLOAT64, DATE or TIMESTAMP");
      }
    }
    List<String> against = StoredReferences.named(knobs);
    knobs.done();
    settings =
        new Settings(
            List.copyOf(columns),
            unit,
            size,
            caseCounts,
            permutations,
            bands,
            threshold,
            verify,
            seed,
            keep,
            keepBy,
            against);
  }

  private static Bands bands(Knobs knobs, double threshold, int permutations) {
    boolean given = knobs.has("bands");
    boolean weighted = knobs.has("false_negative_weight");
    if (given && weighted) {
      throw Knobs.invalid(
          knobs.place(), "has both bands and false_negative_weight", "one of the two");
    }
    if (!given) {
      double weight = knobs.share("false_negative_weight", 0.95);
      return Bands.of(threshold, permutations, weight);
    }
    int bands = knobs.whole("bands", 1, 1, permutations);
    if (permutations % bands != 0) {
      throw Knobs.invalid(
          knobs.place() + ".bands",
          "is " + bands + ", which does not divide the " + permutations + " permutations",
          "a divisor of permutations");
    }
    return new Bands(bands, permutations / bands);
  }

  @Override
  public String name() {
    return NAME;
  }

  Settings settings() {
    return settings;
  }

  @Override
  public Findings survey(Survey survey) {
    return new NearDuplicateSearch(settings, survey).run();
  }

  @Override
  public byte[] collect(byte[] question, PartitionView partition) {
    return new NearDuplicateAnswers(settings, schema, partition)
        .to(RecordCodec.decode(question, NearQuestion.class));
  }

  @Override
  public void know(byte[] findings) {
    found = RecordCodec.decode(findings, Found.class);
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    String detail = found.detail(row.ordinal());
    return detail == null ? Verdict.keep(row) : Verdict.reject("near_duplicate", detail);
  }

  /**
   * The rows of one partition to reject, as parallel arrays in order of ordinals.
   *
   * @param ordinals 8 bytes each
   * @param keepers the ordinal of the row that stays, 8 bytes each
   * @param similarities to it, floats of 4 bytes each
   * @param stored which of {@code labels} holds it, -1 for the dataset itself; 4 bytes each
   * @param labels names of the datasets compared with, as {@code name@version}
   */
  public record Found(
      byte[] ordinals,
      byte[] keepers,
      byte[] similarities,
      byte[] stored,
      double threshold,
      List<String> labels) {
    static final Found NOTHING =
        new Found(new byte[0], new byte[0], new byte[0], new byte[0], 0, List.of());

    /** Null for a row that stays. */
    private String detail(long ordinal) {
      ByteBuffer all = ByteBuffer.wrap(ordinals);
      int low = 0;
      int high = ordinals.length / 8 - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        long there = all.getLong(middle * 8);
        if (there == ordinal) {
          return detailAt(middle);
        }
        if (there < ordinal) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return null;
    }

    private String detailAt(int at) {
      float similarity = ByteBuffer.wrap(similarities).getFloat(at * 4);
      int where = ByteBuffer.wrap(stored).getInt(at * 4);
      return String.format(
          Locale.ROOT,
          "similarity %.3f to the row of source ordinal %d%s%s",
          similarity,
          ByteBuffer.wrap(keepers).getLong(at * 8),
          where < 0 ? "" : " of " + labels.get(where),
          similarity < (float) threshold ? ", through rows between them" : "");
    }
  }

  /** A survey that found its clusters. */
  record Clusters(ObjectNode report, List<Found> partitions) implements Findings {
    @Override
    public byte[] of(int partition) {
      return RecordCodec.encode(partitions.get(partition));
    }
  }

  /** Stage JSON up to and with this stage: what its rows' signatures depend on. */
  static String prefix(JsonNode stages, int place) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i <= place; i++) {
      texts.add(stages.get(i).toString());
    }
    return String.join("\n", texts);
  }

  static int[] ints(byte[] bytes) {
    int[] ints = new int[bytes.length / 4];
    ByteBuffer.wrap(bytes).asIntBuffer().get(ints);
    return ints;
  }

  static byte[] bytes(int[] ints) {
    ByteBuffer bytes = ByteBuffer.allocate(ints.length * Integer.BYTES);
    bytes.asIntBuffer().put(ints);
    return bytes.array();
  }
}
