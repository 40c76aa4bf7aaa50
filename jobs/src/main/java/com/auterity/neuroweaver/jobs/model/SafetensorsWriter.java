package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Writes safetensors a row at a time, so that a model never has to be in memory as a whole. Header
 * keys and data stand in the order of names: equal input, equal bytes.
 */
final class SafetensorsWriter {
  private static final int BUFFER = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A tensor to write, read row by row and rounded to {@code type}. */
  record Source(String name, Safetensors.Type type, long[] shape, MatrixSource rows) {
    Source {
      long elements = 1;
      for (long n : shape) {
        elements = Math.multiplyExact(elements, n);
      }
      if (elements != (long) rows.rows() * rows.cols()) {
        throw NeuroWeaverException.invalid(
            "tensor %s of shape %s has %d x %d values"
                .formatted(name, Arrays.toString(shape), rows.rows(), rows.cols()));
      }
    }

    long bytes() {
      return (long) rows.rows() * rows.cols() * type.bytes;
    }
  }

  private SafetensorsWriter() {}

  /** Writes a file, whole or not at all. */
  static void write(Path file, List<Source> tensors, Map<String, String> metadata) {
    AtomicFile.write(file, out -> write(out, tensors, metadata));
  }

  static void write(WritableByteChannel out, List<Source> tensors, Map<String, String> metadata)
      throws IOException {
    List<Source> sorted = new ArrayList<>(tensors);
    sorted.sort(Comparator.comparing(Source::name));
    all(out, ByteBuffer.wrap(header(sorted, metadata)));
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    for (Source tensor : sorted) {
      float[] row = new float[tensor.rows().cols()];
      for (int r = 0; r < tensor.rows().rows(); r++) {
        tensor.rows().read(r, row, 0);
        for (int i = 0; i < row.length; i++) {
          if (buffer.remaining() < Float.BYTES) {
            flush(out, buffer);
          }
          put(buffer, tensor, r, i, row[i]);
        }
      }
    }
    flush(out, buffer);
  }

  private static void put(ByteBuffer buffer, Source tensor, int row, int col, float value) {
    float stored =
        switch (tensor.type()) {
          case F32 -> value;
          case F16 -> HalfPrecision.fromF16(HalfPrecision.toF16(value));
          case BF16 -> HalfPrecision.fromBf16(HalfPrecision.toBf16(value));
        };
    if (!Float.isFinite(stored)) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "tensor %s has %s at row %d, column %d, which %s cannot hold"
              .formatted(tensor.name(), value, row, col, tensor.type()),
          Map.of("tensor", tensor.name()));
    }
    switch (tensor.type()) {
      case F32 -> buffer.putFloat(value);
      case F16 -> buffer.putShort(HalfPrecision.toF16(value));
      case BF16 -> buffer.putShort(HalfPrecision.toBf16(value));
    }
  }

  /** Length, JSON, and spaces up to a multiple of eight. */
  private static byte[] header(List<Source> sorted, Map<String, String> metadata) {
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode notes = header.putObject("__metadata__");
      metadata.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(note -> notes.put(note.getKey(), note.getValue()));
    }
    long offset = 0;
    for (Source tensor : sorted) {
      if (header.has(tensor.name())) {
        throw NeuroWeaverException.invalid("two tensors are named " + tensor.name());
      }
      ObjectNode entry = header.putObject(tensor.name());
      entry.put("dtype", tensor.type().name());
      ArrayNode shape = entry.putArray("shape");
      for (long n : tensor.shape()) {
        shape.add(n);
      }
      entry.putArray("data_offsets").add(offset).add(offset + tensor.bytes());
      offset += tensor.bytes();
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[8 + (json.length + 7) / 8 * 8];
    Arrays.fill(out, (byte) ' ');
    ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putLong(out.length - 8).put(json);
    return out;
  }

  private static void flush(WritableByteChannel out, ByteBuffer buffer) throws IOException {
    all(out, buffer.flip());
    buffer.clear();
  }

  private static void all(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
