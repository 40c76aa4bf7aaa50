package com.auterity.neuroweaver.publish;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.ignite.internal.processors.query.calcite.sql.generated.IgniteSqlParserImpl;

/**
 * A dataset's columns in SQL: upper-case letters, digits and '_', with a '_' behind words that SQL
 * keeps for itself, so that every column is read without quotes.
 */
final class SqlColumns {
  /** The partition, which is the affinity key; with {@link #ORDINAL} the primary key. */
  static final String PARTITION = "NW_PARTITION";

  /** The row's ordinal in its source. */
  static final String ORDINAL = "NW_ROW";

  private static final int LONGEST = 128;
  private static final SqlParser PARSER =
      SqlParser.create("", SqlParser.config().withParserFactory(IgniteSqlParserImpl.FACTORY));

  private SqlColumns() {}

  /** Whether SQL refuses the word as a name without quotes. */
  static boolean isReserved(String upper) {
    return PARSER.getMetadata().isReservedWord(upper);
  }

  /**
   * SQL names by column names, in the schema's order.
   *
   * @throws NeuroWeaverException INVALID_INPUT when two columns have one name in SQL
   */
  static Map<String, String> names(Schema schema) {
    Map<String, String> names = new LinkedHashMap<>();
    Map<String, String> taken = new LinkedHashMap<>();
    for (Column column : schema.columns()) {
      String name = name(column.name());
      String other = taken.put(name, column.name());
      if (other != null) {
        throw NeuroWeaverException.invalid(
            "columns "
                + other
                + " and "
                + column.name()
                + " are both "
                + name
                + " in SQL; load the dataset with other names (rename)");
      }
      if (name.equals(PARTITION) || name.equals(ORDINAL)) {
        throw NeuroWeaverException.invalid(
            "column " + column.name() + " has the name of the table's key " + name + "; rename it");
      }
      names.put(column.name(), name);
    }
    return names;
  }

  static String name(String column) {
    String name = column.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9_]", "_");
    if (!Character.isLetter(name.charAt(0))) {
      name = "C_" + name;
    }
    if (name.length() > LONGEST) {
      name = name.substring(0, LONGEST);
    }
    return isReserved(name) ? name + "_" : name;
  }

  /** The class of a column's values in SQL. */
  static Class<?> type(ColumnType type) {
    return switch (type) {
      case STRING -> String.class;
      case INT64 -> Long.class;
      case FLOAT64 -> Double.class;
      case BOOL -> Boolean.class;
      case DATE -> Date.class;
      case TIMESTAMP -> Timestamp.class;
    };
  }

  /** A value as SQL has it; timestamps show UTC whatever the zone of the node. */
  static Object value(Object value) {
    if (value instanceof LocalDate date) {
      return Date.valueOf(date);
    }
    if (value instanceof Instant instant) {
      return Timestamp.valueOf(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }
    return value;
  }
}
