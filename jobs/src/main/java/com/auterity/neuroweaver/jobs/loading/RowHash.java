package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.schema.ColumnValues;
import com.auterity.neuroweaver.datasets.schema.Micros;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.stream.LongStream;

/**
 * A 64-bit hash of what rows say: ordinals and values, the same on every machine and release. The
 * sum over rows does not depend on their order, nor on how they lie in partitions and chunks. It
 * finds damage and differences, not forgeries: those the SHA-256 of each chunk finds.
 */
final class RowHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long STEP = 0x9e3779b97f4a7c15L;

  private RowHash() {}

  static long of(Row row) {
    long hash = mix(row.ordinal() + STEP);
    for (int i = 0; i < row.size(); i++) {
      // By a multiple of its place, so that values which change places change the hash.
      hash = mix(hash * 31 + value(row.get(i)));
    }
    return hash;
  }

  /** The sum of the rows' hashes, without an object for each value. */
  static long sum(RowBatch batch) {
    long[] hashes = new long[batch.rows()];
    for (int r = 0; r < hashes.length; r++) {
      hashes[r] = mix(batch.ordinal(r) + STEP);
    }
    for (int c = 0; c < batch.schema().columns().size(); c++) {
      ColumnValues values = batch.column(c);
      for (int r = 0; r < hashes.length; r++) {
        hashes[r] = mix(hashes[r] * 31 + value(values, r));
      }
    }
    return LongStream.of(hashes).sum();
  }

  private static long value(ColumnValues values, int at) {
    if (values.isNull(at)) {
      return 1;
    }
    return switch (values.type()) {
      case STRING -> text(values.text(), values.start(at), values.end(at));
      case INT64 -> mix(values.bits(at) + 2);
      case FLOAT64 -> mix(Double.doubleToLongBits(Double.longBitsToDouble(values.bits(at))) + 3);
      case BOOL -> values.bits(at) != 0 ? 4 : 5;
      case DATE -> mix(values.bits(at) + 6);
      case TIMESTAMP -> mix(values.bits(at) + 7);
    };
  }

  private static long value(Object value) {
    if (value == null) {
      return 1;
    }
    if (value instanceof String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      return text(utf8, 0, utf8.length);
    }
    if (value instanceof Long number) {
      return mix(number + 2);
    }
    if (value instanceof Double number) {
      return mix(Double.doubleToLongBits(number) + 3);
    }
    if (value instanceof Boolean truth) {
      return truth ? 4 : 5;
    }
    if (value instanceof LocalDate date) {
      return mix(date.toEpochDay() + 6);
    }
    if (value instanceof Instant time) {
      return mix(Micros.of(time) + 7);
    }
    throw new IllegalArgumentException("no value of a dataset: " + value.getClass());
  }

  private static long text(byte[] bytes, int from, int to) {
    long hash = mix(to - from + 8);
    int at = from;
    for (; at + 8 <= to; at += 8) {
      hash = mix(hash ^ (long) LONGS.get(bytes, at));
    }
    long rest = 0;
    for (; at < to; at++) {
      rest = rest << 8 | (bytes[at] & 0xff);
    }
    return mix(hash ^ rest);
  }

  /** SplitMix64's finalizer. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return (mixed ^ (mixed >>> 31)) + STEP;
  }
}
