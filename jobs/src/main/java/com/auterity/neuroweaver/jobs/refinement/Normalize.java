package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.text.Mojibake;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Brings text into one form: Unicode normalization, white space, quotes, letter case, and on demand
 * {@link Mojibake}. Invisible format and control characters always go, a surrogate without its
 * other half becomes U+FFFD, and of more than 30 marks on one character the rest go. Rejects a row
 * only when a long text of compatibility forms would become more than four times as long.
 */
final class Normalize implements Stage {
  static final String NAME = "normalize";

  /** As in the Stream-Safe Text Format (UAX 15). */
  private static final int MOST_MARKS = 30;

  /** Characters of a text from which on it is measured before it may grow. */
  private static final int LONG = 100_000;

  private static final int MOST_GROWTH = 4;

  private enum Unicode {
    NFC,
    NFKC,
    KEEP
  }

  private enum Whitespace {
    /** One space for any run of white space. */
    COLLAPSE,
    /** The same within each line; line ends stay, of several blank lines one. */
    LINES,
    KEEP
  }

  private enum Broken {
    REPAIR,
    KEEP
  }

  private enum Quotes {
    ASCII,
    KEEP
  }

  private enum Case {
    KEEP,
    LOWER,
    UPPER
  }

  private final List<Integer> columns = new ArrayList<>();
  private final Unicode unicode;
  private final Whitespace whitespace;
  private final Quotes quotes;
  private final Case letters;
  private final Broken mojibake;
  private final boolean emptyToNull;

  Normalize(Knobs knobs, Schema schema) {
    if (knobs.has("columns")) {
      columns.addAll(knobs.textColumns("columns", schema));
    } else {
      for (int i = 0; i < schema.columns().size(); i++) {
        if (schema.columns().get(i).type() == ColumnType.STRING) {
          columns.add(i);
        }
      }
    }
    unicode = knobs.choice("unicode", Unicode.class, Unicode.NFC);
    whitespace = knobs.choice("whitespace", Whitespace.class, Whitespace.COLLAPSE);
    quotes = knobs.choice("quotes", Quotes.class, Quotes.KEEP);
    letters = knobs.choice("case", Case.class, Case.KEEP);
    mojibake = knobs.choice("mojibake", Broken.class, Broken.KEEP);
    emptyToNull = knobs.flag("empty_to_null", false);
    knobs.done();
  }

  @Override
  public List<Integer> columns() {
    return columns;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Verdict apply(Row row, Tally tally) {
    Row result = row;
    for (int column : columns) {
      String before = row.text(column);
      if (before == null) {
        continue;
      }
      if (growsTooLong(before)) {
        return Verdict.reject(
            "normalize_grows",
            "a text of "
                + before.length()
                + " characters becomes more than "
                + MOST_GROWTH
                + " times as long by nfkc");
      }
      String after = normalized(before);
      if (after.isEmpty() && emptyToNull) {
        result = result.with(column, null);
      } else if (!after.equals(before)) {
        result = result.with(column, after);
      }
    }
    if (result != row) {
      tally.changed(NAME);
    }
    return Verdict.keep(result);
  }

  String normalized(String text) {
    String result = bounded(mojibake == Broken.REPAIR ? Mojibake.repaired(text) : text);
    result =
        switch (unicode) {
          case NFC -> Normalizer.normalize(result, Normalizer.Form.NFC);
          case NFKC -> Normalizer.normalize(result, Normalizer.Form.NFKC);
          case KEEP -> result;
        };
    StringBuilder visible = new StringBuilder(result.length());
    boolean pendingSpace = false;
    int pendingLines = 0;
    for (int i = 0; i < result.length(); ) {
      int c = result.codePointAt(i);
      i += Character.charCount(c);
      boolean space = Character.isWhitespace(c) || Character.isSpaceChar(c);
      if (space && whitespace != Whitespace.KEEP) {
        pendingSpace = visible.length() > 0;
        pendingLines += endsLine(result, i, c) ? 1 : 0;
        continue;
      }
      int type = Character.getType(c);
      if (!space && (type == Character.CONTROL || type == Character.FORMAT)) {
        continue;
      }
      if (pendingSpace) {
        boolean lines = whitespace == Whitespace.LINES && pendingLines > 0;
        visible.append(lines ? "\n\n".substring(0, Math.min(2, pendingLines)) : " ");
        pendingSpace = false;
      }
      pendingLines = 0;
      visible.appendCodePoint(quotes == Quotes.ASCII ? asciiQuote(c) : c);
    }
    result = visible.toString();
    return switch (letters) {
      case LOWER -> result.toLowerCase(Locale.ROOT);
      case UPPER -> result.toUpperCase(Locale.ROOT);
      case KEEP -> result;
    };
  }

  /** Measures in pieces, so that no text can claim the memory its long form would need. */
  private boolean growsTooLong(String text) {
    if (unicode != Unicode.NFKC || text.length() < LONG) {
      return false;
    }
    long length = 0;
    for (int from = 0; from < text.length(); from += LONG) {
      String piece = text.substring(from, Math.min(text.length(), from + LONG));
      length += Normalizer.normalize(bounded(piece), Normalizer.Form.NFKC).length();
    }
    return length > (long) MOST_GROWTH * text.length();
  }

  /** Whether c, after which {@code next} stands, ends a line; of CR LF the LF does. */
  private static boolean endsLine(String text, int next, int c) {
    return c == '\n'
        || c == 0x85
        || c == 0x2028
        || c == 0x2029
        || (c == '\r' && !(next < text.length() && text.charAt(next) == '\n'));
  }

  /**
   * Without lone surrogates, and with at most {@link #MOST_MARKS} marks in a row: normalization
   * sorts each such run in quadratic time.
   */
  private static String bounded(String text) {
    StringBuilder copy = null;
    int marks = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int length = Character.charCount(c);
      marks = c >= 0x300 && isMark(c) ? marks + 1 : 0;
      boolean lone = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
      if ((lone || marks > MOST_MARKS) && copy == null) {
        copy = new StringBuilder(text.length()).append(text, 0, i);
      }
      if (copy != null && marks <= MOST_MARKS) {
        copy.appendCodePoint(lone ? 0xFFFD : c);
      }
      i += length;
    }
    return copy == null ? text : copy.toString();
  }

  private static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK;
  }

  private static int asciiQuote(int c) {
    return switch (c) {
      case 0x2018, 0x2019, 0x201A, 0x2032, 0x00B4 -> '\'';
      case 0x201C, 0x201D, 0x201E, 0x2033, 0x00AB, 0x00BB -> '"';
      default -> c;
    };
  }
}
