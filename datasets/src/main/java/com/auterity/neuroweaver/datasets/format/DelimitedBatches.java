package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.BadValueException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.TextValues;
import com.auterity.neuroweaver.datasets.schema.TypeInference;
import com.auterity.neuroweaver.datasets.schema.Utf8Values;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A CSV or tab-separated file in batches, bytes to columns: whole records are found by the thread
 * that reads, cells become values in the one that decodes. {@link DelimitedReader} is the same with
 * an object for each cell, and what tests hold this one against.
 */
final class DelimitedBatches implements BatchSource {
  private static final int BLOCK = 1 << 21;

  /** A record that is longer is refused: a quote is missing, or the file is none of its kind. */
  private static final int LONGEST_RECORD = 1 << 26;

  private final Path file;
  private final FileOptions options;
  private final InputStream in;
  private final Schema schema;
  private final long records;
  private final RejectedRows.Kept kept;
  private final Meanings meanings;
  private byte[] rest = {};
  private DelimitedTokens previous;
  private boolean ended;
  private boolean headerAhead;
  private long offset;
  private long line;
  private long record;

  private DelimitedBatches(
      Path file,
      FileOptions options,
      InputStream in,
      Schema schema,
      long records,
      Position from,
      RejectedRows.Kept kept,
      Meanings meanings) {
    this.file = file;
    this.meanings = meanings;
    this.options = options;
    this.in = in;
    this.schema = schema;
    this.records = records;
    this.kept = kept;
    this.headerAhead = options.header() && from.offset() == 0;
    this.offset = from.offset();
    this.line = from.line();
    this.record = from.records();
  }

  /** Whether the file can be read so: it has to be UTF-8, and its delimiter one byte. */
  static boolean takes(Path file, FileOptions options) {
    try {
      return options.format().delimited()
          && options.delimiter() < 0x80
          && TextInput.encoding(file, options).equals(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  static DelimitedBatches open(
      Path file,
      FileOptions options,
      DelimitedReader.Typed typed,
      Position from,
      RejectedRows.Kept kept) {
    Schema schema =
        new Schema(typed.columns().stream().map(column -> column.column(null)).toList());
    try {
      InputStream in = TextInput.bytes(file);
      in.skipNBytes(from.offset());
      return new DelimitedBatches(
          file,
          options,
          in,
          schema,
          typed.records(),
          from,
          kept,
          new Meanings(schema, typed.columns()));
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** {@link DelimitedReader#infer} of a file that can be read so. */
  static long infer(Path file, FileOptions options, List<TypeInference> types) {
    DelimitedReader.Typed undecided = new DelimitedReader.Typed(List.of(), 0, Set.of());
    try (DelimitedBatches blocks =
        open(file, options, undecided, Position.BEGINNING, new RejectedRows.Kept(0, false))) {
      for (Block block = blocks.next(); block != null; block = blocks.next()) {
        block.infer(types);
      }
      return blocks.record;
    }
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long records() {
    return records;
  }

  @Override
  public Block next() {
    while (!ended || rest.length > 0) {
      Block block = block();
      if (block.tokens.records() > (block.skipsHeader ? 1 : 0)) {
        return block;
      }
    }
    return null;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be closed: " + e.getMessage(), e);
    }
  }

  private Block block() {
    byte[] data = Arrays.copyOf(rest, Math.max(BLOCK, rest.length * 2));
    int limit = rest.length;
    DelimitedTokens tokens =
        new DelimitedTokens((byte) options.delimiter(), options.quoted(), previous);
    previous = tokens;
    while (true) {
      limit = fill(data, limit);
      int end = tokens.read(data, 0, limit, ended);
      if (tokens.problemLine() >= 0) {
        throw noRecord(tokens);
      }
      if (tokens.records() == 0 && end < limit) {
        if (data.length >= LONGEST_RECORD) {
          throw DatasetFile.refused(
              file,
              line + tokens.lines(),
              "a record has more than "
                  + LONGEST_RECORD
                  + " bytes; a closing quote may be missing, or the delimiter is another",
              null);
        }
        data = Arrays.copyOf(data, data.length * 2);
        continue;
      }
      rest = Arrays.copyOfRange(data, end, limit);
      checkText(data, end);
      Block block = new Block(data, tokens, new Position(offset, line, record), headerAhead);
      offset += end;
      line += tokens.lines();
      int taken = tokens.records();
      if (headerAhead && taken > 0) {
        headerAhead = false;
        taken--;
      }
      record += taken;
      return block;
    }
  }

  private int fill(byte[] data, int from) {
    int limit = from;
    try {
      while (limit < data.length && !ended) {
        int read = in.read(data, limit, data.length - limit);
        ended = read < 0;
        limit += Math.max(0, read);
      }
      return limit;
    } catch (IOException e) {
      throw DatasetFile.refused(
          file, "cannot be read after line " + (line - 1) + ": " + e.getMessage(), e);
    }
  }

  private RuntimeException noRecord(DelimitedTokens tokens) {
    long at = line + tokens.problemLine();
    return tokens.unclosed()
        ? DatasetFile.refused(
            file, at, "a quote is opened and never closed; the file may be cut off", null)
        : DatasetFile.refused(
            file,
            at,
            "characters stand between a closing quote and the next delimiter (if quotes are"
                + " ordinary characters here, set quote: false)",
            null);
  }

  /** Strictly UTF-8, as far as the records go. */
  private void checkText(byte[] data, int end) {
    int at = 0;
    while (at < end && data[at] >= 0) {
      at++;
    }
    if (at == end) {
      return;
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(data, at, end - at);
    CharBuffer characters = CharBuffer.allocate(1 << 13);
    while (true) {
      CoderResult result = decoder.decode(bytes, characters.clear(), true);
      if (result.isError()) {
        throw DatasetFile.wrongBytes(file, options, null);
      }
      if (result.isUnderflow()) {
        return;
      }
    }
  }

  private final class Block implements Piece {
    final byte[] data;
    final DelimitedTokens tokens;
    final Position start;
    final boolean skipsHeader;

    Block(byte[] data, DelimitedTokens tokens, Position start, boolean skipsHeader) {
      this.data = data;
      this.tokens = tokens;
      this.start = start;
      this.skipsHeader = skipsHeader;
    }

    @Override
    public long weight() {
      return 2L * data.length;
    }

    /** Shows the cells of records of the right width to their columns' inference. */
    void infer(List<TypeInference> types) {
      for (int r = skipsHeader ? 1 : 0; r < tokens.records(); r++) {
        int first = tokens.firstCell(r);
        if (tokens.endCell(r) - first != types.size()) {
          continue;
        }
        for (int c = 0; c < types.size(); c++) {
          int from = tokens.start(first + c);
          int to = tokens.end(first + c);
          if (from == to) {
            continue;
          }
          if (tokens.escaped(first + c)) {
            byte[] cell = unescaped(from, to);
            types.get(c).text(cell, 0, cell.length);
          } else {
            types.get(c).text(data, from, to);
          }
        }
      }
    }

    @Override
    public Batch call() {
      int skipped = skipsHeader ? 1 : 0;
      int count = tokens.records() - skipped;
      RowBatch rows = new RowBatch(schema, count);
      RejectedRows rejected = new RejectedRows(kept);
      int width = schema.columns().size();
      for (int r = 0; r < count; r++) {
        int at = r + skipped;
        int first = tokens.firstCell(at);
        if (tokens.endCell(at) - first != width) {
          rejected.add(
              start.line() + tokens.line(at),
              RejectedRows.FIELD_COUNT,
              "expected " + width + " cells, found " + (tokens.endCell(at) - first),
              () -> cells(at));
          continue;
        }
        boolean whole = true;
        for (int c = 0; c < width && whole; c++) {
          whole = cell(rows, c, first + c, at, rejected);
          if (!whole) {
            rows.dropCells(c);
          }
        }
        if (whole) {
          rows.endRow(start.records() + r);
        }
      }
      return new Batch(rows, rejected, start);
    }

    /** Adds a cell's value to its column; false when there is none to add. */
    private boolean cell(RowBatch rows, int c, int cell, int record, RejectedRows rejected) {
      Column column = schema.columns().get(c);
      int from = tokens.start(cell);
      int to = tokens.end(cell);
      if (from == to) {
        if (column.nullable()) {
          rows.column(c).addNull();
          return true;
        }
        return reject(
            record, RejectedRows.MISSING_VALUE, column.name() + ": has no value", rejected);
      }
      byte[] bytes = data;
      if (tokens.escaped(cell)) {
        bytes = unescaped(from, to);
        from = 0;
        to = bytes.length;
      }
      if (to - from > options.maxCell()) {
        int length = new String(bytes, from, to - from, StandardCharsets.UTF_8).length();
        if (length > options.maxCell()) {
          return reject(
              record,
              RejectedRows.TOO_LONG,
              DatasetFile.tooLong(column.name(), length, options.maxCell()),
              rejected);
        }
      }
      try {
        boolean text = column.type() == ColumnType.STRING;
        long bits = text ? 0 : Utf8Values.bits(column.type(), bytes, from, to);
        if (meanings.has(c)
            && !(text
                ? meanings.surelyFits(c, bytes, from, to)
                : meanings.surelyFits(c, column.type(), bits))) {
          String fault = fault(c, column.type(), bytes, from, to);
          if (fault != null) {
            return reject(record, meanings.reason(c), fault, rejected);
          }
        }
        if (text) {
          rows.column(c).addText(bytes, from, to);
        } else {
          rows.column(c).addBits(bits);
        }
      } catch (BadValueException e) {
        return reject(
            record, RejectedRows.BAD_VALUE, column.name() + ": " + e.getMessage(), rejected);
      }
      return true;
    }

    private boolean reject(int record, String reason, String message, RejectedRows rejected) {
      rejected.add(start.line() + tokens.line(record), reason, message, () -> cells(record));
      return false;
    }

    private String fault(int c, ColumnType type, byte[] bytes, int from, int to)
        throws BadValueException {
      String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
      return meanings.fault(c, TextValues.parse(type, text));
    }

    /** A record's cells as text. */
    private List<String> cells(int record) {
      List<String> cells = new ArrayList<>();
      for (int cell = tokens.firstCell(record); cell < tokens.endCell(record); cell++) {
        int from = tokens.start(cell);
        int to = tokens.end(cell);
        byte[] bytes =
            tokens.escaped(cell) ? unescaped(from, to) : Arrays.copyOfRange(data, from, to);
        cells.add(new String(bytes, StandardCharsets.UTF_8));
      }
      return cells;
    }

    /** A cell with each two quotes made one. */
    private byte[] unescaped(int from, int to) {
      byte[] bytes = new byte[to - from];
      int length = 0;
      for (int i = from; i < to; i++) {
        bytes[length++] = data[i];
        if (data[i] == '"') {
          i++;
        }
      }
      return Arrays.copyOf(bytes, length);
    }
  }
}
