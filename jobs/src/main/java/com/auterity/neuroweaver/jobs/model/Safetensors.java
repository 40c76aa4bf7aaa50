package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file: the length of a JSON header (u64, little-endian), the header ({@code name:
 * {dtype, shape, data_offsets}}), then the data, which the tensors must cover without gap or
 * overlap. Reading maps the file and checks all of that before the first number is believed.
 */
public final class Safetensors {
  /** The limit of the format's own reader. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** How a tensor's numbers are stored. */
  public enum Type {
    F32(4),
    F16(2),
    BF16(2);

    final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }
  }

  /** A tensor to write: {@code values} are row-major and rounded to {@code type}. */
  public record Tensor(String name, Type type, int[] shape, float[] values) {
    public Tensor {
      long elements = 1;
      for (int n : shape) {
        elements = Math.multiplyExact(elements, n);
      }
      if (elements != values.length) {
        throw NeuroWeaverException.invalid(
            "tensor %s of shape %s needs %d values, found %d"
                .formatted(name, Arrays.toString(shape), elements, values.length));
      }
    }
  }

  private record Entry(String name, Type type, long[] shape, long begin, long end) {
    /** As a matrix: all dimensions but the last are rows. */
    long cols() {
      return shape.length == 0 ? 1 : shape[shape.length - 1];
    }

    long rows() {
      long rows = 1;
      for (int i = 0; i + 1 < shape.length; i++) {
        rows *= shape[i];
      }
      return rows;
    }
  }

  private record Stored(Entry entry, StoredMatrix matrix) {}

  private final String source;
  private final Map<String, Stored> tensors;
  private final Map<String, String> metadata;

  private Safetensors(String source, Map<String, Stored> tensors, Map<String, String> metadata) {
    this.source = source;
    this.tensors = tensors;
    this.metadata = metadata;
  }

  /** Maps and checks a file. */
  public static Safetensors read(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return parse(
          file.toString(),
          channel.size(),
          (position, length) -> {
            try {
              return channel.map(FileChannel.MapMode.READ_ONLY, position, length);
            } catch (IOException e) {
              throw unreadable(file, e);
            }
          });
    } catch (NoSuchFileException e) {
      throw new NeuroWeaverException(
          ErrorKind.NOT_FOUND, "there is no file " + file, Map.of("file", file.toString()), e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Reads bytes in memory; {@code source} names them in errors. */
  public static Safetensors read(byte[] bytes, String source) {
    return parse(
        source,
        bytes.length,
        (position, length) -> ByteBuffer.wrap(bytes, (int) position, (int) length).slice());
  }

  /** The names of all tensors, in the order of their data. */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  /** What the writer noted as {@code __metadata__}. */
  public Map<String, String> metadata() {
    return metadata;
  }

  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  public Type type(String name) {
    return entry(name).type();
  }

  public long[] shape(String name) {
    return entry(name).shape().clone();
  }

  /** A tensor's numbers as float32, row-major; refused unless it has this shape. */
  public float[] values(String name, long... shape) {
    check(name, shape);
    return values(name);
  }

  private void check(String name, long... shape) {
    Entry entry = entry(name);
    if (!Arrays.equals(entry.shape(), shape)) {
      throw invalid(
          source,
          "%s: tensor %s has shape %s; the model's configuration makes it %s"
              .formatted(source, name, Arrays.toString(entry.shape()), Arrays.toString(shape)));
    }
  }

  /** A tensor's numbers as float32, row-major. */
  public float[] values(String name) {
    StoredMatrix matrix = tensors.get(entry(name).name()).matrix();
    long length = (long) matrix.rows() * matrix.cols();
    if (length > MAX_ARRAY) {
      throw invalid(
          source,
          "%s: tensor %s has %d numbers, too many for one array".formatted(source, name, length));
    }
    float[] out = new float[(int) length];
    for (int r = 0; r < matrix.rows(); r++) {
      matrix.read(r, out, r * matrix.cols());
    }
    return out;
  }

  /**
   * A matrix, or a vector as one row, read from the file when asked for; refused unless it has this
   * shape. A row that holds a NaN or an infinity is refused when it is read.
   */
  public MatrixSource source(String name, long... shape) {
    check(name, shape);
    return tensors.get(name).matrix();
  }

  /**
   * The bytes of a file: header keys and data in the order of names, so equal input, equal bytes.
   */
  public static byte[] bytes(List<Tensor> tensors, Map<String, String> metadata) {
    List<Tensor> sorted = new ArrayList<>(tensors);
    sorted.sort(Comparator.comparing(Tensor::name));
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode notes = header.putObject("__metadata__");
      metadata.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(note -> notes.put(note.getKey(), note.getValue()));
    }
    long offset = 0;
    for (Tensor tensor : sorted) {
      if (header.has(tensor.name())) {
        throw NeuroWeaverException.invalid("two tensors are named " + tensor.name());
      }
      ObjectNode entry = header.putObject(tensor.name());
      entry.put("dtype", tensor.type().name());
      ArrayNode shape = entry.putArray("shape");
      for (int n : tensor.shape()) {
        shape.add(n);
      }
      long end = offset + (long) tensor.values().length * tensor.type().bytes;
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(8 + padded + offset)).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(padded).put(json);
    while (out.position() < 8 + padded) {
      out.put((byte) ' ');
    }
    for (Tensor tensor : sorted) {
      for (float value : tensor.values()) {
        switch (tensor.type()) {
          case F32 -> out.putFloat(value);
          case F16 -> out.putShort(HalfPrecision.toF16(value));
          case BF16 -> out.putShort(HalfPrecision.toBf16(value));
        }
      }
    }
    return out.array();
  }

  /** Writes a file, whole or not at all. */
  public static void write(Path file, List<Tensor> tensors, Map<String, String> metadata) {
    AtomicFile.write(file, bytes(tensors, metadata));
  }

  private interface Region {
    ByteBuffer at(long position, long length);
  }

  private static Safetensors parse(String source, long size, Region file) {
    if (size < 8) {
      throw invalid(
          source,
          "%s has %d bytes; a safetensors file begins with the 8-byte length of its header"
              .formatted(source, size));
    }
    long headerLength = file.at(0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerLength < 2 || headerLength > MAX_HEADER_BYTES || headerLength > size - 8) {
      throw invalid(
          source,
          ("%s says at byte 0 that its header has %s bytes; of its %d bytes the header can have 2"
                  + " to %d. The file is cut short or no safetensors file")
              .formatted(
                  source,
                  Long.toUnsignedString(headerLength),
                  size,
                  Math.min(size - 8, MAX_HEADER_BYTES)));
    }
    byte[] json = new byte[(int) headerLength];
    file.at(8, headerLength).get(json);
    JsonNode header = JsonFile.parse(json, "the header of " + source);
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Entry> unordered = new LinkedHashMap<>();
    for (Iterator<Map.Entry<String, JsonNode>> it = header.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> field = it.next();
      if (field.getKey().equals("__metadata__")) {
        field
            .getValue()
            .fields()
            .forEachRemaining(e -> metadata.put(e.getKey(), e.getValue().asText()));
      } else {
        unordered.put(field.getKey(), entry(source, field.getKey(), field.getValue()));
      }
    }
    return covered(source, size, 8 + headerLength, file, unordered, metadata);
  }

  /** Checks that the tensors, in the order of their data, cover all of it exactly. */
  private static Safetensors covered(
      String source,
      long size,
      long dataStart,
      Region file,
      Map<String, Entry> unordered,
      Map<String, String> metadata) {
    List<Map.Entry<String, Entry>> sorted = new ArrayList<>(unordered.entrySet());
    sorted.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    Map<String, Stored> tensors = new LinkedHashMap<>();
    long dataLength = size - dataStart;
    long expected = 0;
    for (Map.Entry<String, Entry> named : sorted) {
      Entry entry = named.getValue();
      if (entry.end() > dataLength) {
        throw invalid(
            source,
            ("%s: tensor %s ends at data byte %d, but only %d bytes follow the header; the file is"
                    + " cut short or its header is wrong")
                .formatted(source, named.getKey(), entry.end(), dataLength));
      }
      if (entry.begin() != expected) {
        throw invalid(
            source,
            "%s: tensor %s begins at data byte %d where %d would be right (tensors lie without gap or overlap)"
                .formatted(source, named.getKey(), entry.begin(), expected));
      }
      expected = entry.end();
      tensors.put(named.getKey(), new Stored(entry, matrix(source, dataStart, entry, file)));
    }
    if (expected != dataLength) {
      throw invalid(
          source,
          "%s: its tensors end at data byte %d, but %d bytes follow the header"
              .formatted(source, expected, dataLength));
    }
    return new Safetensors(source, tensors, Collections.unmodifiableMap(metadata));
  }

  /** Maps a tensor, in pieces of whole rows where it is larger than one mapping can be. */
  private static StoredMatrix matrix(String source, long dataStart, Entry entry, Region file) {
    long rowBytes = entry.cols() * entry.type().bytes;
    if (entry.rows() > Integer.MAX_VALUE || rowBytes > Integer.MAX_VALUE) {
      throw invalid(
          source,
          "%s: tensor %s of shape %s has more rows than %d or rows longer than as many bytes"
              .formatted(source, entry.name(), Arrays.toString(entry.shape()), Integer.MAX_VALUE));
    }
    int pieceRows = (int) Math.max(1, Integer.MAX_VALUE / Math.max(1, rowBytes));
    List<ByteBuffer> pieces = new ArrayList<>();
    for (long row = 0; row < entry.rows(); row += pieceRows) {
      long rows = Math.min(pieceRows, entry.rows() - row);
      pieces.add(file.at(dataStart + entry.begin() + row * rowBytes, rows * rowBytes));
    }
    return new StoredMatrix(
        source,
        entry.name(),
        entry.type(),
        (int) entry.rows(),
        (int) entry.cols(),
        pieceRows,
        pieces);
  }

  private static Entry entry(String source, String name, JsonNode node) {
    Type type = null;
    for (Type known : Type.values()) {
      if (known.name().equals(node.path("dtype").asText())) {
        type = known;
      }
    }
    if (type == null) {
      throw invalid(
          source,
          "%s: tensor %s has dtype %s; readable are %s"
              .formatted(source, name, node.path("dtype"), Arrays.toString(Type.values())));
    }
    long[] shape = integers(source, name, "shape", node.path("shape"));
    long[] offsets = integers(source, name, "data_offsets", node.path("data_offsets"));
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw invalid(
          source,
          "%s: tensor %s has data_offsets %s; right would be [begin, end]"
              .formatted(source, name, Arrays.toString(offsets)));
    }
    long bytes = type.bytes;
    try {
      for (long n : shape) {
        bytes = Math.multiplyExact(bytes, n);
      }
    } catch (ArithmeticException e) {
      throw invalid(
          source,
          "%s: tensor %s has the impossible shape %s"
              .formatted(source, name, Arrays.toString(shape)));
    }
    if (bytes != offsets[1] - offsets[0]) {
      throw invalid(
          source,
          "%s: tensor %s, %s of shape %s, needs %d bytes; its data_offsets %s hold %d"
              .formatted(
                  source,
                  name,
                  type,
                  Arrays.toString(shape),
                  bytes,
                  Arrays.toString(offsets),
                  offsets[1] - offsets[0]));
    }
    return new Entry(name, type, shape, offsets[0], offsets[1]);
  }

  private static long[] integers(String source, String name, String key, JsonNode node) {
    if (!node.isArray()) {
      throw invalid(
          source,
          "%s: tensor %s has %s %s; right would be a list of integers"
              .formatted(source, name, key, node.isMissingNode() ? "missing" : node));
    }
    long[] out = new long[node.size()];
    for (int i = 0; i < out.length; i++) {
      if (!node.get(i).isIntegralNumber()
          || !node.get(i).canConvertToLong()
          || node.get(i).asLong() < 0) {
        throw invalid(
            source,
            "%s: tensor %s has %s %s; each must be an integer from 0"
                .formatted(source, name, key, node));
      }
      out[i] = node.get(i).asLong();
    }
    return out;
  }

  private Entry entry(String name) {
    Stored stored = tensors.get(name);
    if (stored == null) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "%s has no tensor %s".formatted(source, name),
          Map.of("file", source, "tensor", name));
    }
    return stored.entry();
  }

  private static NeuroWeaverException unreadable(Path file, IOException cause) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        "cannot read %s: %s".formatted(file, cause.getMessage()),
        Map.of("file", file.toString()),
        cause);
  }

  private static NeuroWeaverException invalid(String source, String message) {
    return new NeuroWeaverException(ErrorKind.INVALID_INPUT, message, Map.of("file", source));
  }
}
