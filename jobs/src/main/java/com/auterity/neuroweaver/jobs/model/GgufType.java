package com.auterity.neuroweaver.jobs.model;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * How a GGUF tensor's numbers are stored: in blocks along a row, little-endian. Quantization is
 * that of ggml's reference quantizers ({@code quantize_row_q4_0_ref}, {@code
 * quantize_row_q8_0_ref}), bit for bit.
 */
public enum GgufType {
  F32(0, 0, 1, 4),
  F16(1, 1, 1, 2),
  /** Blocks of 32: a binary16 scale, then 16 bytes of two 4-bit numbers each. */
  Q4_0(2, 2, 32, 18),
  /** Blocks of 32: a binary16 scale, then 32 signed bytes. */
  Q8_0(8, 7, 32, 34);

  private final int id;
  private final int fileType;
  private final int block;
  private final int blockBytes;

  GgufType(int id, int fileType, int block, int blockBytes) {
    this.id = id;
    this.fileType = fileType;
    this.block = block;
    this.blockBytes = blockBytes;
  }

  /** ggml's names of the types that this engine neither reads nor writes, by their numbers. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(3, "Q4_1"),
          Map.entry(6, "Q5_0"),
          Map.entry(7, "Q5_1"),
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(12, "Q4_K"),
          Map.entry(13, "Q5_K"),
          Map.entry(14, "Q6_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(30, "BF16"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"));

  /** The type of ggml's number, or null if this engine does not know it. */
  static GgufType of(int id) {
    for (GgufType type : values()) {
      if (type.id == id) {
        return type;
      }
    }
    return null;
  }

  /** What ggml calls the type of a number, known to this engine or not. */
  static String name(int id) {
    GgufType known = of(id);
    return known != null ? known.name() : OTHERS.getOrDefault(id, "number " + id);
  }

  /** ggml's number for this type. */
  int id() {
    return id;
  }

  /** {@code general.file_type} of a model whose matrices are mostly of this type. */
  int fileType() {
    return fileType;
  }

  /** How many numbers share a block; a row is whole blocks. */
  int block() {
    return block;
  }

  /** Bytes of {@code count} numbers, which must be whole blocks. */
  long bytes(long count) {
    return Math.multiplyExact(count / block, (long) blockBytes);
  }

  /** This type, or F16 where a row of {@code cols} numbers is not whole blocks. */
  GgufType fitting(int cols) {
    return cols % block == 0 ? this : F16;
  }

  /** Puts the first {@code count} numbers of a row; all must be finite. */
  void encode(float[] row, int count, ByteBuffer out) {
    switch (this) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          out.putFloat(row[i]);
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          out.putShort(HalfPrecision.toF16(row[i]));
        }
      }
      case Q4_0 -> {
        for (int at = 0; at < count; at += block) {
          encode4(row, at, out);
        }
      }
      case Q8_0 -> {
        for (int at = 0; at < count; at += block) {
          encode8(row, at, out);
        }
      }
    }
  }

  /** The largest magnitude that a row of this type can hold. */
  float limit() {
    return switch (this) {
      case F32 -> Float.MAX_VALUE;
      case F16 -> 65504f;
      case Q4_0 -> 8 * 65504f;
      case Q8_0 -> 127 * 65504f;
    };
  }

  /** Takes {@code count} numbers from {@code in} at its position. */
  void decode(ByteBuffer in, int count, float[] to, int offset) {
    switch (this) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          to[offset + i] = in.getFloat();
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          to[offset + i] = HalfPrecision.fromF16(in.getShort());
        }
      }
      case Q4_0 -> {
        for (int at = offset; at < offset + count; at += block) {
          float scale = HalfPrecision.fromF16(in.getShort());
          for (int i = 0; i < block / 2; i++) {
            int pair = in.get();
            to[at + i] = ((pair & 0xf) - 8) * scale;
            to[at + block / 2 + i] = (((pair >>> 4) & 0xf) - 8) * scale;
          }
        }
      }
      case Q8_0 -> {
        for (int at = offset; at < offset + count; at += block) {
          float scale = HalfPrecision.fromF16(in.getShort());
          for (int i = 0; i < block; i++) {
            to[at + i] = in.get() * scale;
          }
        }
      }
    }
  }

  private void encode4(float[] row, int at, ByteBuffer out) {
    float largest = 0; // with its sign: it becomes -8, the end that has one step more
    for (int i = at; i < at + block; i++) {
      if (Math.abs(largest) < Math.abs(row[i])) {
        largest = row[i];
      }
    }
    float scale = largest / -8;
    float inverse = inverse(scale);
    out.putShort(HalfPrecision.toF16(scale));
    for (int i = at; i < at + block / 2; i++) {
      int low = nibble(row[i] * inverse);
      int high = nibble(row[i + block / 2] * inverse);
      out.put((byte) (low | high << 4));
    }
  }

  private static int nibble(float scaled) {
    return Math.min(15, (byte) (scaled + 8.5f));
  }

  private void encode8(float[] row, int at, ByteBuffer out) {
    float largest = 0;
    for (int i = at; i < at + block; i++) {
      largest = Math.max(largest, Math.abs(row[i]));
    }
    float scale = largest / 127;
    float inverse = inverse(scale);
    out.putShort(HalfPrecision.toF16(scale));
    for (int i = at; i < at + block; i++) {
      out.put((byte) roundHalfAway(row[i] * inverse));
    }
  }

  /** Zero for scales too small to have one: such a block is as good as zero. */
  private static float inverse(float scale) {
    float inverse = 1 / scale;
    return Float.isInfinite(inverse) ? 0 : inverse;
  }

  /** C's roundf. */
  private static int roundHalfAway(float value) {
    int magnitude = (int) (Math.abs((double) value) + 0.5);
    return value < 0 ? -magnitude : magnitude;
  }
}
