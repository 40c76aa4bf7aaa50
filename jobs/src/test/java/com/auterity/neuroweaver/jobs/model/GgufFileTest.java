package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {
  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void writesAFile() {
    file = folder.resolve("small.gguf");
    GgufWriter out = new GgufWriter();
    out.note("general.architecture", "llama");
    out.note("n", -1);
    out.note("x", 1.5f);
    out.note("truth", true);
    out.note("texts", List.of("", "übel", "a b"));
    out.note("numbers", new int[] {-3, 4});
    out.note("floats", new float[] {0.25f});
    out.note("nothing", null);
    out.vector("norm", new float[] {1, 2, 3});
    out.matrix("odd", GgufType.Q8_0, matrix(3, 33));
    out.matrix("even", GgufType.Q4_0, matrix(5, 64));
    out.write(file);
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    GgufFile read = GgufFile.read(file);
    assertEquals("llama", read.text("general.architecture"));
    assertEquals(0xffff_ffffL, read.integer("n"));
    assertEquals(1.5, read.number("x"));
    assertEquals(true, read.metadata().get("truth"));
    assertEquals(List.of("", "übel", "a b"), read.metadata().get("texts"));
    assertEquals(List.of(-3L, 4L), read.metadata().get("numbers"));
    assertEquals(List.of(0.25), read.metadata().get("floats"));
    assertFalse(read.metadata().containsKey("nothing"));
    assertEquals(List.of("norm", "odd", "even"), List.copyOf(read.tensors().keySet()));
    assertArrayEquals(new float[] {1, 2, 3}, read.values("norm"));
    assertEquals(GgufType.F16, read.tensors().get("odd").type());
    assertEquals(List.of(33L, 3L), read.tensors().get("odd").shape());
    assertEquals(GgufType.Q4_0, read.tensors().get("even").type());
    float[] row = new float[64];
    matrix(5, 64).read(4, row, 0);
    float[] found = new float[64];
    read.rows("even").read(4, found, 0);
    for (int i = 0; i < row.length; i++) {
      assertEquals(row[i], found[i], 0.5);
    }
    assertEquals(List.of("small.gguf"), List.of(folder.toFile().list()));
  }

  @Test
  void rowsWiderThanTheBufferGoOutWhole() {
    Path wide = folder.resolve("wide.gguf");
    int cols = (1 << 18) + 64;
    for (GgufType type : GgufType.values()) {
      GgufWriter out = new GgufWriter();
      out.matrix("wide", type, matrix(2, cols));
      out.write(wide);
      float[] row = new float[cols];
      matrix(2, cols).read(1, row, 0);
      float[] found = new float[cols];
      GgufFile.read(wide).rows("wide").read(1, found, 0);
      for (int i = 0; i < cols; i++) {
        assertEquals(row[i], found[i], 0.8, type + " at " + i);
      }
    }
  }

  @Test
  void numbersThatTheTypeCannotHoldAreRefusedAndNothingIsLeft() {
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 70000f}) {
      float[] values = new float[64];
      values[40] = bad;
      GgufWriter out = new GgufWriter();
      out.matrix("w", GgufType.F16, MatrixSource.of(values, 0, 2, 32));
      Path target = folder.resolve("bad.gguf");
      NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> out.write(target));
      assertTrue(e.getMessage().contains("tensor w holds " + bad), e.getMessage());
      assertTrue(e.getMessage().contains("row 1, column 8"), e.getMessage());
      assertEquals(List.of("small.gguf"), List.of(folder.toFile().list()));
    }
  }

  @Test
  void aFileCutAnywhereIsRefused() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 23) {
      // What follows the last tensor's data is padding, which may be missing.
      if (whole.length - length >= GgufWriter.ALIGNMENT) {
        refused("", Arrays.copyOf(whole, length));
      }
    }
    refused("its tensors end", Arrays.copyOf(whole, whole.length + 64));
  }

  @Test
  void liesInTheHeaderAreRefusedByWhatTheySay() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    refused("no GGUF file", with(whole, 0, 'X'));
    refused("version is 9", with(whole, 4, 9));
    refused("big-endian", with(with(whole, 4, 0), 7, 3));
    refused("tensors follow", with(whole, 15, 0x7f));
    refused("metadata values follow", with(whole, 23, 1));
    refused("general.architecture", with(whole, 24 + 8 + 20 + 4 + 7, 1));
    int odd = at(whole, "odd") + 3;
    refused("dimensions", with(whole, odd, 9));
    refused("as dimension 0", with(whole, odd + 4 + 7, 1));
    refused("as dimension 1", with(with(whole, odd + 12, 0), odd + 13, 0));
    refused("type Q4_K", with(whole, odd + 20, 12));
    refused("type number 77", with(whole, odd + 20, 77));
    refused("multiples of 32", with(whole, odd + 20, 8));
    refused("begins at data byte", with(whole, odd + 24, 33));
    refused("there twice", with(whole, at(whole, "even"), 'n', 'o', 'r', 'm'));
    refused("truth value", with(whole, at(whole, "truth") + 5 + 4, 2));
    refused("value type", with(whole, at(whole, "truth") + 5, 99));
    refused("elements of texts", with(whole, at(whole, "texts") + 5 + 8 + 6, 1));
    refused("array of arrays", with(whole, at(whole, "texts") + 5 + 4, 9));
    refused("no UTF-8", with(whole, at(whole, "übel"), 0xff));
  }

  @Test
  void flippedBytesNeverEscapeAsAnotherError() throws Exception {
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(3);
    for (int round = 0; round < 300; round++) {
      byte[] changed = whole.clone();
      for (int n = 0; n < 1 + random.nextInt(3); n++) {
        changed[random.nextInt(420)] = (byte) random.nextInt();
      }
      Files.write(file, changed);
      try {
        GgufFile.read(file).tensors();
      } catch (NeuroWeaverException e) {
        assertEquals(ErrorKind.INVALID_INPUT, e.kind(), e.getMessage());
      }
    }
  }

  @Test
  void aMissingFileIsNotFound() {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> GgufFile.read(folder.resolve("none.gguf")));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
  }

  private void refused(String why, byte[] bytes) throws Exception {
    Files.write(file, bytes);
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> GgufFile.read(file), why);
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
  }

  private static byte[] with(byte[] bytes, int at, int... values) {
    byte[] out = bytes.clone();
    for (int i = 0; i < values.length; i++) {
      out[at + i] = (byte) values[i];
    }
    return out;
  }

  private static int at(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .indexOf(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
  }

  private static MatrixSource matrix(int rows, int cols) {
    float[] values = new float[rows * cols];
    Random random = new Random(11);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return MatrixSource.of(values, 0, rows, cols);
  }
}
