package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The header of a GGUF file: metadata, and where each tensor lies in the data behind it. */
final class GgufHeader {
  private static final int MAX_DIMENSIONS = 4;

  /** A tensor and its place: {@code offset} counts from {@link #dataStart()}. */
  record Place(GgufFile.Tensor tensor, long offset, long bytes) {}

  private final String source;
  private final ByteBuffer in;
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final List<Place> places = new ArrayList<>();
  private final int alignment;
  private final long dataStart;

  /** Reads from the beginning of {@code bytes}, which hold at least the whole header. */
  GgufHeader(String source, ByteBuffer bytes) {
    this.source = source;
    this.in = bytes.order(ByteOrder.LITTLE_ENDIAN);
    try {
      begin();
      // The fewest bytes: a tensor has a name, one dimension, type and offset; a note key and
      // value.
      long tensorCount = count("tensors", 8 + 4 + 8 + 4 + 8);
      long noteCount = count("metadata values", 8 + 4 + 1);
      for (long i = 0; i < noteCount; i++) {
        String key = text("the key of metadata value " + i);
        if (metadata.put(key, value(key, type(key))) != null) {
          throw invalid("%s is there twice".formatted(key));
        }
      }
      this.alignment = readAlignment();
      readPlaces(tensorCount);
      this.dataStart = aligned(in.position());
    } catch (BufferUnderflowException e) {
      throw invalid(
          "the header goes on at byte %d, where the file ends; it is cut short"
              .formatted(in.limit()));
    } catch (ArithmeticException e) {
      throw invalid("sizes in the header overflow 64 bits");
    }
  }

  Map<String, Object> metadata() {
    return metadata;
  }

  /** In the order of their data. */
  List<Place> places() {
    return places;
  }

  int alignment() {
    return alignment;
  }

  long dataStart() {
    return dataStart;
  }

  private void begin() {
    byte[] magic = new byte[4];
    in.get(magic);
    if (!Arrays.equals(magic, GgufWriter.MAGIC)) {
      throw invalid("it does not begin with the four bytes GGUF, so it is no GGUF file");
    }
    int version = in.getInt();
    if (version == Integer.reverseBytes(2) || version == Integer.reverseBytes(3)) {
      throw invalid("it is big-endian; readable is little-endian");
    }
    if (version != 2 && version != 3) {
      throw invalid("its version is %d; readable are 2 and 3".formatted(version));
    }
  }

  private int readAlignment() {
    Object value = metadata.getOrDefault("general.alignment", (long) GgufWriter.ALIGNMENT);
    if (!(value instanceof Long n) || n < 8 || n > 1 << 20 || Long.bitCount(n) != 1) {
      throw invalid(
          "general.alignment is %s; it must be a power of two from 8 to 1048576".formatted(value));
    }
    return (int) (long) n;
  }

  private void readPlaces(long count) {
    Set<String> names = new HashSet<>();
    long expected = 0;
    for (long i = 0; i < count; i++) {
      String name = text("the name of tensor " + i);
      if (!names.add(name)) {
        throw invalid("tensor %s is there twice".formatted(name));
      }
      List<Long> shape = shape(name);
      int id = in.getInt();
      GgufType type = GgufType.of(id);
      if (type == null) {
        throw invalid(
            "tensor %s has type %s; readable are %s"
                .formatted(name, GgufType.name(id), Arrays.toString(GgufType.values())));
      }
      if (shape.get(0) % type.block() != 0) {
        throw invalid(
            "tensor %s of shape %s is %s, whose rows are multiples of %d"
                .formatted(name, shape, type, type.block()));
      }
      long bytes = type.bytes(shape.stream().reduce(1L, Math::multiplyExact));
      if (bytes > Integer.MAX_VALUE) {
        throw invalid(
            "tensor %s of shape %s has %d bytes; readable are %d"
                .formatted(name, shape, bytes, Integer.MAX_VALUE));
      }
      long offset = in.getLong();
      if (offset != expected) {
        throw invalid(
            "tensor %s begins at data byte %s where %d would be right (tensors lie in order, each aligned to %d)"
                .formatted(name, Long.toUnsignedString(offset), expected, alignment));
      }
      expected = aligned(Math.addExact(offset, bytes));
      places.add(new Place(new GgufFile.Tensor(name, type, shape), offset, bytes));
    }
  }

  private List<Long> shape(String name) {
    int dimensions = in.getInt();
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
      throw invalid(
          "tensor %s has %s dimensions; 1 to %d are right"
              .formatted(name, Integer.toUnsignedString(dimensions), MAX_DIMENSIONS));
    }
    List<Long> shape = new ArrayList<>();
    long product = 1;
    for (int d = 0; d < dimensions; d++) {
      long n = in.getLong();
      if (n < 1 || n > Integer.MAX_VALUE) {
        throw invalid(
            "tensor %s has %s as dimension %d; 1 to %d are right"
                .formatted(name, Long.toUnsignedString(n), d, Integer.MAX_VALUE));
      }
      product = Math.multiplyExact(product, n);
      shape.add(n);
    }
    if (product / shape.get(0) > Integer.MAX_VALUE) {
      throw invalid("tensor %s has the impossible shape %s".formatted(name, shape));
    }
    return List.copyOf(shape);
  }

  private GgufValue type(String key) {
    int id = in.getInt();
    if (id < 0 || id >= GgufValue.values().length) {
      throw invalid(
          "%s has the value type %s; known are 0 to %d"
              .formatted(key, Integer.toUnsignedString(id), GgufValue.values().length - 1));
    }
    return GgufValue.values()[id];
  }

  private Object value(String key, GgufValue type) {
    return switch (type) {
      case U8 -> in.get() & 0xffL;
      case I8 -> (long) in.get();
      case U16 -> in.getShort() & 0xffffL;
      case I16 -> (long) in.getShort();
      case U32 -> in.getInt() & 0xffff_ffffL;
      case I32 -> (long) in.getInt();
      case I64 -> in.getLong();
      case U64 -> {
        long value = in.getLong();
        if (value < 0) {
          throw invalid("%s is %s, too large".formatted(key, Long.toUnsignedString(value)));
        }
        yield value;
      }
      case F32 -> (double) in.getFloat();
      case F64 -> in.getDouble();
      case BOOL -> {
        byte value = in.get();
        if (value != 0 && value != 1) {
          throw invalid("%s is a truth value of %d; 0 or 1 is right".formatted(key, value));
        }
        yield value == 1;
      }
      case STRING -> text(key);
      case ARRAY -> {
        GgufValue element = type(key);
        if (element == GgufValue.ARRAY) {
          throw invalid("%s is an array of arrays, which this engine does not read".formatted(key));
        }
        long length = count("elements of " + key, element.leastBytes());
        List<Object> values = new ArrayList<>((int) length);
        for (long i = 0; i < length; i++) {
          values.add(value(key, element));
        }
        yield List.copyOf(values);
      }
    };
  }

  /** A count, refused if so many of {@code leastBytes} each cannot follow. */
  private long count(String what, int leastBytes) {
    long n = in.getLong();
    if (n < 0 || n > in.remaining() / leastBytes) {
      throw invalid(
          "it says at byte %d that %s %s follow, but %d bytes do"
              .formatted(in.position() - 8, Long.toUnsignedString(n), what, in.remaining()));
    }
    return n;
  }

  private String text(String what) {
    int length = (int) count("bytes of " + what, 1);
    byte[] bytes = new byte[length];
    in.get(bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw invalid("%s is no UTF-8".formatted(what));
    }
  }

  private long aligned(long n) {
    return Math.addExact(n, alignment - 1L) / alignment * alignment;
  }

  private NeuroWeaverException invalid(String message) {
    return GgufFile.invalid(source, source + ": " + message);
  }
}
