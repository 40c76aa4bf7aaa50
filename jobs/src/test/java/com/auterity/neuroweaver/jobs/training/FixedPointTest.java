package com.auterity.neuroweaver.jobs.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FixedPointTest {
  @Test
  void theSumIsTheSameInEveryOrderAndGrouping() {
    Random random = new Random(1);
    List<float[]> gradients = gradients(random, 23, 50);
    long[] inOrder = new long[50];
    gradients.forEach(g -> FixedPoint.add(inOrder, g, 23));
    for (int trial = 0; trial < 20; trial++) {
      Collections.shuffle(gradients, random);
      int cut = random.nextInt(24);
      long[] left = new long[50];
      long[] right = new long[50];
      gradients.subList(0, cut).forEach(g -> FixedPoint.add(left, g, 23));
      gradients.subList(cut, 23).forEach(g -> FixedPoint.add(right, g, 23));
      FixedPoint.add(left, FixedPoint.sum(FixedPoint.bytes(right)));
      assertArrayEquals(inOrder, left);
    }
  }

  @Test
  void agreesWithExactArithmetic() {
    Random random = new Random(2);
    List<float[]> gradients = gradients(random, 9, 40);
    long[] sum = new long[40];
    gradients.forEach(g -> FixedPoint.add(sum, g, 9));
    for (int i = 0; i < sum.length; i++) {
      BigInteger expected = BigInteger.ZERO;
      for (float[] gradient : gradients) {
        expected =
            expected.add(
                new BigDecimal(gradient[i])
                    .multiply(BigDecimal.valueOf(2).pow(40))
                    .setScale(0, RoundingMode.HALF_EVEN)
                    .toBigIntegerExact());
      }
      assertEquals(expected, BigInteger.valueOf(sum[i]));
    }
  }

  @Test
  void anAddendAtTheBoundIsRefusedAndNothingOfItAdded() {
    for (int microBatches : new int[] {1, 3, 64}) {
      float limit = (float) (FixedPoint.bound(microBatches) / FixedPoint.SCALE);
      // The largest float below the bound, as often as a step has micro-batches: no overflow.
      float largest = Math.nextDown(limit);
      long[] sum = new long[2];
      for (int i = 0; i < microBatches; i++) {
        FixedPoint.add(sum, new float[] {largest, -largest}, microBatches);
      }
      assertTrue(sum[0] > 0 && sum[1] == -sum[0]);
      for (float bad :
          new float[] {
            Math.nextUp(limit), -Math.nextUp(limit), Float.NaN, Float.NEGATIVE_INFINITY
          }) {
        long[] untouched = new long[2];
        NeuroWeaverException e =
            assertThrows(
                NeuroWeaverException.class,
                () -> FixedPoint.add(untouched, new float[] {1, bad}, microBatches));
        assertEquals(ErrorKind.UNPROCESSABLE, e.kind());
        assertTrue(e.getMessage().contains("parameter 1"), e.getMessage());
        assertArrayEquals(new long[2], untouched);
      }
    }
  }

  private static List<float[]> gradients(Random random, int count, int length) {
    List<float[]> gradients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] gradient = new float[length];
      for (int j = 0; j < length; j++) {
        gradient[j] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(9) - 6));
      }
      gradients.add(gradient);
    }
    return gradients;
  }
}
