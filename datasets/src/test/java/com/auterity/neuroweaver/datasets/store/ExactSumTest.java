package com.auterity.neuroweaver.datasets.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExactSumTest {
  private static final BigDecimal UNIT = BigDecimal.valueOf(2).pow(ExactSum.SCALE);

  @Test
  void sumsAnyDoublesLikeBigDecimalsThroughBytesAndMerges() {
    SplittableRandom random = new SplittableRandom(31);
    for (int round = 0; round < 20; round++) {
      ExactSum sum = new ExactSum();
      ExactSum part = new ExactSum();
      BigDecimal exact = BigDecimal.ZERO;
      for (int i = 0; i < 3_000; i++) {
        double term =
            round % 2 == 0 ? Double.longBitsToDouble(random.nextLong()) : random.nextGaussian();
        if (!Double.isFinite(term)) {
          continue;
        }
        (i % 3 == 0 ? part : sum).add(term);
        exact = exact.add(new BigDecimal(term));
      }
      sum.add(ExactSum.ofBytes(part.toBytes()));
      assertEquals(exact.multiply(UNIT).toBigIntegerExact(), sum.scaled());
    }
    ExactSum extremes = new ExactSum();
    for (int i = 0; i < 5_000; i++) {
      extremes.add(-Double.MAX_VALUE);
    }
    extremes.add(Double.MIN_VALUE);
    BigDecimal all =
        new BigDecimal(-Double.MAX_VALUE)
            .multiply(BigDecimal.valueOf(5_000))
            .add(new BigDecimal(Double.MIN_VALUE));
    assertEquals(all.multiply(UNIT).toBigIntegerExact(), extremes.scaled());
  }

  @Test
  void productsKeepAllTheirDigits() {
    SplittableRandom random = new SplittableRandom(32);
    ExactSum sum = new ExactSum();
    BigDecimal exact = BigDecimal.ZERO;
    for (int i = 0; i < 1_000; i++) {
      double one = random.nextGaussian() * 1e9;
      double two = random.nextGaussian() * 1e-5;
      sum.addProduct(one, two);
      exact = exact.add(new BigDecimal(one).multiply(new BigDecimal(two)));
    }
    assertEquals(exact.multiply(UNIT).toBigIntegerExact(), sum.scaled());
    assertEquals(
        exact.divide(BigDecimal.valueOf(7), java.math.MathContext.DECIMAL128).doubleValue(),
        ExactSum.quotient(sum.scaled(), BigInteger.valueOf(7), ExactSum.SCALE));
  }
}
