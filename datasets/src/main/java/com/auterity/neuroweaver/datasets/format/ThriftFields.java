package com.auterity.neuroweaver.datasets.format;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Walks a struct of Thrift's compact protocol without making anything of it, so that what it claims
 * of its own sizes is known to be there before a library allocates room for it. Format: Apache
 * Thrift's "Thrift Compact protocol encoding".
 */
final class ThriftFields {
  private static final int DEEPEST = 32;
  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int BYTE = 3;
  private static final int I16 = 4;
  private static final int I64 = 6;
  private static final int DOUBLE = 7;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int SET = 10;
  private static final int MAP = 11;
  private static final int STRUCT = 12;
  private static final int UUID = 13;

  private final ByteBuffer bytes;
  private final long[] numbers = new long[16];

  private ThriftFields(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /**
   * Walks the struct at the buffer's position, which is behind it afterwards.
   *
   * @throws BufferUnderflowException when it is longer than the buffer
   * @throws IllegalArgumentException when it is none
   */
  static ThriftFields read(ByteBuffer bytes) {
    ThriftFields fields = new ThriftFields(bytes);
    fields.struct(0);
    return fields;
  }

  /** The number in a field of the struct itself, by its id; 0 when there is none. */
  long number(int id) {
    return numbers[id];
  }

  private void struct(int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException(
          "structs lie in each other more than " + DEEPEST + " deep");
    }
    int id = 0;
    while (true) {
      int head = bytes.get() & 0xff;
      int type = head & 0x0f;
      if (head == 0) {
        return;
      }
      int delta = head >> 4;
      id = delta == 0 ? (int) zigzag(varint()) : id + delta;
      if (type >= I16 && type <= I64) {
        long number = zigzag(varint());
        if (depth == 0 && id >= 0 && id < numbers.length) {
          numbers[id] = number;
        }
      } else if (type != TRUE && type != FALSE) {
        skip(type, depth);
      }
    }
  }

  private void skip(int type, int depth) {
    switch (type) {
      case TRUE, FALSE, BYTE -> advance(1);
      case I16, I16 + 1, I64 -> varint();
      case DOUBLE -> advance(8);
      case UUID -> advance(16);
      case BINARY -> advance(size(1));
      case LIST, SET -> {
        int head = bytes.get() & 0xff;
        int element = head & 0x0f;
        int count = head >> 4 == 15 ? size(1) : head >> 4;
        for (int i = 0; i < count; i++) {
          skip(element, depth + 1);
        }
      }
      case MAP -> {
        int count = size(2);
        if (count > 0) {
          int types = bytes.get() & 0xff;
          for (int i = 0; i < count; i++) {
            skip(types >> 4, depth + 1);
            skip(types & 0x0f, depth + 1);
          }
        }
      }
      case STRUCT -> struct(depth + 1);
      default -> throw new IllegalArgumentException("there is no field type " + type);
    }
  }

  /** A number of things of so many bytes at least; no more than there is room for. */
  private int size(int bytesOfEach) {
    long count = varint();
    if (count < 0 || count * bytesOfEach > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    return (int) count;
  }

  private void advance(int count) {
    if (count > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    bytes.position(bytes.position() + count);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number is longer than 64 bits");
  }

  private static long zigzag(long value) {
    return (value >>> 1) ^ -(value & 1);
  }
}
