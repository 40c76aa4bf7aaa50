package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.ColumnValues;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;

/**
 * A Parquet file with flat columns in batches: a row group each, column after column. {@link
 * ParquetRowReader} is the same with an object for each cell, and what tests hold this one against.
 */
final class ParquetBatches implements BatchSource {
  /** What a footer says of rows is believed up to here; more rows grow the batch as they come. */
  private static final int ROWS_BELIEVED = 1 << 17;

  private final Path file;
  private final ParquetMetadata footer;
  private final MessageType type;
  private final List<BlockMetaData> groups;
  private final List<ParquetCell> cells;
  private final Schema schema;
  private final Meanings meanings;
  private final RejectedRows.Kept kept;
  private final int maxCell;
  private int nextGroup;
  private long firstOrdinal;

  private ParquetBatches(
      Path file,
      ParquetMetadata footer,
      List<ParquetCell> cells,
      Schema schema,
      Meanings meanings,
      RejectedRows.Kept kept,
      int maxCell) {
    this.file = file;
    this.footer = footer;
    this.type = footer.getFileMetaData().getSchema();
    this.groups = footer.getBlocks();
    this.cells = cells;
    this.schema = schema;
    this.meanings = meanings;
    this.kept = kept;
    this.maxCell = maxCell;
  }

  /** The file, when it can be read so: flat columns in their own types. */
  static Optional<ParquetBatches> open(
      Path file, FileOptions options, Position from, RejectedRows.Kept kept) {
    ParquetMetadata footer = footer(file);
    MessageType type = footer.getFileMetaData().getSchema();
    if (type.getFields().stream().anyMatch(ParquetNested::nested)) {
      return Optional.empty();
    }
    List<ParquetCell> cells = ParquetRowReader.cells(file, type);
    if (!declaresItsTypes(type, cells, options.columns())) {
      return Optional.empty();
    }
    if (footer.getBlocks().stream().allMatch(group -> group.getRowCount() == 0)) {
      throw DatasetFile.refused(file, "has no row");
    }
    Schema schema = ParquetRowReader.schema(file, type, cells, options);
    ParquetBatches batches =
        new ParquetBatches(
            file,
            footer,
            cells,
            schema,
            new Meanings(schema, options.columns()),
            kept,
            options.maxCell());
    batches.skip(from.records());
    return Optional.of(batches);
  }

  private static ParquetMetadata footer(Path file) {
    ParquetFileReader reader = ParquetRowReader.open(file);
    try {
      return reader.getFooter();
    } finally {
      ParquetRowReader.close(file, reader);
    }
  }

  /** Whether every type that is declared is the one the file has. */
  private static boolean declaresItsTypes(
      MessageType type, List<ParquetCell> cells, List<ColumnDeclaration> declared) {
    return declared.stream()
        .filter(column -> column.type() != null && type.containsField(column.name()))
        .allMatch(column -> column.type() == cells.get(type.getFieldIndex(column.name())).type());
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long records() {
    return groups.stream().mapToLong(BlockMetaData::getRowCount).sum();
  }

  @Override
  public Piece next() {
    if (nextGroup == groups.size()) {
      return null;
    }
    RowGroup group = new RowGroup(nextGroup, firstOrdinal);
    firstOrdinal += groups.get(nextGroup++).getRowCount();
    return group;
  }

  private void skip(long records) {
    while (nextGroup < groups.size() && firstOrdinal < records) {
      firstOrdinal += groups.get(nextGroup++).getRowCount();
    }
  }

  @Override
  public void close() {}

  private final class RowGroup implements Piece {
    private final int index;
    private final long firstOrdinal;

    RowGroup(int index, long firstOrdinal) {
      this.index = index;
      this.firstOrdinal = firstOrdinal;
    }

    @Override
    public long weight() {
      return Math.max(1, groups.get(index).getTotalByteSize());
    }

    @Override
    public Batch call() {
      ParquetFooter.checkGroup(file, groups.get(index));
      // A reader of its own: its decompressors serve one thread.
      try (ParquetFileReader reader = ParquetRowReader.open(file, footer);
          PageReadStore pages = reader.readRowGroup(index)) {
        return batch(pages);
      } catch (IOException | RuntimeException e) {
        throw DatasetFile.refused(
            file,
            "cannot be read after row "
                + firstOrdinal
                + " (row group "
                + index
                + "): "
                + e.getMessage(),
            e);
      }
    }

    private Batch batch(PageReadStore pages) {
      int count = Math.toIntExact(pages.getRowCount());
      RowBatch rows = new RowBatch(schema, Math.min(count, ROWS_BELIEVED));
      Problems problems = new Problems(kept);
      ColumnReadStore columns =
          new ColumnReadStoreImpl(
              pages, new NoConverter(), type, footer.getFileMetaData().getCreatedBy());
      for (int c = 0; c < cells.size(); c++) {
        ColumnDescriptor descriptor = type.getColumns().get(c);
        read(columns.getColumnReader(descriptor), c, rows.column(c), count, problems);
        if (meanings.has(c)) {
          check(c, rows.column(c), count, problems);
        }
      }
      for (int r = 0; r < count; r++) {
        rows.endRow(firstOrdinal + r);
      }
      return new Batch(
          problems.without(rows),
          problems.rejected(firstOrdinal, rows),
          new Position(0, 0, firstOrdinal));
    }

    private void check(int c, ColumnValues values, int count, Problems problems) {
      ColumnType type = values.type();
      for (int r = 0; r < count; r++) {
        if (values.isNull(r)
            || (type == ColumnType.STRING
                ? values.end(r) > values.start(r)
                    && meanings.surelyFits(c, values.text(), values.start(r), values.end(r))
                : meanings.surelyFits(c, type, values.bits(r)))) {
          continue;
        }
        String fault = meanings.fault(c, values.get(r));
        if (fault != null) {
          problems.meaning(r, meanings.reason(c), fault);
        }
      }
    }

    private void read(
        ColumnReader reader, int c, ColumnValues values, int count, Problems problems) {
      Column column = schema.columns().get(c);
      ParquetCell cell = cells.get(c);
      int present = reader.getDescriptor().getMaxDefinitionLevel();
      for (int r = 0; r < count; r++, reader.consume()) {
        if (reader.getCurrentDefinitionLevel() < present) {
          if (!column.nullable()) {
            problems.missing(r, column.name() + ": has no value");
          }
          values.addNull();
          continue;
        }
        try {
          cell.read(reader, values);
          if (column.type() == ColumnType.STRING && values.end(r) - values.start(r) > maxCell) {
            int length = ((String) values.get(r)).length();
            if (length > maxCell) {
              problems.tooLong(r, DatasetFile.tooLong(column.name(), length, maxCell));
            }
          }
        } catch (RuntimeException e) {
          if (values.size() > r) {
            throw e;
          }
          problems.bad(r, column.name() + ": " + e.getMessage());
          values.addNull();
        }
      }
    }
  }

  /**
   * Rows that cannot be taken, with the first reason of each; a bad value tells more than none, and
   * what values mean is looked at last.
   */
  private static final class Problems {
    private final RejectedRows.Kept kept;
    private final List<Kind> kinds = new ArrayList<>();
    private final Kind bad = kind();
    private final Kind tooLong = kind();
    private final Kind missing = kind();
    private final Kind meaning = kind();

    /** Of the rows of {@link #meaning}. */
    private final Map<Integer, String> reasons = new HashMap<>();

    Problems(RejectedRows.Kept kept) {
      this.kept = kept;
    }

    private Kind kind() {
      Kind kind = new Kind();
      kinds.add(kind);
      return kind;
    }

    private final class Kind {
      final BitSet rows = new BitSet();
      final TreeMap<Integer, String> first = new TreeMap<>();

      void add(int row, String message) {
        if (rows.get(row)) {
          return;
        }
        rows.set(row);
        first.put(row, message);
        if (!kept.whole() && first.size() > kept.first()) {
          first.pollLastEntry();
        }
      }
    }

    void bad(int row, String message) {
      bad.add(row, message);
    }

    void tooLong(int row, String message) {
      tooLong.add(row, message);
    }

    void missing(int row, String message) {
      missing.add(row, message);
    }

    void meaning(int row, String reason, String message) {
      reasons.putIfAbsent(row, reason);
      meaning.add(row, message);
    }

    RejectedRows rejected(long firstOrdinal, RowBatch batch) {
      RejectedRows rejected = new RejectedRows(kept);
      BitSet all = rows();
      for (int r = all.nextSetBit(0); r >= 0; r = all.nextSetBit(r + 1)) {
        int row = r;
        Kind kind = kinds.stream().filter(k -> k.rows.get(row)).findFirst().orElseThrow();
        rejected.add(
            firstOrdinal + r + 1,
            reason(kind, r),
            kind.first.get(r),
            () -> batch.schema().byName(batch.row(row)));
      }
      return rejected;
    }

    private String reason(Kind kind, int row) {
      if (kind == meaning) {
        return reasons.get(row);
      }
      return kind == bad
          ? RejectedRows.BAD_VALUE
          : kind == tooLong ? RejectedRows.TOO_LONG : RejectedRows.MISSING_VALUE;
    }

    private BitSet rows() {
      BitSet all = new BitSet();
      kinds.forEach(kind -> all.or(kind.rows));
      return all;
    }

    RowBatch without(RowBatch all) {
      BitSet rows = rows();
      if (rows.isEmpty()) {
        return all;
      }
      int[] good = new int[all.rows() - rows.cardinality()];
      for (int r = rows.nextClearBit(0), i = 0; r < all.rows(); r = rows.nextClearBit(r + 1)) {
        good[i++] = r;
      }
      return all.rows(good, 0, good.length);
    }
  }

  /** Checked UTF-8 of a text. */
  static void addText(ColumnValues values, Binary binary) {
    ByteBuffer bytes = binary.toByteBuffer();
    byte[] array;
    int from;
    if (bytes.hasArray()) {
      array = bytes.array();
      from = bytes.arrayOffset() + bytes.position();
    } else {
      array = binary.getBytesUnsafe();
      from = 0;
    }
    int to = from + bytes.remaining();
    for (int i = from; i < to; i++) {
      if (array[i] < 0) {
        check(ByteBuffer.wrap(array, i, to - i));
        break;
      }
    }
    values.addText(array, from, to);
  }

  private static void check(ByteBuffer utf8) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(utf8);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("its bytes are not UTF-8 text", e);
    }
  }

  /** Columns are read one by one: nothing is ever assembled. */
  private static final class NoConverter extends GroupConverter {
    @Override
    public Converter getConverter(int index) {
      return new PrimitiveConverter() {};
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}
