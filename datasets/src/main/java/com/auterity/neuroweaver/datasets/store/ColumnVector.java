package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Micros;
import com.auterity.neuroweaver.datasets.schema.Row;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** One column's Arrow vector, written from and read into the Java values of a {@link Row}. */
final class ColumnVector {
  private final Column column;
  private final int index;
  private final FieldVector vector;

  /**
   * @param index the column's place in its rows
   */
  ColumnVector(Column column, int index, FieldVector vector) {
    this.column = column;
    this.index = index;
    this.vector = vector;
  }

  static Field ordinalField(String name) {
    return new Field(name, FieldType.notNullable(new ArrowType.Int(64, true)), null);
  }

  static Field field(Column column) {
    ArrowType type =
        switch (column.type()) {
          case STRING -> ArrowType.Utf8.INSTANCE;
          case INT64 -> new ArrowType.Int(64, true);
          case FLOAT64 -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
          case BOOL -> ArrowType.Bool.INSTANCE;
          case DATE -> new ArrowType.Date(DateUnit.DAY);
          case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
        };
    return new Field(column.name(), new FieldType(column.nullable(), type, null), null);
  }

  void allocate(int rows) {
    vector.setInitialCapacity(rows);
    vector.allocateNew();
  }

  void set(int at, Row row) {
    Object value = row.get(index);
    if (value == null) {
      if (!column.nullable()) {
        throw wrong(row, "null, but the column is not nullable");
      }
      vector.setNull(at);
      return;
    }
    try {
      switch (column.type()) {
        case STRING ->
            ((VarCharVector) vector).setSafe(at, ((String) value).getBytes(StandardCharsets.UTF_8));
        case INT64 -> ((BigIntVector) vector).setSafe(at, (Long) value);
        case FLOAT64 -> ((Float8Vector) vector).setSafe(at, (Double) value);
        case BOOL -> ((BitVector) vector).setSafe(at, (Boolean) value ? 1 : 0);
        case DATE ->
            ((DateDayVector) vector).setSafe(at, Math.toIntExact(((LocalDate) value).toEpochDay()));
        case TIMESTAMP -> ((TimeStampMicroTZVector) vector).setSafe(at, Micros.of((Instant) value));
      }
    } catch (ClassCastException e) {
      throw wrong(row, "a " + value.getClass().getSimpleName() + ": " + value);
    } catch (ArithmeticException e) {
      throw wrong(row, "out of range: " + value);
    }
  }

  Object get(int at) {
    if (vector.isNull(at)) {
      return null;
    }
    return switch (column.type()) {
      case STRING -> new String(((VarCharVector) vector).get(at), StandardCharsets.UTF_8);
      case INT64 -> ((BigIntVector) vector).get(at);
      case FLOAT64 -> ((Float8Vector) vector).get(at);
      case BOOL -> ((BitVector) vector).get(at) != 0;
      case DATE -> LocalDate.ofEpochDay(((DateDayVector) vector).get(at));
      case TIMESTAMP -> Micros.toInstant(((TimeStampMicroTZVector) vector).get(at));
    };
  }

  private NeuroWeaverException wrong(Row row, String found) {
    return NeuroWeaverException.invalid(
        "row "
            + row.ordinal()
            + ", column "
            + column.name()
            + ": expected "
            + column.type()
            + ", found "
            + found);
  }
}
