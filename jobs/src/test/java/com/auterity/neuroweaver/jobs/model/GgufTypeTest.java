package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GgufTypeTest {
  private final Random random = new Random(5);

  @Test
  void eightBitBlocksAreTheNearestMultiplesOfTheirScale() {
    for (int round = 0; round < 500; round++) {
      float[] row = row(64);
      assertArrayEquals(slow8(row), encoded(GgufType.Q8_0, row));
    }
  }

  @Test
  void fourBitBlocksPutTheLargestAtMinusEight() {
    for (int round = 0; round < 500; round++) {
      float[] row = row(96);
      assertArrayEquals(slow4(row), encoded(GgufType.Q4_0, row));
    }
  }

  @Test
  void whatIsDecodedLiesWithinAStepOfWhatWas() {
    for (GgufType type : GgufType.values()) {
      float[] row = row(96);
      float[] read = new float[100];
      ByteBuffer bytes = ByteBuffer.wrap(encoded(type, row)).order(ByteOrder.LITTLE_ENDIAN);
      assertEquals(type.bytes(96), bytes.remaining());
      type.decode(bytes, 96, read, 3);
      double step =
          switch (type) {
            case F32 -> 0;
            case F16 -> 0x1p-10;
            // The largest value of the other sign may be cut off by one step.
            case Q4_0 -> 1.0 / 8;
            case Q8_0 -> 0.51 / 127;
          };
      for (int i = 0; i < 96; i++) {
        float largest = 0;
        for (int j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
          largest = Math.max(largest, Math.abs(row[j]));
        }
        double bound =
            type == GgufType.F16 ? Math.abs(row[i]) * step + 1e-7 : largest * (step + 1e-3);
        assertEquals(row[i], read[3 + i], type == GgufType.F32 ? 0 : bound, type + " at " + i);
      }
    }
  }

  @Test
  void zeroAndTheSmallestNumbersStayFinite() {
    for (float value : new float[] {0f, -0f, Float.MIN_VALUE, 1e-39f, -1e-30f}) {
      float[] row = new float[32];
      row[7] = value;
      for (GgufType type : GgufType.values()) {
        float[] read = new float[32];
        type.decode(
            ByteBuffer.wrap(encoded(type, row)).order(ByteOrder.LITTLE_ENDIAN), 32, read, 0);
        for (float v : read) {
          assertTrue(Math.abs(v) <= Math.abs(value), type + " " + v);
        }
      }
    }
  }

  @Test
  void rowsThatAreNoWholeBlocksAreBinary16() {
    assertEquals(GgufType.F16, GgufType.Q8_0.fitting(48));
    assertEquals(GgufType.Q4_0, GgufType.Q4_0.fitting(64));
    assertEquals(GgufType.F32, GgufType.F32.fitting(7));
  }

  private float[] row(int n) {
    float[] row = new float[n];
    for (int i = 0; i < n; i++) {
      row[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(5) - 3));
    }
    return row;
  }

  private static byte[] encoded(GgufType type, float[] row) {
    ByteBuffer out =
        ByteBuffer.allocate((int) type.bytes(row.length)).order(ByteOrder.LITTLE_ENDIAN);
    type.encode(row, row.length, out);
    return out.array();
  }

  /** quantize_row_q8_0_ref word for word, roundf by decimal arithmetic. */
  private static byte[] slow8(float[] row) {
    ByteBuffer out = ByteBuffer.allocate(row.length / 32 * 34).order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 0; block < row.length / 32; block++) {
      float amax = 0;
      for (int j = 0; j < 32; j++) {
        amax = Math.max(amax, Math.abs(row[block * 32 + j]));
      }
      float d = amax / ((1 << 7) - 1);
      float id = d != 0 ? 1.0f / d : 0.0f;
      out.putShort(HalfPrecision.toF16(d));
      for (int j = 0; j < 32; j++) {
        float x0 = row[block * 32 + j] * id;
        out.put(new BigDecimal(x0).setScale(0, RoundingMode.HALF_UP).byteValueExact());
      }
    }
    return out.array();
  }

  /** quantize_row_q4_0_ref word for word. */
  private static byte[] slow4(float[] row) {
    ByteBuffer out = ByteBuffer.allocate(row.length / 32 * 18).order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 0; block < row.length / 32; block++) {
      float amax = 0;
      float max = 0;
      for (int j = 0; j < 32; j++) {
        float v = row[block * 32 + j];
        if (amax < Math.abs(v)) {
          amax = Math.abs(v);
          max = v;
        }
      }
      float d = max / -8;
      float id = d != 0 ? 1.0f / d : 0.0f;
      out.putShort(HalfPrecision.toF16(d));
      for (int j = 0; j < 16; j++) {
        float x0 = row[block * 32 + j] * id;
        float x1 = row[block * 32 + 16 + j] * id;
        int xi0 = Math.min(15, (int) Math.floor(x0 + 8.5f));
        int xi1 = Math.min(15, (int) Math.floor(x1 + 8.5f));
        out.put((byte) (xi0 + 16 * xi1));
      }
    }
    return out.array();
  }
}
