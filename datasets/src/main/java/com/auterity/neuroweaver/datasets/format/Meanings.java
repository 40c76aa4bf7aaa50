package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.automotive.SemanticBytes;
import com.auterity.neuroweaver.datasets.automotive.SemanticCheck;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.util.List;
import java.util.Locale;

/** What the columns of a schema are declared to mean, as far as values can be checked for it. */
final class Meanings {
  private final Schema schema;
  private final SemanticType[] meanings;
  private boolean any;

  /**
   * @param declared only what stands here is checked
   */
  Meanings(Schema schema, List<ColumnDeclaration> declared) {
    this.schema = schema;
    this.meanings = new SemanticType[schema.columns().size()];
    for (ColumnDeclaration column : declared) {
      int index = schema.indexOf(column.name()).orElse(-1);
      if (index >= 0 && SemanticCheck.checks(column.semantic())) {
        meanings[index] = column.semantic();
        any = true;
      }
    }
  }

  /** Whether there is anything to check. */
  boolean any() {
    return any;
  }

  boolean has(int column) {
    return meanings[column] != null;
  }

  /** Whether a text of a column that {@link #has} a meaning is right for sure. */
  boolean surelyFits(int column, byte[] text, int from, int to) {
    return SemanticBytes.fits(meanings[column], text, from, to);
  }

  /** Whether a value that is not text, of a column that has a meaning, is right for sure. */
  boolean surelyFits(int column, ColumnType type, long bits) {
    return SemanticBytes.fits(meanings[column], type, bits);
  }

  /** What is wrong with a value of a column that {@link #has} a meaning, or null. */
  String fault(int column, Object value) {
    String fault = SemanticCheck.fault(meanings[column], value);
    Column checked = schema.columns().get(column);
    return fault == null ? null : checked.name() + ": " + fault;
  }

  /** Why a row with such a fault is rejected: {@code bad_vin} and so on. */
  String reason(int column) {
    return "bad_" + meanings[column].name().toLowerCase(Locale.ROOT);
  }
}
