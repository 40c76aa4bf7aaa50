package com.auterity.neuroweaver.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SeededValuesTest {
  @Test
  void aValueDependsOnItsPlaceAlone() {
    SeededValues values = SeededValues.of(1, "model.norm.weight", 1, 0.1f);
    float[] all = new float[40];
    values.fill(0, all, 0, 40);
    float[] part = new float[12];
    values.fill(25, part, 2, 10);
    assertArrayEquals(Arrays.copyOfRange(all, 25, 35), Arrays.copyOfRange(part, 2, 12));
    MatrixSource matrix = values.matrix(4, 10);
    float[] row = new float[10];
    matrix.read(2, row, 0);
    assertArrayEquals(Arrays.copyOfRange(all, 20, 30), row);
  }

  @Test
  void valuesAreUniformAroundTheCenter() {
    float[] values = new float[100_000];
    SeededValues.of(1, "a", 2, 0.5f).fill(0, values, 0, values.length);
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      assertTrue(value >= 1.5f && value <= 2.5f);
      sum += value;
      squares += (value - 2) * (value - 2);
    }
    assertEquals(2, sum / values.length, 0.003);
    assertEquals(0.25 / 3, squares / values.length, 0.001);
  }

  @Test
  void namesAndSeedsGiveOthers() {
    float[] a = new float[1];
    float[] b = new float[1];
    SeededValues.of(1, "a", 0, 1).fill(0, a, 0, 1);
    SeededValues.of(1, "b", 0, 1).fill(0, b, 0, 1);
    assertTrue(a[0] != b[0]);
    SeededValues.of(2, "a", 0, 1).fill(0, b, 0, 1);
    assertTrue(a[0] != b[0]);
  }
}
