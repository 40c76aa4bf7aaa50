package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes a GGUF file, version 3: {@code GGUF}, version, counts, metadata, what the tensors are and
 * where, then their data, each at a multiple of 32. Tensors are read and written row by row, so
 * memory holds the header and one buffer.
 */
final class GgufWriter {
  static final int ALIGNMENT = 32;
  static final int VERSION = 3;
  static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);

  private static final int BUFFER_BYTES = 1 << 20;

  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final List<Part> parts = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /** {@code shape} is GGUF's: the length of a row first. */
  private record Part(String name, GgufType type, long[] shape, MatrixSource rows) {
    long bytes() {
      return Math.multiplyExact(type.bytes(rows.cols()), (long) rows.rows());
    }
  }

  /** A string, bool, u32, f32, or an array of strings, i32 or f32; null notes nothing. */
  GgufWriter note(String key, Object value) {
    if (value != null && metadata.put(key, value) != null) {
      throw new IllegalArgumentException("two values for " + key);
    }
    return this;
  }

  GgufWriter notes(Map<String, Object> values) {
    values.forEach(this::note);
    return this;
  }

  /** A matrix; rows that are no whole blocks of {@code type} go out as F16. */
  void matrix(String name, GgufType type, MatrixSource rows) {
    part(name, type.fitting(rows.cols()), new long[] {rows.cols(), rows.rows()}, rows);
  }

  /** A norm, a bias or a table: always F32. */
  void vector(String name, float[] values) {
    part(
        name,
        GgufType.F32,
        new long[] {values.length},
        MatrixSource.of(values, 0, 1, values.length));
  }

  private void part(String name, GgufType type, long[] shape, MatrixSource rows) {
    if (!names.add(name)) {
      throw new IllegalArgumentException("two tensors are named " + name);
    }
    parts.add(new Part(name, type, shape, rows));
  }

  /** Writes the file, whole or not at all. */
  void write(Path file) {
    byte[] header = header();
    AtomicFile.write(
        file,
        out -> {
          ByteBuffer buffer =
              ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
          writeFully(out, ByteBuffer.wrap(header));
          for (Part part : parts) {
            data(part, file, buffer, out);
          }
          flush(buffer, out);
        });
  }

  private byte[] header() {
    Bytes out = new Bytes();
    out.writeBytes(MAGIC);
    out.u32(VERSION);
    out.u64(parts.size());
    out.u64(metadata.size());
    metadata.forEach(
        (key, value) -> {
          out.text(key);
          out.typed(value);
        });
    long offset = 0;
    for (Part part : parts) {
      out.text(part.name());
      out.u32(part.shape().length);
      for (long n : part.shape()) {
        out.u64(n);
      }
      out.u32(part.type().id());
      out.u64(offset);
      offset = aligned(Math.addExact(offset, part.bytes()));
    }
    out.writeBytes(new byte[(int) (aligned(out.size()) - out.size())]);
    return out.toByteArray();
  }

  private static void data(Part part, Path file, ByteBuffer buffer, FileChannel out)
      throws IOException {
    MatrixSource rows = part.rows();
    float[] row = new float[rows.cols()];
    // A row wider than the buffer goes out in pieces of whole blocks.
    int piece = Math.min(rows.cols(), BUFFER_BYTES / 4 / 32 * 32);
    float[] values = row;
    for (int r = 0; r < rows.rows(); r++) {
      rows.read(r, row, 0);
      check(part, r, row, file);
      for (int at = 0; at < row.length; at += piece) {
        int count = Math.min(piece, row.length - at);
        if (buffer.remaining() < part.type().bytes(count)) {
          flush(buffer, out);
        }
        if (piece < row.length) {
          values = Arrays.copyOfRange(row, at, at + count);
        }
        part.type().encode(values, count, buffer);
      }
    }
    int padding = (int) (aligned(part.bytes()) - part.bytes());
    if (buffer.remaining() < padding) {
      flush(buffer, out);
    }
    buffer.put(new byte[padding]);
  }

  private static void check(Part part, int number, float[] row, Path file) {
    float limit = part.type().limit();
    for (int c = 0; c < row.length; c++) {
      if (!(Math.abs(row[c]) <= limit)) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "cannot write %s: tensor %s holds %s in row %d, column %d; %s holds finite numbers up to %s"
                .formatted(file, part.name(), row[c], number, c, part.type(), limit),
            Map.of("file", file.toString(), "tensor", part.name()));
      }
    }
  }

  private static void flush(ByteBuffer buffer, FileChannel out) throws IOException {
    writeFully(out, buffer.flip());
    buffer.clear();
  }

  private static void writeFully(FileChannel out, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
  }

  static long aligned(long n) {
    return Math.addExact(n, ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
  }

  /** The header's bytes as they come. */
  private static final class Bytes extends ByteArrayOutputStream {
    void u32(int value) {
      for (int shift = 0; shift < 32; shift += 8) {
        write(value >>> shift);
      }
    }

    void u64(long value) {
      u32((int) value);
      u32((int) (value >>> 32));
    }

    void text(String value) {
      byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      u64(utf8.length);
      writeBytes(utf8);
    }

    void typed(Object value) {
      if (value instanceof Integer number) {
        u32(GgufValue.U32.id());
        u32(number);
      } else if (value instanceof Float number) {
        u32(GgufValue.F32.id());
        u32(Float.floatToRawIntBits(number));
      } else if (value instanceof Boolean truth) {
        u32(GgufValue.BOOL.id());
        write(truth ? 1 : 0);
      } else if (value instanceof String text) {
        u32(GgufValue.STRING.id());
        text(text);
      } else if (value instanceof int[] numbers) {
        array(GgufValue.I32, numbers.length);
        for (int number : numbers) {
          u32(number);
        }
      } else if (value instanceof float[] numbers) {
        array(GgufValue.F32, numbers.length);
        for (float number : numbers) {
          u32(Float.floatToRawIntBits(number));
        }
      } else if (value instanceof List<?> texts) {
        array(GgufValue.STRING, texts.size());
        texts.forEach(text -> text((String) text));
      } else {
        throw new IllegalArgumentException("GGUF has no place for a " + value.getClass());
      }
    }

    private void array(GgufValue element, int length) {
      u32(GgufValue.ARRAY.id());
      u32(element.id());
      u64(length);
    }
  }
}
