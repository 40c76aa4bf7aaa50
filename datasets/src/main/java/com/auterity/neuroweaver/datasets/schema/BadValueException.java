package com.auterity.neuroweaver.datasets.schema;

/** A text that is no value of the type it should have. No stack trace: bad cells can be many. */
public final class BadValueException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 60;

  BadValueException(ColumnType type, String text, String right) {
    super(
        "expected "
            + type.name().toLowerCase(java.util.Locale.ROOT)
            + " ("
            + right
            + "), found \""
            + (text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text)
            + "\"",
        null,
        false,
        false);
  }
}
