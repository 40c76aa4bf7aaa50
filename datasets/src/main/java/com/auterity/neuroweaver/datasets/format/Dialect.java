package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.format.FileOptions.Layout;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.TypeInference;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells from a delimited file's beginning what was not declared: the delimiter (comma, semicolon,
 * tab or bar) that gives most records the same number of cells, quotes when the text parses with
 * them, and a header unless the first record's cells are of their columns' types like the others.
 */
final class Dialect {
  private static final int SAMPLE = 1 << 16;
  private static final int MOST_RECORDS = 200;
  private static final char[] DELIMITERS = {',', ';', '\t', '|'};

  private Dialect() {}

  /** The options with nothing left to sniff. */
  static FileOptions complete(Path file, FileOptions options) {
    if (options.sniffed().isEmpty()) {
      return options;
    }
    Sample best = best(sample(file, options), options);
    FileOptions known = options.withDelimiter(best.delimiter).withQuoted(best.quoted);
    boolean header =
        options.sniffed().contains(Layout.HEADER)
            ? best.hasHeader(options.columns())
            : options.header();
    return known.withHeader(header);
  }

  private static Sample best(Text text, FileOptions options) {
    char[] delimiters =
        options.sniffed().contains(Layout.DELIMITER)
            ? DELIMITERS
            : new char[] {options.delimiter()};
    Sample best = null;
    for (char delimiter : delimiters) {
      Sample sample = parse(text, delimiter, options);
      if (best == null || sample.score() > best.score()) {
        best = sample;
      }
    }
    return best;
  }

  private static Sample parse(Text text, char delimiter, FileOptions options) {
    if (!options.sniffed().contains(Layout.QUOTE)) {
      return Sample.of(text, delimiter, options.quoted());
    }
    Sample quoted = Sample.of(text, delimiter, true);
    return quoted.whole ? quoted : Sample.of(text, delimiter, false);
  }

  private static Text sample(Path file, FileOptions options) {
    try (Reader in = TextInput.open(file, options)) {
      char[] buffer = new char[SAMPLE];
      int length = 0;
      int read;
      while (length < SAMPLE && (read = in.read(buffer, length, SAMPLE - length)) >= 0) {
        length += read;
      }
      return new Text(new String(buffer, 0, length), length == SAMPLE);
    } catch (CharacterCodingException e) {
      throw DatasetFile.wrongBytes(file, options, e);
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  private record Text(String text, boolean cut) {}

  /**
   * The first records as one delimiter and quote give them.
   *
   * @param whole false when the text cannot be parsed so
   */
  private record Sample(char delimiter, boolean quoted, boolean whole, List<List<String>> records) {
    static Sample of(Text text, char delimiter, boolean quoted) {
      List<List<String>> records = new ArrayList<>();
      boolean whole = true;
      boolean ended = false;
      try (CloseableIterator<CsvRecord> parsed =
          CsvReader.builder()
              .fieldSeparator(delimiter)
              .quoteCharacter(quoted ? '"' : DelimitedRecords.NO_QUOTE)
              .acceptCharsAfterQuotes(false)
              .ofCsvRecord(text.text)
              .iterator()) {
        while (records.size() < MOST_RECORDS && parsed.hasNext()) {
          records.add(parsed.next().getFields());
        }
        ended = !parsed.hasNext();
      } catch (CsvParseException e) {
        whole = false;
      } catch (IOException e) {
        throw new AssertionError("a string is read", e);
      }
      if (ended && text.cut && records.size() > 1) {
        records.remove(records.size() - 1);
      }
      return new Sample(delimiter, quoted, whole, records);
    }

    /** The share of records of the commonest width; wider ones first among equals. */
    double score() {
      Map<Integer, Integer> widths = new TreeMap<>();
      records.forEach(record -> widths.merge(record.size(), 1, Integer::sum));
      double best = 0;
      for (Map.Entry<Integer, Integer> width : widths.entrySet()) {
        if (width.getKey() > 1) {
          double share = (double) width.getValue() / records.size();
          best = Math.max(best, share + Math.min(width.getKey(), 1_000) * 1e-6);
        }
      }
      return whole ? best : best / 2;
    }

    boolean hasHeader(List<ColumnDeclaration> declared) {
      if (records.size() < 2) {
        return true;
      }
      List<String> first = records.get(0);
      List<String> names = first.stream().map(String::strip).toList();
      if (!declared.isEmpty()
          && names.containsAll(declared.stream().map(ColumnDeclaration::name).toList())) {
        return true;
      }
      boolean data = false;
      for (int i = 0; i < first.size(); i++) {
        ColumnType rest = type(i, 1);
        if (rest != ColumnType.STRING && !first.get(i).isBlank()) {
          if (type(i, 0) != rest) {
            return true;
          }
          data = true;
        }
      }
      boolean nameless = names.contains("") || new HashSet<>(names).size() < names.size();
      return !data && !nameless;
    }

    private ColumnType type(int column, int from) {
      TypeInference type = new TypeInference();
      int width = records.get(0).size();
      for (List<String> record : records.subList(from, records.size())) {
        if (record.size() == width && !record.get(column).isEmpty()) {
          type.text(record.get(column));
        }
      }
      return type.type();
    }
  }
}
