package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.BadValueException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.TextValues;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.parser.ParseSettings;
import org.jsoup.parser.Parser;
import org.jsoup.parser.StreamParser;

/**
 * Leads of an ADF file, one row for each prospect, one prospect in memory at a time. Markup is read
 * as senders write it: capitals, unquoted attributes, bare ampersands, several documents in a file.
 * A document type is passed over unread, so it defines no entity and names no other file.
 */
final class AdfReader implements RowReader {
  /** A longer prospect makes the file unreadable, in characters. */
  static final long LONGEST = 16L << 20;

  private static final Pattern DECLARED_ENCODING =
      Pattern.compile("<\\?xml[^>]*encoding\\s*=\\s*[\"']?([A-Za-z0-9._:-]+)");

  private final Path file;
  private final FileOptions options;
  private final RejectedRows rejected;
  private final Schema schema;
  private final BoundedReader text;
  private final StreamParser prospects;
  private long line;
  private long ordinal;

  private AdfReader(
      Path file, FileOptions options, RejectedRows rejected, Schema schema, BoundedReader text) {
    this.file = file;
    this.options = options;
    this.rejected = rejected;
    this.schema = schema;
    this.text = text;
    Parser parser = Parser.xmlParser().settings(ParseSettings.htmlDefault).setTrackPosition(true);
    this.prospects = new StreamParser(parser).parse(text, "");
  }

  static AdfReader open(Path file, FileOptions asked, RejectedRows rejected) {
    List<Column> columns = new ArrayList<>();
    for (ColumnDeclaration column : DeclaredColumns.over(file, AdfLead.COLUMNS, asked.columns())) {
      columns.add(column.column(ColumnType.STRING));
    }
    Schema schema = new Schema(columns);
    try {
      FileOptions options =
          asked.encoding() == null ? asked.withEncoding(declaredEncoding(file)) : asked;
      Reader reader = TextInput.open(file, options);
      try {
        return new AdfReader(file, options, rejected, schema, new BoundedReader(reader, LONGEST));
      } catch (UncheckedIOException e) {
        reader.close();
        throw unreadable(file, options, 0, e.getCause());
      }
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long records() {
    return 0;
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public Row next() {
    Element prospect;
    while ((prospect = prospect()) != null) {
      line = Math.max(1, prospect.sourceRange().start().lineNumber());
      Row row = row(ordinal++, prospect);
      discard(prospect);
      if (row != null) {
        return row;
      }
    }
    if (ordinal == 0) {
      throw DatasetFile.refused(
          file, "has no <prospect>: it is no ADF file, or one without a lead");
    }
    return null;
  }

  @Override
  public void close() {
    prospects.close();
    try {
      text.close();
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be closed: " + e.getMessage(), e);
    }
  }

  private Element prospect() {
    text.begin();
    try {
      return prospects.selectNext("prospect");
    } catch (IOException | UncheckedIOException e) {
      IOException cause = e instanceof UncheckedIOException u ? u.getCause() : (IOException) e;
      throw unreadable(file, options, ordinal, cause);
    }
  }

  private static NeuroWeaverException unreadable(
      Path file, FileOptions options, long after, IOException cause) {
    return cause instanceof CharacterCodingException
        ? DatasetFile.wrongBytes(file, options, cause)
        : DatasetFile.refused(
            file, "cannot be read after prospect " + after + ": " + cause.getMessage(), cause);
  }

  /** Takes what has been read out of the tree, so that it does not grow. */
  private static void discard(Element prospect) {
    for (Node before = prospect.previousSibling(); before != null; ) {
      Node next = before.previousSibling();
      before.remove();
      before = next;
    }
    prospect.remove();
  }

  private Row row(long at, Element prospect) {
    Map<String, String> cells = AdfLead.of(prospect);
    if (cells.isEmpty()) {
      rejected.add(
          line,
          RejectedRows.EMPTY_LEAD,
          "the prospect names neither a vehicle nor a customer",
          prospect::outerHtml);
      return null;
    }
    List<Column> columns = schema.columns();
    Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      Column column = columns.get(i);
      String cell = cells.get(column.name());
      String reason = null;
      String problem = null;
      if (cell == null) {
        if (!column.nullable()) {
          reason = RejectedRows.MISSING_VALUE;
          problem = column.name() + ": has no value";
        }
      } else if (cell.length() > options.maxCell()) {
        reason = RejectedRows.TOO_LONG;
        problem = DatasetFile.tooLong(column.name(), cell.length(), options.maxCell());
      } else {
        try {
          values[i] = TextValues.parse(column.type(), cell);
        } catch (BadValueException e) {
          reason = RejectedRows.BAD_VALUE;
          problem = column.name() + ": " + e.getMessage();
        }
      }
      if (reason != null) {
        rejected.add(line, reason, problem, prospect::outerHtml);
        return null;
      }
    }
    return new Row(at, values);
  }

  /** What the XML declaration says, when this JVM knows it; else null. */
  private static Charset declaredEncoding(Path file) throws IOException {
    try (InputStream in = Compressed.open(file)) {
      Matcher declared =
          DECLARED_ENCODING.matcher(new String(in.readNBytes(1_024), StandardCharsets.ISO_8859_1));
      return declared.find() && Charset.isSupported(declared.group(1))
          ? Charset.forName(declared.group(1))
          : null;
    }
  }
}
