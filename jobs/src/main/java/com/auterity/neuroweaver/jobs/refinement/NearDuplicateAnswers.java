package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.ColumnValues;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.refinement.similarity.MinHash;
import com.auterity.neuroweaver.jobs.refinement.similarity.ShingleSets;
import com.auterity.neuroweaver.jobs.refinement.similarity.Shingler;
import com.auterity.neuroweaver.jobs.refinement.similarity.SignatureCache;
import com.auterity.neuroweaver.jobs.refinement.similarity.SignatureIndex;
import com.auterity.neuroweaver.jobs.refinement.similarity.SignedRows;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.StringJoiner;

/** One partition's side of {@link NearDuplicateSearch}. */
final class NearDuplicateAnswers {
  private static final int EXAMPLE_CHARACTERS = 200;

  /** Rows of one key that a partition of a stored dataset names. */
  private static final int MOST_HITS = 8;

  private final NearDuplicates.Settings settings;
  private final Schema schema;
  private final PartitionView view;

  NearDuplicateAnswers(NearDuplicates.Settings settings, Schema schema, PartitionView view) {
    this.settings = settings;
    this.schema = schema;
    this.view = view;
  }

  byte[] to(NearQuestion question) {
    return switch (question.kind()) {
      case HEADS -> heads(question.from(), question.to());
      case KEYS -> keys(question.from(), question.to(), NearDuplicates.ints(question.data()));
      case SETS -> sets(question.stored(), NearDuplicates.ints(question.data()));
      case TEXTS -> texts(NearDuplicates.ints(question.data()));
      case HITS -> hits(question.stored(), ByteBuffer.wrap(question.data()));
    };
  }

  private SignedRows signed() {
    String key = key();
    SignatureCache cache = SignatureCache.of(view.node());
    return cache.signed(
        key,
        () -> {
          ShingleSets sets = settings.verify() ? new ShingleSets(rowsOf(view.source())) : null;
          SignedRows signed = sign(view.source(), view.place() == 0, settings.keepBy(), sets);
          if (sets != null && sets.isComplete()) {
            cache.keep(key, sets);
          }
          return signed;
        });
  }

  /** What the signatures of the partition depend on. */
  private String key() {
    return view.source().versionId()
        + "/"
        + view.partition()
        + "/"
        + NearDuplicates.prefix(RefineSteps.json(view.stages()), view.place());
  }

  private int rowsOf(Manifest version) {
    return Math.toIntExact(
        version.chunksOf(view.partition()).stream().mapToLong(ChunkInfo::rows).sum());
  }

  /**
   * @param sets get the rows' sets; null when these are not wanted
   */
  private SignedRows sign(Manifest version, boolean asStored, String keepBy, ShingleSets sets) {
    int rows = rowsOf(version);
    SignedRows signed = new SignedRows(rows, settings.bands().bands(), keepBy != null);
    MinHash minHash = settings.minHash();
    read(
        version,
        asStored,
        keepBy,
        null,
        (position, ordinal, rank, shingles) -> {
          int size = shingles == null ? 0 : shingles.end();
          if (size > 0) {
            minHash.sign(shingles.hashes(), size);
          }
          signed.put(position, ordinal, rank, size, size > 0 ? shingles.identity() : 0, minHash);
          if (sets != null) {
            sets.add(shingles, size);
          }
        });
    return signed;
  }

  private byte[] heads(int from, int to) {
    SignedRows signed = signed();
    int last = Math.min(to, signed.rows());
    int count = Math.max(0, last - from);
    boolean ranked = signed.ranks() != null;
    ByteBuffer out = ByteBuffer.allocate(4 + count * (ranked ? 28 : 20));
    out.putInt(signed.rows());
    out.asLongBuffer().put(signed.ordinals(), from, count).put(signed.identities(), from, count);
    out.position(4 + count * 16);
    out.asIntBuffer().put(signed.sizes(), from, count);
    out.position(4 + count * 20);
    if (ranked) {
      out.asDoubleBuffer().put(signed.ranks(), from, count);
    }
    return out.array();
  }

  private byte[] keys(int from, int to, int[] positions) {
    SignedRows signed = signed();
    int last = Math.min(positions[1], signed.rows());
    int count = Math.max(0, last - positions[0]);
    ByteBuffer out = ByteBuffer.allocate(4 * count * (to - from));
    for (int band = from; band < to; band++) {
      out.asIntBuffer().put(signed.keys(band), positions[0], count);
      out.position(out.position() + 4 * count);
    }
    return out.array();
  }

  private byte[] sets(int stored, int[] positions) {
    ShingleSets kept = stored < 0 ? SignatureCache.of(view.node()).sets(key()) : null;
    if (kept != null) {
      return kept.bytes(positions);
    }
    Manifest version = stored < 0 ? view.source() : stored(stored);
    MinHash minHash = settings.minHash();
    ByteBuffer[] out = {ByteBuffer.allocate(1 << 12)};
    read(
        version,
        stored >= 0 || view.place() == 0,
        null,
        positions,
        (position, ordinal, rank, shingles) -> {
          if (shingles == null) {
            throw new IllegalStateException("row " + ordinal + " does not enter the stage");
          }
          int size = shingles.end();
          int[] ints =
              settings.verify()
                  ? ShingleSets.of(shingles, size)
                  : minHash.sign(shingles.hashes(), size);
          int length = settings.verify() ? ShingleSets.length(size) : ints.length;
          int bytes = Integer.BYTES * (1 + length);
          if (out[0].remaining() < bytes) {
            int room = Math.addExact(out[0].position(), Math.max(bytes, out[0].position()));
            out[0] = ByteBuffer.allocate(room).put(out[0].flip());
          }
          out[0].putInt(length);
          out[0].asIntBuffer().put(ints, 0, length);
          out[0].position(out[0].position() + Integer.BYTES * length);
        });
    return Arrays.copyOf(out[0].array(), out[0].position());
  }

  private Manifest stored(int stored) {
    return view.node().datasets().get(view.source().tenant(), settings.against().get(stored));
  }

  private byte[] texts(int[] positions) {
    List<String> texts = new ArrayList<>();
    int next = 0;
    int base = 0;
    for (ChunkInfo chunk : view.source().chunksOf(view.partition())) {
      int end = base + (int) chunk.rows();
      if (next < positions.length && positions[next] < end) {
        List<Row> rows = view.reader().chunk(view.source(), chunk);
        for (; next < positions.length && positions[next] < end; next++) {
          Row row = view.entering(rows.get(positions[next] - base));
          texts.add(text(view.recipe().masked(row, view.place())));
        }
      }
      base = end;
    }
    return RecordCodec.encode(new NearQuestion.Texts(texts));
  }

  private String text(Row row) {
    StringJoiner text = new StringJoiner(" | ");
    for (String column : settings.columns()) {
      String value = row.text(schema.indexOf(column).orElseThrow());
      text.add(value == null ? "" : value);
    }
    String whole = text.toString();
    if (whole.length() <= EXAMPLE_CHARACTERS) {
      return whole;
    }
    int end = EXAMPLE_CHARACTERS;
    return whole.substring(0, Character.isHighSurrogate(whole.charAt(end - 1)) ? end - 1 : end)
        + " ...";
  }

  private byte[] hits(int stored, ByteBuffer keys) {
    Manifest version = stored(stored);
    SignatureIndex index =
        SignatureIndex.of(
            view.node(),
            version,
            view.partition(),
            settings.signature(),
            () -> sign(version, true, null, null));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer hit = ByteBuffer.allocate(24);
    for (int band = 0; band < settings.bands().bands(); band++) {
      int count = keys.getInt();
      int from = 0;
      for (int k = 0; k < count; k++) {
        int key = keys.getInt();
        from = index.first(band, key, from);
        for (int i = 0; i < MOST_HITS && index.hasKey(band, from + i, key); i++) {
          int position = index.position(band, from + i);
          hit.clear();
          hit.putInt(band).putInt(k).putInt(position);
          hit.putInt(index.size(position)).putLong(index.ordinal(position));
          out.writeBytes(hit.array());
        }
      }
    }
    return out.toByteArray();
  }

  /** Takes a row's shingles, not yet ended; null for a row that does not enter the stage. */
  private interface Visitor {
    void row(int position, long ordinal, double rank, Shingler shingles);
  }

  /**
   * Reads rows of the partition, chunk by chunk.
   *
   * @param asStored whether the rows are compared as they are stored, so that only the columns that
   *     are compared need be read
   * @param wanted positions, ascending; null for all
   */
  private void read(
      Manifest version, boolean asStored, String keepBy, int[] wanted, Visitor visitor) {
    Shingler shingler = settings.shingler();
    int base = 0;
    int next = 0;
    for (ChunkInfo chunk : version.chunksOf(view.partition())) {
      int end = base + (int) chunk.rows();
      if (wanted == null || (next < wanted.length && wanted[next] < end)) {
        Source rows = asStored ? new Stored(version, chunk, keepBy) : new Entering(chunk, keepBy);
        if (wanted == null) {
          for (int i = 0; i < chunk.rows(); i++) {
            visit(rows, i, base, shingler, visitor);
          }
        } else {
          for (; next < wanted.length && wanted[next] < end; next++) {
            visit(rows, wanted[next] - base, base, shingler, visitor);
          }
        }
      }
      base = end;
    }
  }

  private static void visit(Source rows, int at, int base, Shingler shingler, Visitor visitor) {
    shingler.begin();
    boolean enters = rows.add(at, shingler);
    visitor.row(base + at, rows.ordinal(at), rows.rank(), enters ? shingler : null);
  }

  /** The rows of one chunk. */
  private interface Source {
    /** Adds the row's texts; false when the row does not enter the stage. */
    boolean add(int at, Shingler shingler);

    long ordinal(int at);

    /** Of the row last added; NaN when it has none. */
    double rank();
  }

  private final class Stored implements Source {
    private final RowBatch batch;
    private final ColumnValues[] columns;
    private final ColumnValues ranks;
    private double rank = Double.NaN;

    Stored(Manifest version, ChunkInfo chunk, String keepBy) {
      LinkedHashSet<String> names = new LinkedHashSet<>(settings.columns());
      if (keepBy != null) {
        names.add(keepBy);
      }
      batch = view.reader().chunk(version, chunk, List.copyOf(names));
      columns = new ColumnValues[settings.columns().size()];
      for (int c = 0; c < columns.length; c++) {
        columns[c] = batch.column(c);
      }
      ranks = keepBy == null ? null : batch.column(columns.length);
    }

    @Override
    public boolean add(int at, Shingler shingler) {
      for (ColumnValues column : columns) {
        if (!column.isNull(at)) {
          if (column.type() == ColumnType.STRING) {
            shingler.add(column.text(), column.start(at), column.end(at));
          } else {
            shingler.add(column.get(at).toString());
          }
        }
      }
      rank = ranks == null ? Double.NaN : rankOf(ranks.get(at));
      return true;
    }

    @Override
    public long ordinal(int at) {
      return batch.ordinal(at);
    }

    @Override
    public double rank() {
      return rank;
    }
  }

  private final class Entering implements Source {
    private final List<Row> rows;
    private final int[] columns;
    private final int keepBy;
    private double rank = Double.NaN;

    Entering(ChunkInfo chunk, String keepBy) {
      RowBatch batch = view.reader().batch(view.source(), chunk);
      rows = batch.asRows();
      columns =
          settings.columns().stream().mapToInt(c -> schema.indexOf(c).orElseThrow()).toArray();
      this.keepBy = keepBy == null ? -1 : schema.indexOf(keepBy).orElseThrow();
    }

    @Override
    public boolean add(int at, Shingler shingler) {
      Row row = view.entering(rows.get(at));
      if (row == null) {
        rank = Double.NaN;
        return false;
      }
      for (int column : columns) {
        String text = row.text(column);
        if (text != null) {
          shingler.add(text);
        }
      }
      rank = keepBy < 0 ? Double.NaN : rankOf(row.get(keepBy));
      return true;
    }

    @Override
    public long ordinal(int at) {
      return rows.get(at).ordinal();
    }

    @Override
    public double rank() {
      return rank;
    }
  }

  private static double rankOf(Object value) {
    if (value == null) {
      return Double.NaN;
    }
    Double number = Values.number(value);
    if (number == null && Values.instant(value) != null) {
      return Values.instant(value).toEpochMilli();
    }
    return number == null ? Double.NaN : number;
  }
}
