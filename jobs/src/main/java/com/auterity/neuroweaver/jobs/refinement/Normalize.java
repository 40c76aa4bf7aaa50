package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Brings text into one form: Unicode normalization, white space, quotes, letter case. Invisible
 * format and control characters always go.
 */
final class Normalize implements Stage {
  static final String NAME = "normalize";

  private enum Unicode {
    NFC,
    NFKC,
    KEEP
  }

  private enum Whitespace {
    COLLAPSE,
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
  private final boolean emptyToNull;

  Normalize(Knobs knobs, Schema schema) {
    if (knobs.has("columns")) {
      for (String name : knobs.texts("columns")) {
        String place = knobs.place() + ".columns";
        int column = Knobs.column(schema, name, place);
        if (schema.columns().get(column).type() != ColumnType.STRING) {
          throw Knobs.invalid(
              place,
              "names " + name + ", a column of " + schema.columns().get(column).type(),
              "text columns only");
        }
        columns.add(column);
      }
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
    emptyToNull = knobs.flag("empty_to_null", false);
    knobs.done();
  }

  /** The columns this stage may change. */
  List<Integer> columns() {
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
    String result =
        switch (unicode) {
          case NFC -> Normalizer.normalize(text, Normalizer.Form.NFC);
          case NFKC -> Normalizer.normalize(text, Normalizer.Form.NFKC);
          case KEEP -> text;
        };
    StringBuilder visible = new StringBuilder(result.length());
    boolean pendingSpace = false;
    for (int i = 0; i < result.length(); ) {
      int c = result.codePointAt(i);
      i += Character.charCount(c);
      boolean space = Character.isWhitespace(c) || Character.isSpaceChar(c);
      if (space && whitespace == Whitespace.COLLAPSE) {
        pendingSpace = visible.length() > 0;
        continue;
      }
      int type = Character.getType(c);
      if (!space && (type == Character.CONTROL || type == Character.FORMAT)) {
        continue;
      }
      if (pendingSpace) {
        visible.append(' ');
        pendingSpace = false;
      }
      visible.appendCodePoint(quotes == Quotes.ASCII ? asciiQuote(c) : c);
    }
    result = visible.toString();
    return switch (letters) {
      case LOWER -> result.toLowerCase(Locale.ROOT);
      case UPPER -> result.toUpperCase(Locale.ROOT);
      case KEEP -> result;
    };
  }

  private static int asciiQuote(int c) {
    return switch (c) {
      case 0x2018, 0x2019, 0x201A, 0x2032, 0x00B4 -> '\'';
      case 0x201C, 0x201D, 0x201E, 0x2033, 0x00AB, 0x00BB -> '"';
      default -> c;
    };
  }
}
