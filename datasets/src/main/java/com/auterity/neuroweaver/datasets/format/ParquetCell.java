package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.ColumnValues;
import com.auterity.neuroweaver.datasets.schema.Micros;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;

/**
 * How a Parquet primitive becomes a value: our type for it, and a function from what Parquet stores
 * (whole numbers or bytes; other primitives need none). Types after the Parquet format's
 * LogicalTypes.md; decimals of more than 15 digits are kept as text because a double loses some.
 */
record ParquetCell(
    ColumnType type,
    LongFunction<Object> ofInteger,
    LongUnaryOperator bits,
    Function<Binary, Object> ofBytes) {
  /** A nested value as JSON text; {@link ParquetNested} makes it. */
  static final ParquetCell JSON = new ParquetCell(ColumnType.STRING, null, null, null);

  private static final Function<Binary, Object> TEXT = ParquetCell::text;
  private static final int EXACT_DECIMAL_DIGITS = 15;
  private static final long JULIAN_EPOCH = 2_440_588;

  /** Null when there is no such value in a flat dataset. */
  static ParquetCell of(PrimitiveType primitive) {
    LogicalTypeAnnotation logical = primitive.getLogicalTypeAnnotation();
    if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
      return decimal(decimal);
    }
    return switch (primitive.getPrimitiveTypeName()) {
      case BOOLEAN -> new ParquetCell(ColumnType.BOOL, null, null, null);
      case FLOAT, DOUBLE -> new ParquetCell(ColumnType.FLOAT64, null, null, null);
      case INT32, INT64 -> integer(logical);
      case INT96 -> bytes(ColumnType.TIMESTAMP, ParquetCell::int96);
      case BINARY ->
          logical == null
                  || logical instanceof StringLogicalTypeAnnotation
                  || logical instanceof EnumLogicalTypeAnnotation
                  || logical instanceof JsonLogicalTypeAnnotation
              ? bytes(ColumnType.STRING, TEXT)
              : null;
      case FIXED_LEN_BYTE_ARRAY ->
          logical instanceof UUIDLogicalTypeAnnotation
              ? bytes(ColumnType.STRING, ParquetCell::uuid)
              : null;
    };
  }

  private static ParquetCell integer(LogicalTypeAnnotation logical) {
    if (logical == null) {
      return whole(ColumnType.INT64, value -> value, value -> value);
    }
    if (logical instanceof IntLogicalTypeAnnotation number) {
      if (number.isSigned()) {
        return whole(ColumnType.INT64, value -> value, value -> value);
      }
      return number.getBitWidth() < 64
          ? whole(ColumnType.INT64, value -> value & 0xffff_ffffL, value -> value & 0xffff_ffffL)
          : whole(ColumnType.STRING, Long::toUnsignedString, null);
    }
    if (logical instanceof DateLogicalTypeAnnotation) {
      return whole(ColumnType.DATE, LocalDate::ofEpochDay, value -> value);
    }
    if (logical instanceof TimestampLogicalTypeAnnotation timestamp) {
      return whole(
          ColumnType.TIMESTAMP,
          value -> Micros.toInstant(micros(timestamp.getUnit(), value)),
          value -> micros(timestamp.getUnit(), value));
    }
    if (logical instanceof TimeLogicalTypeAnnotation time) {
      long nanos = nanos(time.getUnit());
      return whole(
          ColumnType.STRING,
          value -> LocalTime.ofNanoOfDay(Math.multiplyExact(value, nanos)).toString(),
          null);
    }
    return null;
  }

  private static ParquetCell decimal(DecimalLogicalTypeAnnotation decimal) {
    int scale = decimal.getScale();
    boolean exact = decimal.getPrecision() <= EXACT_DECIMAL_DIGITS;
    Function<BigDecimal, Object> value =
        exact ? BigDecimal::doubleValue : BigDecimal::toPlainString;
    return new ParquetCell(
        exact ? ColumnType.FLOAT64 : ColumnType.STRING,
        unscaled -> value.apply(BigDecimal.valueOf(unscaled, scale)),
        null,
        unscaled -> value.apply(new BigDecimal(new BigInteger(unscaled.getBytes()), scale)));
  }

  private static ParquetCell whole(
      ColumnType type, LongFunction<Object> value, LongUnaryOperator bits) {
    return new ParquetCell(type, value, bits, null);
  }

  private static ParquetCell bytes(ColumnType type, Function<Binary, Object> value) {
    return new ParquetCell(type, null, null, value);
  }

  /** Adds the reader's current value, which is not null, to a column. */
  void read(ColumnReader reader, ColumnValues values) {
    switch (reader.getDescriptor().getPrimitiveType().getPrimitiveTypeName()) {
      case BOOLEAN -> values.addBits(reader.getBoolean() ? 1 : 0);
      case FLOAT -> values.addBits(Double.doubleToRawLongBits(reader.getFloat()));
      case DOUBLE -> values.addBits(Double.doubleToRawLongBits(reader.getDouble()));
      case INT32 -> addInteger(reader.getInteger(), values);
      case INT64 -> addInteger(reader.getLong(), values);
      case INT96, BINARY, FIXED_LEN_BYTE_ARRAY -> {
        if (ofBytes == TEXT) {
          ParquetBatches.addText(values, reader.getBinary());
        } else {
          values.add(ofBytes.apply(reader.getBinary()));
        }
      }
    }
  }

  private void addInteger(long value, ColumnValues values) {
    if (bits == null) {
      values.add(ofInteger.apply(value));
    } else {
      values.addBits(bits.applyAsLong(value));
    }
  }

  private static long micros(TimeUnit unit, long value) {
    return switch (unit) {
      case MILLIS -> Math.multiplyExact(value, 1_000L);
      case MICROS -> value;
      case NANOS -> Math.floorDiv(value, 1_000L);
    };
  }

  private static long nanos(TimeUnit unit) {
    return switch (unit) {
      case MILLIS -> 1_000_000L;
      case MICROS -> 1_000L;
      case NANOS -> 1L;
    };
  }

  /** Nanoseconds of the day, then the Julian day, little-endian: what Spark and Impala wrote. */
  private static Object int96(Binary value) {
    ByteBuffer bytes = ByteBuffer.wrap(value.getBytes()).order(ByteOrder.LITTLE_ENDIAN);
    long nanosOfDay = bytes.getLong();
    long day = Integer.toUnsignedLong(bytes.getInt()) - JULIAN_EPOCH;
    try {
      return Micros.truncate(Instant.ofEpochSecond(Math.multiplyExact(day, 86_400L), nanosOfDay));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "Julian day " + (day + JULIAN_EPOCH) + " is out of range", e);
    }
  }

  private static Object uuid(Binary value) {
    ByteBuffer bytes = ByteBuffer.wrap(value.getBytes());
    return new UUID(bytes.getLong(), bytes.getLong()).toString();
  }

  private static Object text(Binary value) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(value.toByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("its bytes are not UTF-8 text", e);
    }
  }
}
