package com.auterity.neuroweaver.jobs.tensor;

import static com.auterity.neuroweaver.jobs.tensor.Lanes.F;
import static com.auterity.neuroweaver.jobs.tensor.Lanes.WIDTH;

import jdk.incubator.vector.FloatVector;

/**
 * c (m x n) = or += a b over heap arrays, for matrices too thin for a library call: a's element (i,
 * k) is {@code a[ao + i * ai + k * ak]}, so that either layout is read in place; b (k x n) and c
 * are row-major. Each element is one fma chain over k, whatever the tile it falls into.
 */
final class VectorGemm {
  private VectorGemm() {}

  static void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int ao,
      int ai,
      int ak,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    int j = 0;
    // Four vectors wide needs 21 registers: only where there are 32 (AVX-512).
    if (WIDTH == 16) {
      for (; j + 4 * WIDTH <= n; j += 4 * WIDTH) {
        int i = 0;
        for (; i + 4 <= m; i += 4) {
          tile4x4(k, a, ao + i * ai, ai, ak, b, bo + j, ldb, c, co + i * ldc + j, ldc, accumulate);
        }
        for (; i < m; i++) {
          tile1x4(k, a, ao + i * ai, ak, b, bo + j, ldb, c, co + i * ldc + j, accumulate);
        }
      }
    }
    for (; j + 2 * WIDTH <= n; j += 2 * WIDTH) {
      int i = 0;
      for (; i + 4 <= m; i += 4) {
        tile4x2(k, a, ao + i * ai, ai, ak, b, bo + j, ldb, c, co + i * ldc + j, ldc, accumulate);
      }
      for (; i < m; i++) {
        tile1x2(k, a, ao + i * ai, ak, b, bo + j, ldb, c, co + i * ldc + j, accumulate);
      }
    }
    for (; j + WIDTH <= n; j += WIDTH) {
      int i = 0;
      for (; i + 8 <= m; i += 8) {
        tile8x1(k, a, ao + i * ai, ai, ak, b, bo + j, ldb, c, co + i * ldc + j, ldc, accumulate);
      }
      for (; i < m; i++) {
        tile1x1(k, a, ao + i * ai, ak, b, bo + j, ldb, c, co + i * ldc + j, accumulate);
      }
    }
    if (j < n) {
      rest(m, j, n, k, a, ao, ai, ak, b, bo, ldb, c, co, ldc, accumulate);
    }
  }

  private static void rest(
      int m,
      int from,
      int n,
      int k,
      float[] a,
      int ao,
      int ai,
      int ak,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    for (int i = 0; i < m; i++) {
      for (int j = from; j < n; j++) {
        int at = co + i * ldc + j;
        float sum = accumulate ? c[at] : 0f;
        for (int p = 0; p < k; p++) {
          sum = Math.fma(a[ao + i * ai + p * ak], b[bo + p * ldb + j], sum);
        }
        c[at] = sum;
      }
    }
  }

  private static FloatVector start(float[] c, int at, boolean accumulate) {
    return accumulate ? FloatVector.fromArray(F, c, at) : FloatVector.zero(F);
  }

  private static void tile1x1(
      int k,
      float[] a,
      int ao,
      int ak,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      boolean accumulate) {
    FloatVector sum = start(c, co, accumulate);
    int x = ao;
    int y = bo;
    for (int p = 0; p < k; p++) {
      sum = FloatVector.broadcast(F, a[x]).fma(FloatVector.fromArray(F, b, y), sum);
      x += ak;
      y += ldb;
    }
    sum.intoArray(c, co);
  }

  private static void tile4x4(
      int k,
      float[] a,
      int ao,
      int ai,
      int ak,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    FloatVector s00 = start(c, co, accumulate);
    FloatVector s01 = start(c, co + WIDTH, accumulate);
    FloatVector s02 = start(c, co + 2 * WIDTH, accumulate);
    FloatVector s03 = start(c, co + 3 * WIDTH, accumulate);
    FloatVector s10 = start(c, co + ldc, accumulate);
    FloatVector s11 = start(c, co + ldc + WIDTH, accumulate);
    FloatVector s12 = start(c, co + ldc + 2 * WIDTH, accumulate);
    FloatVector s13 = start(c, co + ldc + 3 * WIDTH, accumulate);
    FloatVector s20 = start(c, co + 2 * ldc, accumulate);
    FloatVector s21 = start(c, co + 2 * ldc + WIDTH, accumulate);
    FloatVector s22 = start(c, co + 2 * ldc + 2 * WIDTH, accumulate);
    FloatVector s23 = start(c, co + 2 * ldc + 3 * WIDTH, accumulate);
    FloatVector s30 = start(c, co + 3 * ldc, accumulate);
    FloatVector s31 = start(c, co + 3 * ldc + WIDTH, accumulate);
    FloatVector s32 = start(c, co + 3 * ldc + 2 * WIDTH, accumulate);
    FloatVector s33 = start(c, co + 3 * ldc + 3 * WIDTH, accumulate);
    int x = ao;
    int y = bo;
    for (int p = 0; p < k; p++) {
      FloatVector b0 = FloatVector.fromArray(F, b, y);
      FloatVector b1 = FloatVector.fromArray(F, b, y + WIDTH);
      FloatVector b2 = FloatVector.fromArray(F, b, y + 2 * WIDTH);
      FloatVector b3 = FloatVector.fromArray(F, b, y + 3 * WIDTH);
      FloatVector a0 = FloatVector.broadcast(F, a[x]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      s02 = a0.fma(b2, s02);
      s03 = a0.fma(b3, s03);
      FloatVector a1 = FloatVector.broadcast(F, a[x + ai]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      s12 = a1.fma(b2, s12);
      s13 = a1.fma(b3, s13);
      FloatVector a2 = FloatVector.broadcast(F, a[x + 2 * ai]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      s22 = a2.fma(b2, s22);
      s23 = a2.fma(b3, s23);
      FloatVector a3 = FloatVector.broadcast(F, a[x + 3 * ai]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      s32 = a3.fma(b2, s32);
      s33 = a3.fma(b3, s33);
      x += ak;
      y += ldb;
    }
    s00.intoArray(c, co);
    s01.intoArray(c, co + WIDTH);
    s02.intoArray(c, co + 2 * WIDTH);
    s03.intoArray(c, co + 3 * WIDTH);
    s10.intoArray(c, co + ldc);
    s11.intoArray(c, co + ldc + WIDTH);
    s12.intoArray(c, co + ldc + 2 * WIDTH);
    s13.intoArray(c, co + ldc + 3 * WIDTH);
    s20.intoArray(c, co + 2 * ldc);
    s21.intoArray(c, co + 2 * ldc + WIDTH);
    s22.intoArray(c, co + 2 * ldc + 2 * WIDTH);
    s23.intoArray(c, co + 2 * ldc + 3 * WIDTH);
    s30.intoArray(c, co + 3 * ldc);
    s31.intoArray(c, co + 3 * ldc + WIDTH);
    s32.intoArray(c, co + 3 * ldc + 2 * WIDTH);
    s33.intoArray(c, co + 3 * ldc + 3 * WIDTH);
  }

  private static void tile4x2(
      int k,
      float[] a,
      int ao,
      int ai,
      int ak,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    FloatVector s00 = start(c, co, accumulate);
    FloatVector s01 = start(c, co + WIDTH, accumulate);
    FloatVector s10 = start(c, co + ldc, accumulate);
    FloatVector s11 = start(c, co + ldc + WIDTH, accumulate);
    FloatVector s20 = start(c, co + 2 * ldc, accumulate);
    FloatVector s21 = start(c, co + 2 * ldc + WIDTH, accumulate);
    FloatVector s30 = start(c, co + 3 * ldc, accumulate);
    FloatVector s31 = start(c, co + 3 * ldc + WIDTH, accumulate);
    int x = ao;
    int y = bo;
    for (int p = 0; p < k; p++) {
      FloatVector b0 = FloatVector.fromArray(F, b, y);
      FloatVector b1 = FloatVector.fromArray(F, b, y + WIDTH);
      FloatVector a0 = FloatVector.broadcast(F, a[x]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(F, a[x + ai]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(F, a[x + 2 * ai]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(F, a[x + 3 * ai]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      x += ak;
      y += ldb;
    }
    s00.intoArray(c, co);
    s01.intoArray(c, co + WIDTH);
    s10.intoArray(c, co + ldc);
    s11.intoArray(c, co + ldc + WIDTH);
    s20.intoArray(c, co + 2 * ldc);
    s21.intoArray(c, co + 2 * ldc + WIDTH);
    s30.intoArray(c, co + 3 * ldc);
    s31.intoArray(c, co + 3 * ldc + WIDTH);
  }

  private static void tile8x1(
      int k,
      float[] a,
      int ao,
      int ai,
      int ak,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      int ldc,
      boolean accumulate) {
    FloatVector s00 = start(c, co, accumulate);
    FloatVector s10 = start(c, co + ldc, accumulate);
    FloatVector s20 = start(c, co + 2 * ldc, accumulate);
    FloatVector s30 = start(c, co + 3 * ldc, accumulate);
    FloatVector s40 = start(c, co + 4 * ldc, accumulate);
    FloatVector s50 = start(c, co + 5 * ldc, accumulate);
    FloatVector s60 = start(c, co + 6 * ldc, accumulate);
    FloatVector s70 = start(c, co + 7 * ldc, accumulate);
    int x = ao;
    int y = bo;
    for (int p = 0; p < k; p++) {
      FloatVector b0 = FloatVector.fromArray(F, b, y);
      FloatVector a0 = FloatVector.broadcast(F, a[x]);
      s00 = a0.fma(b0, s00);
      FloatVector a1 = FloatVector.broadcast(F, a[x + ai]);
      s10 = a1.fma(b0, s10);
      FloatVector a2 = FloatVector.broadcast(F, a[x + 2 * ai]);
      s20 = a2.fma(b0, s20);
      FloatVector a3 = FloatVector.broadcast(F, a[x + 3 * ai]);
      s30 = a3.fma(b0, s30);
      FloatVector a4 = FloatVector.broadcast(F, a[x + 4 * ai]);
      s40 = a4.fma(b0, s40);
      FloatVector a5 = FloatVector.broadcast(F, a[x + 5 * ai]);
      s50 = a5.fma(b0, s50);
      FloatVector a6 = FloatVector.broadcast(F, a[x + 6 * ai]);
      s60 = a6.fma(b0, s60);
      FloatVector a7 = FloatVector.broadcast(F, a[x + 7 * ai]);
      s70 = a7.fma(b0, s70);
      x += ak;
      y += ldb;
    }
    s00.intoArray(c, co);
    s10.intoArray(c, co + ldc);
    s20.intoArray(c, co + 2 * ldc);
    s30.intoArray(c, co + 3 * ldc);
    s40.intoArray(c, co + 4 * ldc);
    s50.intoArray(c, co + 5 * ldc);
    s60.intoArray(c, co + 6 * ldc);
    s70.intoArray(c, co + 7 * ldc);
  }

  private static void tile1x4(
      int k,
      float[] a,
      int ao,
      int ak,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      boolean accumulate) {
    FloatVector s00 = start(c, co, accumulate);
    FloatVector s01 = start(c, co + WIDTH, accumulate);
    FloatVector s02 = start(c, co + 2 * WIDTH, accumulate);
    FloatVector s03 = start(c, co + 3 * WIDTH, accumulate);
    int x = ao;
    int y = bo;
    for (int p = 0; p < k; p++) {
      FloatVector b0 = FloatVector.fromArray(F, b, y);
      FloatVector b1 = FloatVector.fromArray(F, b, y + WIDTH);
      FloatVector b2 = FloatVector.fromArray(F, b, y + 2 * WIDTH);
      FloatVector b3 = FloatVector.fromArray(F, b, y + 3 * WIDTH);
      FloatVector a0 = FloatVector.broadcast(F, a[x]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      s02 = a0.fma(b2, s02);
      s03 = a0.fma(b3, s03);
      x += ak;
      y += ldb;
    }
    s00.intoArray(c, co);
    s01.intoArray(c, co + WIDTH);
    s02.intoArray(c, co + 2 * WIDTH);
    s03.intoArray(c, co + 3 * WIDTH);
  }

  private static void tile1x2(
      int k,
      float[] a,
      int ao,
      int ak,
      float[] b,
      int bo,
      int ldb,
      float[] c,
      int co,
      boolean accumulate) {
    FloatVector s00 = start(c, co, accumulate);
    FloatVector s01 = start(c, co + WIDTH, accumulate);
    int x = ao;
    int y = bo;
    for (int p = 0; p < k; p++) {
      FloatVector b0 = FloatVector.fromArray(F, b, y);
      FloatVector b1 = FloatVector.fromArray(F, b, y + WIDTH);
      FloatVector a0 = FloatVector.broadcast(F, a[x]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      x += ak;
      y += ldb;
    }
    s00.intoArray(c, co);
    s01.intoArray(c, co + WIDTH);
  }
}
