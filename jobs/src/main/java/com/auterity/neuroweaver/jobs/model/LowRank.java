package com.auterity.neuroweaver.jobs.model;

/**
 * The singular value decomposition of a product B A (out x rank, rank x in) without forming it: B =
 * Q_B R_B and A^T = Q_A R_A, then R_B R_A^T = U S V^T by one-sided Jacobi rotations (Demmel and
 * Veselic 1992), in double precision.
 */
final class LowRank {
  private static final int MAX_SWEEPS = 60;
  private static final double ORTHOGONAL = 1e-14;

  private final int rank;
  private final double[] values;
  private final double[][] left;
  private final double[][] right;

  private LowRank(double[] values, double[][] left, double[][] right) {
    this.rank = values.length;
    this.values = values;
    this.left = left;
    this.right = right;
  }

  /** The matrices lie row-major at their slices of {@code parameters}; A is rank x in. */
  static LowRank of(float[] parameters, Slice a, Slice b) {
    int rank = a.rows();
    double[][] qB = new double[rank][b.rows()];
    double[][] qA = new double[rank][a.cols()];
    for (int k = 0; k < rank; k++) {
      for (int i = 0; i < b.rows(); i++) {
        qB[k][i] = parameters[b.offset() + i * rank + k];
      }
      for (int j = 0; j < a.cols(); j++) {
        qA[k][j] = parameters[a.offset() + k * a.cols() + j];
      }
    }
    double[][] rB = orthogonalize(qB);
    double[][] rA = orthogonalize(qA);
    // The core's columns: core[j][i] = (R_B R_A^T)[i][j], R being upper triangular.
    double[][] core = new double[rank][rank];
    for (int j = 0; j < rank; j++) {
      for (int i = 0; i < rank; i++) {
        double sum = 0;
        for (int k = Math.max(i, j); k < rank; k++) {
          sum += rB[i][k] * rA[j][k];
        }
        core[j][i] = sum;
      }
    }
    double[][] v = rotate(core);
    Integer[] order = new Integer[rank];
    double[] norms = new double[rank];
    for (int k = 0; k < rank; k++) {
      order[k] = k;
      norms[k] = Math.sqrt(dot(core[k], core[k]));
    }
    java.util.Arrays.sort(order, (x, y) -> Double.compare(norms[y], norms[x]));
    double[] values = new double[rank];
    double[][] left = new double[rank][];
    double[][] right = new double[rank][];
    for (int k = 0; k < rank; k++) {
      int from = order[k];
      values[k] = norms[from];
      double scale = norms[from] > 0 ? 1 / norms[from] : 0;
      left[k] = combined(qB, core[from], scale);
      right[k] = combined(qA, v[from], 1);
    }
    return new LowRank(values, left, right);
  }

  int rank() {
    return rank;
  }

  /** Singular values of B A, the largest first. */
  double[] values() {
    return values.clone();
  }

  /** Left singular vector {@code k}, of length out. */
  double[] left(int k) {
    return left[k];
  }

  /** Right singular vector {@code k}, of length in. */
  double[] right(int k) {
    return right[k];
  }

  /**
   * Makes the columns orthonormal by Gram-Schmidt, twice over; returns R with columns = Q R. A
   * column that depends on those before it becomes zero.
   */
  private static double[][] orthogonalize(double[][] columns) {
    int n = columns.length;
    double[][] r = new double[n][n];
    for (int k = 0; k < n; k++) {
      double[] column = columns[k];
      double before = Math.sqrt(dot(column, column));
      for (int round = 0; round < 2; round++) {
        for (int j = 0; j < k; j++) {
          double along = dot(columns[j], column);
          r[j][k] += along;
          for (int i = 0; i < column.length; i++) {
            column[i] -= along * columns[j][i];
          }
        }
      }
      double norm = Math.sqrt(dot(column, column));
      if (norm <= 1e-14 * before) {
        java.util.Arrays.fill(column, 0);
      } else {
        r[k][k] = norm;
        for (int i = 0; i < column.length; i++) {
          column[i] /= norm;
        }
      }
    }
    return r;
  }

  /** Rotates pairs of columns until all are orthogonal; returns the columns of the rotation. */
  private static double[][] rotate(double[][] columns) {
    int n = columns.length;
    double[][] v = new double[n][n];
    for (int k = 0; k < n; k++) {
      v[k][k] = 1;
    }
    double total = 0;
    for (double[] column : columns) {
      total += dot(column, column);
    }
    double nothing = total * 1e-30;
    boolean rotated = true;
    for (int sweep = 0; rotated && sweep < MAX_SWEEPS; sweep++) {
      rotated = false;
      for (int p = 0; p < n - 1; p++) {
        for (int q = p + 1; q < n; q++) {
          double pp = dot(columns[p], columns[p]);
          double qq = dot(columns[q], columns[q]);
          double pq = dot(columns[p], columns[q]);
          if (Math.abs(pq) <= nothing || Math.abs(pq) <= ORTHOGONAL * Math.sqrt(pp * qq)) {
            continue;
          }
          rotated = true;
          double zeta = (qq - pp) / (2 * pq);
          double t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
          double cos = 1 / Math.sqrt(1 + t * t);
          double sin = cos * t;
          turn(columns[p], columns[q], cos, sin);
          turn(v[p], v[q], cos, sin);
        }
      }
    }
    return v;
  }

  private static void turn(double[] p, double[] q, double cos, double sin) {
    for (int i = 0; i < p.length; i++) {
      double x = p[i];
      p[i] = cos * x - sin * q[i];
      q[i] = sin * x + cos * q[i];
    }
  }

  private static double[] combined(double[][] columns, double[] factors, double scale) {
    double[] sum = new double[columns[0].length];
    for (int k = 0; k < columns.length; k++) {
      double factor = factors[k] * scale;
      for (int i = 0; i < sum.length; i++) {
        sum[i] += factor * columns[k][i];
      }
    }
    return sum;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
