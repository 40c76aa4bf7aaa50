package com.auterity.neuroweaver.datasets.schema;

import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** One column's Arrow vector, written from and read into {@link ColumnValues}. */
public final class ColumnVector {
  private final FieldVector vector;

  public ColumnVector(FieldVector vector) {
    this.vector = vector;
  }

  public static Field ordinalField(String name) {
    return new Field(name, FieldType.notNullable(new ArrowType.Int(64, true)), null);
  }

  public static Field field(Column column) {
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

  /** Makes the vector hold these values. */
  public void set(ColumnValues values) {
    int rows = values.size();
    vector.setInitialCapacity(rows);
    if (vector instanceof VarCharVector texts) {
      texts.allocateNew(Math.max(1, values.end(Math.max(rows, 1) - 1)), rows);
      setTexts(texts, values);
    } else {
      vector.allocateNew();
      setBits(values);
    }
    setValidity(values);
    if (vector instanceof VarCharVector texts) {
      texts.setLastSet(rows - 1);
    }
    vector.setValueCount(rows);
  }

  private static void setTexts(VarCharVector texts, ColumnValues values) {
    int rows = values.size();
    ArrowBuf offsets = texts.getOffsetBuffer();
    offsets.setInt(0, 0);
    ints(offsets, Integer.BYTES, rows).put(values.ends(), 0, rows);
    texts.getDataBuffer().setBytes(0, values.text(), 0, values.end(rows - 1));
  }

  private void setBits(ColumnValues values) {
    int rows = values.size();
    ArrowBuf data = vector.getDataBuffer();
    long[] bits = values.bits();
    switch (values.type()) {
      case BOOL -> {
        data.setZero(0, rows + 7 >> 3);
        for (int i = 0; i < rows; i++) {
          if (bits[i] != 0) {
            data.setByte(i >> 3, data.getByte(i >> 3) | 1 << (i & 7));
          }
        }
      }
      case DATE -> {
        IntBuffer days = ints(data, 0, rows);
        for (int i = 0; i < rows; i++) {
          days.put(i, (int) bits[i]);
        }
      }
      default -> longs(data, rows).put(bits, 0, rows);
    }
  }

  private void setValidity(ColumnValues values) {
    int rows = values.size();
    ArrowBuf validity = vector.getValidityBuffer();
    int bytes = rows + 7 >> 3;
    for (int i = 0; i < bytes; i++) {
      int valid = (int) (~values.nulls()[i >> 3] >>> ((i & 7) << 3)) & 0xff;
      int beyond = (i << 3) + 8 - rows;
      validity.setByte(i, beyond > 0 ? valid & 0xff >>> beyond : valid);
    }
  }

  /** Appends the vector's first values to a column. */
  public void get(int rows, ColumnValues into) {
    boolean nulls = vector.getNullCount() > 0;
    if (vector instanceof VarCharVector texts && rows > 0) {
      getTexts(texts, rows, into);
      return;
    }
    ArrowBuf data = vector.getDataBuffer();
    for (int i = 0; i < rows; i++) {
      if (nulls && vector.isNull(i)) {
        into.addNull();
        continue;
      }
      into.addBits(
          switch (into.type()) {
            case BOOL -> data.getByte(i >> 3) >> (i & 7) & 1;
            case DATE -> data.getInt((long) i * Integer.BYTES);
            default -> data.getLong((long) i * Long.BYTES);
          });
    }
  }

  private static void getTexts(VarCharVector texts, int rows, ColumnValues into) {
    int[] ends = new int[rows];
    ints(texts.getOffsetBuffer(), Integer.BYTES, rows).get(ends);
    byte[] bytes = new byte[ends[rows - 1]];
    texts.getDataBuffer().getBytes(0, bytes);
    int first = into.size();
    if (texts.getNullCount() == 0) {
      into.addTexts(bytes, ends);
      return;
    }
    boolean[] isNull = new boolean[rows];
    boolean empty = true;
    for (int i = 0; i < rows; i++) {
      isNull[i] = texts.isNull(i);
      empty &= !isNull[i] || ends[i] == (i == 0 ? 0 : ends[i - 1]);
    }
    if (!empty) {
      // Others may leave bytes where there is no value.
      for (int i = 0; i < rows; i++) {
        if (isNull[i]) {
          into.addNull();
        } else {
          into.addText(bytes, i == 0 ? 0 : ends[i - 1], ends[i]);
        }
      }
      return;
    }
    into.addTexts(bytes, ends);
    for (int i = 0; i < rows; i++) {
      if (isNull[i]) {
        into.setNull(first + i);
      }
    }
  }

  private static IntBuffer ints(ArrowBuf buffer, int from, int count) {
    return buffer
        .nioBuffer(from, count * Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer();
  }

  private static LongBuffer longs(ArrowBuf buffer, int count) {
    return buffer.nioBuffer(0, count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
  }
}
