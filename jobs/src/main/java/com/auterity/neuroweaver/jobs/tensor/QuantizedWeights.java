package com.auterity.neuroweaver.jobs.tensor;

import java.util.List;

/**
 * A weight matrix in 8 or 4 bits for both directions: a slice of rows at a time becomes bf16 (or
 * float32) in a thread's scratch memory and is multiplied from there.
 */
final class QuantizedWeights extends CpuWeights {
  /** Blocks whose scales share a scale of their own. */
  private static final int SCALES = 256;

  private final boolean half;
  private final boolean normalFloat;
  private final List<Rows> runs;
  private final int rowBytes;
  private final int blocks;
  private final NativeBlock codes;

  /** INT8: a scale for each row. NF4: {@code mean + scales[block / 256] * scaleCodes[block]}. */
  private final float[] scales;

  private final byte[] scaleCodes;
  private float mean;

  QuantizedWeights(MatrixSource source, boolean normalFloat, boolean half) {
    super(source.rows(), source.cols());
    this.half = half;
    this.normalFloat = normalFloat;
    this.runs = cut(out, Math.max(64, (1 << 20) / in / 64 * 64));
    this.rowBytes = normalFloat ? (in + 1) / 2 : in;
    this.blocks = normalFloat ? (in + NormalFloat.BLOCK - 1) / NormalFloat.BLOCK : 1;
    this.codes = new NativeBlock((long) out * rowBytes);
    int all = Math.multiplyExact(out, blocks);
    this.scaleCodes = new byte[normalFloat ? all : 0];
    this.scales = new float[normalFloat ? (all + SCALES - 1) / SCALES : out];
    update(source);
  }

  @Override
  public long bytes() {
    return codes.bytes + scaleCodes.length + 4L * scales.length;
  }

  @Override
  public void update(MatrixSource source) {
    float[] row = new float[in];
    byte[] bytes = new byte[rowBytes];
    if (!normalFloat) {
      for (int r = 0; r < out; r++) {
        source.read(r, row, 0);
        scales[r] = ByteCodes.encode(row, in, bytes);
        codes.raw.put(r * rowBytes, bytes, 0, rowBytes);
      }
      return;
    }
    float[] largest = new float[out * blocks];
    for (int r = 0; r < out; r++) {
      source.read(r, row, 0);
      java.util.Arrays.fill(bytes, (byte) 0);
      for (int b = 0; b < blocks; b++) {
        int from = b * NormalFloat.BLOCK;
        int to = Math.min(in, from + NormalFloat.BLOCK);
        float most = 0f;
        for (int i = from; i < to; i++) {
          most = Math.max(most, Math.abs(row[i]));
        }
        largest[r * blocks + b] = most;
        for (int i = from; i < to; i++) {
          int code = NormalFloat.encode(most == 0f ? 0f : row[i] / most);
          bytes[i / 2] |= (byte) (code << ((i & 1) * 4));
        }
      }
      codes.raw.put(r * rowBytes, bytes, 0, rowBytes);
    }
    double sum = 0;
    for (float v : largest) {
      sum += v;
    }
    mean = (float) (sum / largest.length);
    for (int s = 0; s < scales.length; s++) {
      int from = s * SCALES;
      int to = Math.min(largest.length, from + SCALES);
      float most = 0f;
      for (int i = from; i < to; i++) {
        most = Math.max(most, Math.abs(largest[i] - mean));
      }
      scales[s] = most / 127f;
      for (int i = from; i < to; i++) {
        scaleCodes[i] = scales[s] == 0f ? 0 : (byte) Math.rint((largest[i] - mean) / scales[s]);
      }
    }
  }

  @Override
  void forward(CpuTeam team, CpuTensor x, CpuTensor y) {
    team.run(
        runs.size(),
        (worker, i) -> {
          Rows run = runs.get(i);
          worker.matmul.multiply(
              1f,
              x,
              false,
              values(worker, run),
              true,
              y.view(0, y.rows, run.from(), run.count()),
              false);
        });
  }

  @Override
  void backward(CpuTeam team, CpuTensor dy, CpuTensor dx) {
    CpuWorker worker = team.first();
    CpuTensor sum =
        dx.half ? new CpuTensor(team.bytes(4L * dx.rows * in), false, 0, dx.rows, in, in) : dx;
    for (Rows run : runs) {
      worker.matmul.multiply(
          1f,
          dy.view(0, dy.rows, run.from(), run.count()),
          false,
          values(worker, run),
          false,
          sum,
          run.from() > 0);
    }
    if (sum != dx) {
      worker.kernels.copy(sum, dx, 0, dx.rows);
    }
  }

  /** These rows as the library multiplies them, in the worker's scratch memory. */
  private CpuTensor values(CpuWorker worker, Rows run) {
    worker.rowsOf(in);
    NativeBlock block = worker.scratch((long) run.count() * in * (half ? 2 : 4));
    CpuTensor values = new CpuTensor(block, half, 0, run.count(), in, in);
    for (int r = 0; r < run.count(); r++) {
      decode(run.from() + r, worker.bytes, worker.row);
      worker.kernels.stage.store(worker.row, 0, values, r, 0, in);
    }
    return values;
  }

  private void decode(int row, byte[] bytes, float[] to) {
    codes.raw.get(row * rowBytes, bytes, 0, rowBytes);
    if (!normalFloat) {
      ElementKernels.scaled(bytes, scales[row], to, in);
      return;
    }
    float[] scaled = new float[16];
    for (int b = 0; b < blocks; b++) {
      int from = b * NormalFloat.BLOCK;
      int block = row * blocks + b;
      float scale = mean + scales[block / SCALES] * scaleCodes[block];
      NormalFloat.decode(
          bytes, from / 2, Math.min(NormalFloat.BLOCK, in - from), scale, scaled, to, from);
    }
  }

  @Override
  void free() {
    codes.close();
  }
}
