package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Micros;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random schemas and rows with nulls, empty text, all planes of Unicode and extreme numbers. */
final class RandomRows {
  private static final long[] LONGS = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE};
  private static final double[] DOUBLES = {
    0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, -Double.MAX_VALUE
  };

  private RandomRows() {}

  static Schema schema(RandomGenerator random) {
    List<Column> columns = new ArrayList<>();
    int width = random.nextInt(9);
    for (int c = 0; c < width; c++) {
      ColumnType type = ColumnType.values()[random.nextInt(ColumnType.values().length)];
      columns.add(
          new Column("c" + c + text(random, 5), type, random.nextInt(4) > 0, SemanticType.NONE));
    }
    return new Schema(columns);
  }

  static List<Row> rows(RandomGenerator random, Schema schema, int count) {
    List<Row> rows = new ArrayList<>();
    long ordinal = random.nextInt(1000);
    for (int r = 0; r < count; r++) {
      Object[] values = new Object[schema.columns().size()];
      for (int c = 0; c < values.length; c++) {
        Column column = schema.columns().get(c);
        values[c] =
            column.nullable() && random.nextInt(4) == 0 ? null : value(random, column.type());
      }
      rows.add(new Row(ordinal, values));
      ordinal += 1 + random.nextInt(100);
    }
    return rows;
  }

  private static Object value(RandomGenerator random, ColumnType type) {
    boolean extreme = random.nextInt(5) == 0;
    return switch (type) {
      case STRING -> text(random, random.nextInt(10) == 0 ? 500 : 12);
      case INT64 -> extreme ? LONGS[random.nextInt(LONGS.length)] : random.nextLong();
      case FLOAT64 -> extreme ? DOUBLES[random.nextInt(DOUBLES.length)] : random.nextDouble();
      case BOOL -> random.nextBoolean();
      case DATE -> LocalDate.ofEpochDay(random.nextInt());
      case TIMESTAMP -> Micros.toInstant(random.nextLong());
    };
  }

  private static String text(RandomGenerator random, int maxLength) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(maxLength + 1);
    for (int i = 0; i < length; i++) {
      int point =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(0x80);
            case 1 -> random.nextInt(0x80, 0xd800);
            case 2 -> random.nextInt(0xe000, 0x10000);
            default -> random.nextInt(0x10000, 0x110000);
          };
      text.appendCodePoint(point);
    }
    return text.toString();
  }
}
