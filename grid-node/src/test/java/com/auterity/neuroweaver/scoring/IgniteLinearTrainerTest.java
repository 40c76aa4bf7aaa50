package com.auterity.neuroweaver.scoring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IgniteLinearTrainerTest {
  private static final int WIDTH = 60;

  private final double[][] features = new double[240][WIDTH];
  private final boolean[] good = new boolean[240];

  /** Good rows have more of the first features, bad ones of the next; the last are 0 everywhere. */
  IgniteLinearTrainerTest() {
    Random random = new Random(1);
    for (int i = 0; i < features.length; i++) {
      good[i] = i % 2 == 0;
      for (int k = 0; k < 20; k++) {
        boolean own = random.nextInt(10) < 8;
        features[i][random.nextInt(25) + (own == good[i] ? 0 : 25)] += 0.2;
      }
    }
  }

  private double margin(double[] coefficients, int row) {
    double sum = coefficients[WIDTH];
    for (int j = 0; j < WIDTH; j++) {
      sum += coefficients[j] * features[row][j];
    }
    return sum;
  }

  @Test
  void judgesRowsItHasNotSeen() {
    double[][] half = Arrays.copyOf(features, 120);
    double[] coefficients = new IgniteLinearTrainer().fit(half, Arrays.copyOf(good, 120));
    int right = 0;
    for (int i = 120; i < 240; i++) {
      right += margin(coefficients, i) > 0 == good[i] ? 1 : 0;
    }
    System.out.println("support vector machine: " + right + " of 120 held-out rows right");
    assertTrue(right >= 108, right + " of 120 right");
  }

  @Test
  void repeatsToTheLastBitAndLeavesWhatNoRowHasAtZero() {
    double[] first = new IgniteLinearTrainer().fit(features, good);
    assertArrayEquals(first, new IgniteLinearTrainer().fit(features, good));
    assertEquals(WIDTH + 1, first.length);
    for (int j = 50; j < WIDTH; j++) {
      assertEquals(0, first[j]);
    }
  }
}
