package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file (version 2 or 3, little-endian), mapped, its header checked whole before anything is
 * believed: counts against the bytes there are, types by name, shapes for overflow, data offsets
 * against what the tensors before them take. Tensors read as float32.
 */
public final class GgufFile {
  /** What a tensor is: {@code shape} has the length of a row first, as the format has it. */
  public record Tensor(String name, GgufType type, List<Long> shape) {
    int cols() {
      return Math.toIntExact(shape.get(0));
    }

    int rows() {
      return Math.toIntExact(shape.stream().skip(1).reduce(1L, (a, b) -> a * b));
    }
  }

  private record Stored(Tensor tensor, MappedByteBuffer data) {}

  private final String source;
  private final Map<String, Object> metadata;
  private final Map<String, Stored> tensors;

  private GgufFile(String source, Map<String, Object> metadata, Map<String, Stored> tensors) {
    this.source = source;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /** Maps and checks a file. */
  public static GgufFile read(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      String source = file.toString();
      GgufHeader header =
          new GgufHeader(
              source,
              channel.map(
                  FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), Integer.MAX_VALUE)));
      Map<String, Stored> tensors = new LinkedHashMap<>();
      long end = 0;
      for (GgufHeader.Place place : header.places()) {
        long begin = Math.addExact(header.dataStart(), place.offset());
        if (place.bytes() > channel.size() - begin) {
          throw invalid(
              source,
              "%s: tensor %s ends at byte %d, but the file has %d; it is cut short or its header is wrong"
                  .formatted(source, place.tensor().name(), begin + place.bytes(), channel.size()));
        }
        tensors.put(
            place.tensor().name(),
            new Stored(
                place.tensor(), channel.map(FileChannel.MapMode.READ_ONLY, begin, place.bytes())));
        end = begin + place.bytes();
      }
      if (!tensors.isEmpty() && channel.size() - end >= header.alignment()) {
        throw invalid(
            source,
            "%s: its tensors end at byte %d, but the file has %d"
                .formatted(source, end, channel.size()));
      }
      return new GgufFile(source, Collections.unmodifiableMap(header.metadata()), tensors);
    } catch (NoSuchFileException e) {
      throw new NeuroWeaverException(
          ErrorKind.NOT_FOUND, "there is no file " + file, Map.of("file", file.toString()), e);
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "cannot read %s: %s".formatted(file, e.getMessage()),
          Map.of("file", file.toString()),
          e);
    }
  }

  /** Every note by its key: numbers as Long or Double, Boolean, String, and lists of these. */
  public Map<String, Object> metadata() {
    return metadata;
  }

  /** A text among the notes; refused if it is missing or something else. */
  public String text(String key) {
    return note(key, String.class, "a string");
  }

  /** An integer among the notes. */
  public long integer(String key) {
    return note(key, Long.class, "an integer");
  }

  /** A float among the notes. */
  public double number(String key) {
    return note(key, Double.class, "a float");
  }

  private <T> T note(String key, Class<T> type, String right) {
    Object value = metadata.get(key);
    if (!type.isInstance(value)) {
      throw invalid(
          source,
          "%s: %s is %s; it must be %s"
              .formatted(source, key, value == null ? "missing" : value, right));
    }
    return type.cast(value);
  }

  /** What the file holds, by name. */
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> out = new LinkedHashMap<>();
    tensors.forEach((name, stored) -> out.put(name, stored.tensor()));
    return out;
  }

  /** A tensor's rows as float32 (a vector is one row), read where they lie. */
  public MatrixSource rows(String name) {
    Stored stored = tensors.get(name);
    if (stored == null) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "%s has no tensor %s".formatted(source, name),
          Map.of("file", source, "tensor", name));
    }
    Tensor tensor = stored.tensor();
    int cols = tensor.cols();
    long rowBytes = tensor.type().bytes(cols);
    return new MatrixSource() {
      @Override
      public int rows() {
        return tensor.rows();
      }

      @Override
      public int cols() {
        return cols;
      }

      @Override
      public void read(int row, float[] to, int offset) {
        ByteBuffer in = stored.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        in.position(Math.toIntExact(row * rowBytes));
        tensor.type().decode(in, cols, to, offset);
      }
    };
  }

  /** A whole tensor as float32, row-major. */
  public float[] values(String name) {
    MatrixSource rows = rows(name);
    float[] out = new float[Math.multiplyExact(rows.rows(), rows.cols())];
    for (int r = 0; r < rows.rows(); r++) {
      rows.read(r, out, r * rows.cols());
    }
    return out;
  }

  static NeuroWeaverException invalid(String source, String message) {
    return new NeuroWeaverException(ErrorKind.INVALID_INPUT, message, Map.of("file", source));
  }
}
