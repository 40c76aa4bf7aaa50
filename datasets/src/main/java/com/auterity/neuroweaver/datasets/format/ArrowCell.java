package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Micros;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * How an Arrow value becomes ours. Nested ones become JSON text; decimals of more than 15 digits
 * and unsigned 64-bit numbers become text, as in {@link ParquetCell}.
 */
final class ArrowCell {
  private static final int EXACT_DECIMAL_DIGITS = 15;

  private ArrowCell() {}

  /** Our type for it; null when there is none. */
  static ColumnType type(ArrowType type) {
    return switch (type.getTypeID()) {
      case Int -> {
        ArrowType.Int number = (ArrowType.Int) type;
        yield number.getIsSigned() || number.getBitWidth() < 64
            ? ColumnType.INT64
            : ColumnType.STRING;
      }
      case FloatingPoint -> ColumnType.FLOAT64;
      case Decimal ->
          ((ArrowType.Decimal) type).getPrecision() <= EXACT_DECIMAL_DIGITS
              ? ColumnType.FLOAT64
              : ColumnType.STRING;
      case Bool -> ColumnType.BOOL;
      case Date -> ColumnType.DATE;
      case Timestamp -> ColumnType.TIMESTAMP;
      case Null, Utf8, LargeUtf8, Utf8View, Binary, LargeBinary, Time -> ColumnType.STRING;
      case List, LargeList, FixedSizeList, Struct, Map -> ColumnType.STRING;
      default -> null;
    };
  }

  static boolean nested(ArrowType type) {
    return type.isComplex();
  }

  /**
   * The value as a row holds it.
   *
   * @throws IllegalArgumentException when its bytes are no text or it is out of range
   */
  static Object value(FieldVector vector, int at) {
    Object value = raw(vector, at);
    if (value instanceof List || value instanceof Map) {
      return JsonText.of(value);
    }
    if (value instanceof BigDecimal decimal) {
      ColumnType type = type(vector.getField().getType());
      return type == ColumnType.FLOAT64 ? decimal.doubleValue() : decimal.toPlainString();
    }
    return value;
  }

  /** The value with lists, maps and decimals as they are. */
  private static Object raw(FieldVector vector, int at) {
    if (vector.isNull(at)) {
      return null;
    }
    if (vector instanceof BigIntVector v) {
      return v.get(at);
    }
    if (vector instanceof VarCharVector v) {
      return text(v.get(at));
    }
    if (vector instanceof Float8Vector v) {
      return v.get(at);
    }
    if (vector instanceof BitVector v) {
      return v.get(at) != 0;
    }
    if (vector instanceof TimeStampVector v) {
      return timestamp(((ArrowType.Timestamp) v.getField().getType()).getUnit(), v.get(at));
    }
    if (vector instanceof DateDayVector v) {
      return LocalDate.ofEpochDay(v.get(at));
    }
    if (vector instanceof MapVector v) {
      return map(v, at);
    }
    if (vector instanceof ListVector v) {
      return list(v.getDataVector(), v.getElementStartIndex(at), v.getElementEndIndex(at));
    }
    if (vector instanceof LargeListVector v) {
      return list(v.getDataVector(), v.getElementStartIndex(at), v.getElementEndIndex(at));
    }
    if (vector instanceof FixedSizeListVector v) {
      int size = v.getListSize();
      return list(v.getDataVector(), (long) at * size, (long) at * size + size);
    }
    if (vector instanceof StructVector v) {
      Map<String, Object> struct = new LinkedHashMap<>();
      v.getChildrenFromFields().forEach(child -> struct.put(child.getName(), raw(child, at)));
      return struct;
    }
    return scalar(vector, at);
  }

  private static Object scalar(FieldVector vector, int at) {
    if (vector instanceof IntVector v) {
      return (long) v.get(at);
    }
    if (vector instanceof SmallIntVector v) {
      return (long) v.get(at);
    }
    if (vector instanceof TinyIntVector v) {
      return (long) v.get(at);
    }
    if (vector instanceof UInt1Vector v) {
      return v.get(at) & 0xffL;
    }
    if (vector instanceof UInt2Vector v) {
      return (long) v.get(at);
    }
    if (vector instanceof UInt4Vector v) {
      return v.get(at) & 0xffff_ffffL;
    }
    if (vector instanceof UInt8Vector v) {
      return Long.toUnsignedString(v.get(at));
    }
    if (vector instanceof Float4Vector v) {
      return (double) v.get(at);
    }
    if (vector instanceof Float2Vector v) {
      return (double) v.getValueAsFloat(at);
    }
    if (vector instanceof DecimalVector v) {
      return v.getObject(at);
    }
    if (vector instanceof Decimal256Vector v) {
      return v.getObject(at);
    }
    if (vector instanceof DateMilliVector v) {
      return LocalDate.ofEpochDay(Math.floorDiv(v.get(at), 86_400_000L));
    }
    if (vector instanceof TimeSecVector v) {
      return LocalTime.ofSecondOfDay(v.get(at)).toString();
    }
    if (vector instanceof TimeMilliVector v) {
      return LocalTime.ofNanoOfDay(v.get(at) * 1_000_000L).toString();
    }
    if (vector instanceof TimeMicroVector v) {
      return LocalTime.ofNanoOfDay(Math.multiplyExact(v.get(at), 1_000L)).toString();
    }
    if (vector instanceof TimeNanoVector v) {
      return LocalTime.ofNanoOfDay(v.get(at)).toString();
    }
    if (vector instanceof LargeVarCharVector v) {
      return text(v.get(at));
    }
    if (vector instanceof ViewVarCharVector v) {
      return text(v.get(at));
    }
    if (vector instanceof VarBinaryVector v) {
      return text(v.get(at));
    }
    if (vector instanceof LargeVarBinaryVector v) {
      return text(v.get(at));
    }
    if (vector instanceof FixedSizeBinaryVector v) {
      return text(v.get(at));
    }
    throw new IllegalArgumentException("a value of type " + vector.getField().getType());
  }

  private static List<Object> list(FieldVector values, long from, long to) {
    List<Object> list = new ArrayList<>();
    for (int i = Math.toIntExact(from); i < to; i++) {
      list.add(raw(values, i));
    }
    return list;
  }

  /** An object when its keys are text, else a list of pairs. */
  private static Object map(MapVector vector, int at) {
    StructVector entries = (StructVector) vector.getDataVector();
    List<FieldVector> parts = entries.getChildrenFromFields();
    List<Object> keys =
        list(parts.get(0), vector.getElementStartIndex(at), vector.getElementEndIndex(at));
    List<Object> values =
        list(parts.get(1), vector.getElementStartIndex(at), vector.getElementEndIndex(at));
    return JsonText.map(keys, values);
  }

  private static Instant timestamp(TimeUnit unit, long value) {
    return switch (unit) {
      case SECOND -> Micros.toInstant(Math.multiplyExact(value, 1_000_000L));
      case MILLISECOND -> Micros.toInstant(Math.multiplyExact(value, 1_000L));
      case MICROSECOND -> Micros.toInstant(value);
      case NANOSECOND -> Micros.toInstant(Math.floorDiv(value, 1_000L));
    };
  }

  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("its bytes are not UTF-8 text", e);
    }
  }
}
