package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.List;

/** The records of a delimited text file, one after the other; empty lines are skipped. */
final class DelimitedRecords implements AutoCloseable {
  /** No text has this character (Unicode's noncharacter), so as a quote it quotes nothing. */
  static final char NO_QUOTE = '\uffff';

  private final Path file;
  private final FileOptions options;
  private final boolean quoted;
  private final TailReader text;
  private final CloseableIterator<CsvRecord> records;
  private CsvRecord record;

  DelimitedRecords(Path file, FileOptions options) {
    this.file = file;
    this.options = options;
    this.quoted = options.quoted();
    try {
      Reader reader = TextInput.open(file, options);
      this.text = new TailReader(reader);
      this.records =
          CsvReader.builder()
              .fieldSeparator(options.delimiter())
              .quoteCharacter(quoted ? '"' : NO_QUOTE)
              .acceptCharsAfterQuotes(false)
              .ofCsvRecord(text)
              .iterator();
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Goes to the next record; false at the end. */
  boolean advance() {
    try {
      if (!records.hasNext()) {
        checkEnd();
        return false;
      }
      record = records.next();
      return true;
    } catch (CsvParseException e) {
      throw unreadable(e);
    } catch (UncheckedIOException e) {
      throw unreadable(e);
    }
  }

  /** Where the record begins, from 1. */
  long line() {
    return record.getStartingLineNumber();
  }

  int width() {
    return record.getFieldCount();
  }

  /** The cell's text; null when it is empty. */
  String cell(int index) {
    String cell = record.getField(index);
    return cell.isEmpty() ? null : cell;
  }

  /** The cells as they were read. */
  List<String> cells() {
    return record.getFields();
  }

  @Override
  public void close() {
    try {
      records.close();
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be closed: " + e.getMessage(), e);
    }
  }

  private void checkEnd() {
    if (quoted && record != null && text.endsInOpenQuote(record.getField(width() - 1))) {
      throw DatasetFile.refused(
          file, line(), "a quote is opened and never closed; the file may be cut off", null);
    }
  }

  private NeuroWeaverException unreadable(RuntimeException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CharacterCodingException) {
        return DatasetFile.wrongBytes(file, options, e);
      }
    }
    String why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    return DatasetFile.refused(
        file,
        "cannot be read after line "
            + (record == null ? 0 : line())
            + ": "
            + why
            + (quoted ? " (if quotes are ordinary characters here, set quote: false)" : ""),
        e);
  }
}
