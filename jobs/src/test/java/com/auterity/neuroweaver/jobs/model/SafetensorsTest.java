package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadBackInEveryType() {
    float[] values = {0, -0.0f, 1, -2.5f, 0.099975586f, 65504, 6.1035156e-5f, 5.9604645e-8f};
    Path file = folder.resolve("a.safetensors");
    Safetensors.write(
        file,
        List.of(
            new Safetensors.Tensor("c", Safetensors.Type.F16, new int[] {2, 4}, values),
            new Safetensors.Tensor("a", Safetensors.Type.F32, new int[] {8}, values),
            new Safetensors.Tensor("b", Safetensors.Type.BF16, new int[] {1}, new float[] {1.5f}),
            new Safetensors.Tensor("empty", Safetensors.Type.F32, new int[] {0}, new float[0])),
        Map.of("format", "pt"));
    Safetensors read = Safetensors.read(file);
    assertEquals(List.of("a", "b", "c", "empty"), read.names());
    assertEquals(Map.of("format", "pt"), read.metadata());
    assertArrayEquals(values, read.values("a"));
    assertArrayEquals(values, read.values("c", 2, 4));
    assertArrayEquals(new float[] {1.5f}, read.values("b", 1));
    assertEquals(0, read.values("empty").length);
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> read.values("c", 4, 2));
    assertTrue(e.getMessage().contains("[2, 4]") && e.getMessage().contains("[4, 2]"));
    e = assertThrows(NeuroWeaverException.class, () -> read.values("d"));
    assertTrue(e.getMessage().contains("has no tensor d"), e.getMessage());
  }

  @Test
  void theOrderOfTensorsDoesNotChangeTheBytes() {
    Safetensors.Tensor a =
        new Safetensors.Tensor("a", Safetensors.Type.F32, new int[] {1}, new float[] {1});
    Safetensors.Tensor b =
        new Safetensors.Tensor("b", Safetensors.Type.F32, new int[] {1}, new float[] {2});
    assertArrayEquals(
        Safetensors.bytes(List.of(a, b), Map.of("x", "1", "y", "2")),
        Safetensors.bytes(List.of(b, a), Map.of("y", "2", "x", "1")));
    assertThrows(NeuroWeaverException.class, () -> Safetensors.bytes(List.of(a, a), Map.of()));
  }

  @Test
  void everyHalfReadsBackAsItselfAndRoundingIsToTheNearest() {
    for (int bits = 0; bits < 65536; bits++) {
      float f16 = HalfPrecision.fromF16((short) bits);
      float bf16 = HalfPrecision.fromBf16((short) bits);
      if (!Float.isNaN(f16)) {
        assertEquals((short) bits, HalfPrecision.toF16(f16));
      }
      if (!Float.isNaN(bf16)) {
        assertEquals((short) bits, HalfPrecision.toBf16(bf16));
      }
    }
    Random random = new Random(1);
    for (int i = 0; i < 200_000; i++) {
      float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(50) - 30));
      assertNearest(
          value,
          HalfPrecision.fromBf16(HalfPrecision.toBf16(value)),
          HalfPrecision.fromBf16((short) (HalfPrecision.toBf16(value) + 1)),
          HalfPrecision.fromBf16((short) (HalfPrecision.toBf16(value) - 1)));
      if (Math.abs(value) < 65504) {
        assertNearest(
            value,
            HalfPrecision.fromF16(HalfPrecision.toF16(value)),
            HalfPrecision.fromF16((short) (HalfPrecision.toF16(value) + 1)),
            HalfPrecision.fromF16((short) (HalfPrecision.toF16(value) - 1)));
      }
    }
    assertTrue(Float.isNaN(HalfPrecision.fromBf16(HalfPrecision.toBf16(Float.NaN))));
    assertEquals(Float.POSITIVE_INFINITY, HalfPrecision.fromF16(HalfPrecision.toF16(70000f)));
  }

  private static void assertNearest(float value, float rounded, float up, float down) {
    double error = Math.abs((double) value - rounded);
    assertTrue(Float.isNaN(up) || error <= Math.abs((double) value - up), () -> "of " + value);
    assertTrue(Float.isNaN(down) || error <= Math.abs((double) value - down), () -> "of " + value);
  }

  @Test
  void aHeaderThatLiesAboutItsLengthIsRefused() throws Exception {
    byte[] good = good();
    for (long lie : new long[] {0, 1, good.length, Long.MAX_VALUE, -1, 1L << 32}) {
      byte[] bytes = good.clone();
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(lie);
      Path file = folder.resolve("model.safetensors");
      Files.write(file, bytes);
      NeuroWeaverException e =
          assertThrows(NeuroWeaverException.class, () -> Safetensors.read(file));
      assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
      assertTrue(e.getMessage().contains(Long.toUnsignedString(lie)), e.getMessage());
      assertTrue(e.getMessage().contains("byte 0"), e.getMessage());
    }
    // A few bytes short or long cut the JSON or take data in.
    byte[] bytes = good.clone();
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(0, header.getLong(0) - 16);
    refused("not valid JSON", bytes);
    assertThrows(NeuroWeaverException.class, () -> Safetensors.read(new byte[3], "short"));
  }

  @Test
  void aTruncatedOrExtendedFileIsRefused() {
    byte[] good = good();
    refused("cut short", java.util.Arrays.copyOf(good, good.length - 1));
    refused("bytes follow the header", java.util.Arrays.copyOf(good, good.length + 1));
  }

  @Test
  void tensorsThatOverlapLeaveGapsOrOverflowAreRefused() {
    refused(
        "gap or overlap",
        file(16, entry("a", "F32", "[2]", "[0,8]"), entry("b", "F32", "[2]", "[4,12]")));
    refused(
        "gap or overlap",
        file(16, entry("a", "F32", "[1]", "[0,4]"), entry("b", "F32", "[2]", "[8,16]")));
    refused("data_offsets", file(8, entry("a", "F32", "[2]", "[8,0]")));
    refused("data_offsets", file(8, entry("a", "F32", "[3]", "[0,8]")));
    refused("impossible shape", file(8, entry("a", "F32", "[4294967296,4294967296]", "[0,8]")));
    refused("integer from 0", file(8, entry("a", "F32", "[-2]", "[0,8]")));
    refused("integer from 0", file(8, entry("a", "F32", "[2]", "[0,99999999999999999999]")));
    refused("dtype", file(8, entry("a", "I64", "[1]", "[0,8]")));
    refused("shape missing", file(8, "\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}"));
    refused(
        "Duplicate", file(8, entry("a", "F32", "[2]", "[0,8]"), entry("a", "F32", "[2]", "[0,8]")));
  }

  @Test
  void randomDamageNeverEndsInAnythingButAClearError() {
    byte[] good = good();
    Random random = new Random(3);
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = java.util.Arrays.copyOf(good, random.nextInt(good.length + 1));
      for (int n = random.nextInt(4); n > 0 && bytes.length > 0; n--) {
        bytes[random.nextInt(Math.min(bytes.length, 100))] = (byte) random.nextInt();
      }
      try {
        Safetensors read = Safetensors.read(bytes, "damaged");
        read.names().forEach(read::values);
      } catch (NeuroWeaverException e) {
        assertTrue(e.getMessage().contains("damaged"), e.getMessage());
      }
    }
  }

  private static byte[] good() {
    return Safetensors.bytes(
        List.of(
            new Safetensors.Tensor("a", Safetensors.Type.F32, new int[] {2}, new float[] {1, 2}),
            new Safetensors.Tensor("b", Safetensors.Type.BF16, new int[] {2}, new float[] {1, 2})),
        Map.of());
  }

  private static void refused(String why, byte[] bytes) {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> Safetensors.read(bytes, "bad.safetensors"));
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertTrue(e.getMessage().contains("bad.safetensors"), e.getMessage());
  }

  private static String entry(String name, String type, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, type, shape, offsets);
  }

  private static byte[] file(int dataBytes, String... entries) {
    byte[] json = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }
}
