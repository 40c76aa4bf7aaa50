package com.auterity.neuroweaver.datasets.filter;

import com.auterity.neuroweaver.datasets.schema.ColumnValues;
import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A test of a column's values. */
interface ValueTest {
  /** Sets the bits of the rows whose value passes; what it sets for a null does not matter. */
  void test(ColumnValues values, int rows, long[] passed);

  /** Compares the 64 bits of whole numbers, truths, dates and times. */
  record Bits(Comparison comparison, long literal) implements ValueTest {
    @Override
    public void test(ColumnValues values, int rows, long[] passed) {
      long[] bits = values.bits();
      for (int i = 0; i < rows; i++) {
        if (comparison.holds(Long.compare(bits[i], literal))) {
          passed[i >> 6] |= 1L << i;
        }
      }
    }
  }

  /** Compares as IEEE 754 does: NaN equals nothing, 0.0 equals -0.0. */
  record Numbers(Comparison comparison, double literal) implements ValueTest {
    @Override
    public void test(ColumnValues values, int rows, long[] passed) {
      long[] bits = values.bits();
      for (int i = 0; i < rows; i++) {
        double value = Double.longBitsToDouble(bits[i]);
        boolean holds =
            Double.isNaN(value)
                ? comparison == Comparison.NOT_EQUAL
                : comparison.holds(value < literal ? -1 : value > literal ? 1 : 0);
        if (holds) {
          passed[i >> 6] |= 1L << i;
        }
      }
    }
  }

  /** Compares texts by code points, which is the order of their UTF-8 bytes. */
  record Texts(Comparison comparison, byte[] literal) implements ValueTest {
    @Override
    public void test(ColumnValues values, int rows, long[] passed) {
      byte[] text = values.text();
      for (int i = 0; i < rows; i++) {
        int order =
            Arrays.compareUnsigned(
                text, values.start(i), values.end(i), literal, 0, literal.length);
        if (comparison.holds(order)) {
          passed[i >> 6] |= 1L << i;
        }
      }
    }
  }

  /** Passes texts that an RE2 pattern matches as a whole, in time in proportion to the text. */
  record Matches(Pattern pattern) implements ValueTest {
    @Override
    public void test(ColumnValues values, int rows, long[] passed) {
      for (int i = 0; i < rows; i++) {
        int start = values.start(i);
        String text =
            new String(values.text(), start, values.end(i) - start, StandardCharsets.UTF_8);
        if (pattern.matches(text)) {
          passed[i >> 6] |= 1L << i;
        }
      }
    }
  }

  /** Passes what one of the tests passes. */
  record Any(List<ValueTest> tests) implements ValueTest {
    @Override
    public void test(ColumnValues values, int rows, long[] passed) {
      tests.forEach(test -> test.test(values, rows, passed));
    }
  }

  /** Passes texts of a pattern. */
  record Like(LikePattern pattern) implements ValueTest {
    @Override
    public void test(ColumnValues values, int rows, long[] passed) {
      byte[] text = values.text();
      for (int i = 0; i < rows; i++) {
        if (pattern.matches(text, values.start(i), values.end(i))) {
          passed[i >> 6] |= 1L << i;
        }
      }
    }
  }
}
