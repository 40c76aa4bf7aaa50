package com.auterity.neuroweaver.datasets.schema;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;

/**
 * The values of one column, one after the other, without an object for each. Everything but text is
 * kept as 64 bits: a FLOAT64 as its bits, a BOOL as 0 or 1, a DATE as its epoch day, a TIMESTAMP as
 * its microseconds; text as UTF-8. Grows as needed; not thread-safe.
 */
public final class ColumnValues {
  private static final int FIRST_TEXT_BYTES = 1 << 10;
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final ColumnType type;
  private long[] fixed = {};
  private byte[] text = {};
  private int[] ends = {};
  private long[] nulls = {};
  private int nullCount;
  private int size;

  ColumnValues(ColumnType type, int capacity) {
    this.type = type;
    reserve(capacity);
  }

  /** A column of this type with room for as much as this one holds, and some more. */
  ColumnValues roomLike() {
    ColumnValues room = new ColumnValues(type, size + (size >> 3));
    if (type == ColumnType.STRING && size > 0) {
      room.reserveText(ends[size - 1] + (ends[size - 1] >> 3));
    }
    return room;
  }

  public ColumnType type() {
    return type;
  }

  public int size() {
    return size;
  }

  public int nullCount() {
    return nullCount;
  }

  public boolean isNull(int at) {
    return (nulls[at >> 6] & 1L << at) != 0;
  }

  /** The 64 bits of a value that is not text; 0 for null. */
  public long bits(int at) {
    return fixed[at];
  }

  /** All of {@link #bits}, the first {@link #size()} of them; not a copy. */
  public long[] bits() {
    return fixed;
  }

  /** The UTF-8 bytes of all texts; not a copy. */
  public byte[] text() {
    return text;
  }

  /** Where a text begins in {@link #text()}. */
  public int start(int at) {
    return at == 0 ? 0 : ends[at - 1];
  }

  /** Where a text ends in {@link #text()}, exclusive. */
  public int end(int at) {
    return ends[at];
  }

  /** All of {@link #end}, the first {@link #size()} of them; not a copy. */
  public int[] ends() {
    return ends;
  }

  /** Bit i is set when value i is null; not a copy. */
  public long[] nulls() {
    return nulls;
  }

  public void addNull() {
    int at = next();
    nulls[at >> 6] |= 1L << at;
    nullCount++;
    if (type == ColumnType.STRING) {
      ends[at] = start(at);
    } else {
      fixed[at] = 0;
    }
  }

  /** A value that is not text, as its 64 bits. */
  public void addBits(long bits) {
    int at = next();
    fixed[at] = bits;
  }

  /** A text, as UTF-8 that the caller has checked. */
  public void addText(byte[] utf8, int from, int to) {
    int at = next();
    int start = start(at);
    int length = to - from;
    reserveText((long) start + length);
    System.arraycopy(utf8, from, text, start, length);
    ends[at] = start + length;
  }

  /**
   * Texts that lie one behind the other, as UTF-8 that the caller has checked.
   *
   * @param utf8 this column's from now on
   * @param textEnds where each ends, ascending
   */
  void addTexts(byte[] utf8, int[] textEnds) {
    int base = start(size);
    reserve(size + textEnds.length);
    if (size == 0) {
      text = utf8;
    } else {
      reserveText((long) base + utf8.length);
      System.arraycopy(utf8, 0, text, base, utf8.length);
    }
    for (int end : textEnds) {
      ends[size++] = base + end;
    }
  }

  /** Makes a value null that was added as an empty text. */
  void setNull(int at) {
    nulls[at >> 6] |= 1L << at;
    nullCount++;
  }

  /**
   * A value of the class {@link ColumnType} names, or null.
   *
   * @throws ClassCastException when it is of another class
   * @throws ArithmeticException when a DATE or TIMESTAMP is out of range
   */
  public void add(Object value) {
    if (value == null) {
      addNull();
      return;
    }
    switch (type) {
      case STRING -> {
        byte[] utf8 = ((String) value).getBytes(StandardCharsets.UTF_8);
        addText(utf8, 0, utf8.length);
      }
      case INT64 -> addBits((Long) value);
      case FLOAT64 -> addBits(Double.doubleToRawLongBits((Double) value));
      case BOOL -> addBits((Boolean) value ? 1 : 0);
      case DATE -> addBits(Math.toIntExact(((LocalDate) value).toEpochDay()));
      case TIMESTAMP -> addBits(Micros.of((Instant) value));
    }
  }

  /** The value as an object of the class {@link ColumnType} names, or null. */
  public Object get(int at) {
    if (isNull(at)) {
      return null;
    }
    return switch (type) {
      case STRING -> new String(text, start(at), end(at) - start(at), StandardCharsets.UTF_8);
      case INT64 -> fixed[at];
      case FLOAT64 -> Double.longBitsToDouble(fixed[at]);
      case BOOL -> fixed[at] != 0;
      case DATE -> LocalDate.ofEpochDay(fixed[at]);
      case TIMESTAMP -> Micros.toInstant(fixed[at]);
    };
  }

  /** Appends the values of another column of this type at the places in {@code rows}. */
  void append(ColumnValues from, int[] rows, int first, int last) {
    int count = last - first;
    reserve(size + count);
    if (type == ColumnType.STRING) {
      long bytes = size == 0 ? 0 : ends[size - 1];
      for (int i = first; i < last; i++) {
        bytes += from.end(rows[i]) - from.start(rows[i]);
      }
      reserveText(bytes);
      int at = start(size);
      for (int i = first; i < last; i++) {
        int start = from.start(rows[i]);
        int length = from.ends[rows[i]] - start;
        System.arraycopy(from.text, start, text, at, length);
        at += length;
        ends[size + i - first] = at;
      }
    } else {
      for (int i = first; i < last; i++) {
        fixed[size + i - first] = from.fixed[rows[i]];
      }
    }
    if (from.nullCount > 0) {
      for (int i = first; i < last; i++) {
        if (from.isNull(rows[i])) {
          int at = size + i - first;
          nulls[at >> 6] |= 1L << at;
          nullCount++;
        }
      }
    }
    size += count;
  }

  /** Takes the last value back. */
  void removeLast() {
    size--;
    if (isNull(size)) {
      nulls[size >> 6] &= ~(1L << size);
      nullCount--;
    }
  }

  void clear() {
    Arrays.fill(nulls, 0, size + 63 >> 6, 0);
    size = 0;
    nullCount = 0;
  }

  private int next() {
    if (size == capacity()) {
      reserve(Math.max(16, size + (size >> 1)));
    }
    return size++;
  }

  private int capacity() {
    return type == ColumnType.STRING ? ends.length : fixed.length;
  }

  private void reserve(int count) {
    if (count <= capacity()) {
      return;
    }
    int room = Math.max(count, capacity() + (capacity() >> 1));
    if (type == ColumnType.STRING) {
      ends = Arrays.copyOf(ends, room);
    } else {
      fixed = Arrays.copyOf(fixed, room);
    }
    nulls = Arrays.copyOf(nulls, room + 63 >> 6);
  }

  private void reserveText(long bytes) {
    if (bytes <= text.length) {
      return;
    }
    if (bytes > LARGEST_ARRAY) {
      throw new IllegalStateException("the texts of one batch do not fit in 2 GiB");
    }
    long room = Math.max(bytes, Math.max(FIRST_TEXT_BYTES, text.length + (text.length >> 1)));
    text = Arrays.copyOf(text, (int) Math.min(room, LARGEST_ARRAY));
  }
}
