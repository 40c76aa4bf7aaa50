package com.auterity.neuroweaver.jobs.tensor;

import static com.auterity.neuroweaver.jobs.tensor.Lanes.WIDTH;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s8;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A weight matrix in 8-bit integers with a scale for each output row, multiplied forward with
 * activations in 16-bit integers with a scale for each row: an activation is {@code s (256 high +
 * low - 32768)}, its two bytes are two rows of one product of unsigned with signed bytes, and the
 * sums are exact integers. So a result is the same whatever the number of rows, threads or the
 * instruction set, and the memory read for it is the weights' once.
 */
final class ByteWeights extends CpuWeights {
  /** Rows of activations multiplied at once, so that sums stay in the cache. */
  private static final int CHUNK = 64;

  private static final float MAGIC = 12582912f;
  private static final int MAGIC_BITS = 0x4B400000;

  private final OneDnn oneDnn;
  private final List<Rows> runs;
  private final PackedFactor[] slices;
  private final float[] scales;
  private final int[] sums;

  ByteWeights(OneDnn oneDnn, MatrixSource source) {
    super(source.rows(), source.cols());
    this.oneDnn = oneDnn;
    this.runs = cut(out, sliceRows(out, in, 1));
    this.slices = new PackedFactor[runs.size()];
    this.scales = new float[out];
    this.sums = new int[out];
    update(source);
  }

  @Override
  public long bytes() {
    long bytes = 8L * out;
    for (PackedFactor slice : slices) {
      bytes += slice.bytes;
    }
    return bytes;
  }

  @Override
  public void update(MatrixSource source) {
    float[] row = new float[in];
    byte[] codes = new byte[in];
    try (NativeBlock plain = new NativeBlock((long) runs.get(0).count() * in)) {
      for (int i = 0; i < slices.length; i++) {
        Rows run = runs.get(i);
        for (int r = 0; r < run.count(); r++) {
          source.read(run.from() + r, row, 0);
          scales[run.from() + r] = ByteCodes.encode(row, in, codes);
          int sum = 0;
          for (byte code : codes) {
            sum += code;
          }
          sums[run.from() + r] = sum;
          plain.raw.put(r * in, codes, 0, in);
        }
        if (slices[i] == null) {
          slices[i] = new PackedFactor(oneDnn, in, run.count(), dnnl_s8, plain);
        } else {
          slices[i].pack(oneDnn, dnnl_s8, plain);
        }
      }
    }
  }

  @Override
  void forward(CpuTeam team, CpuTensor x, CpuTensor y) {
    if (x.cols != in || y.cols != out || x.rows != y.rows) {
      throw new IllegalArgumentException(
          "cannot multiply " + x + " by (" + in + " x " + out + ") into " + y);
    }
    NativeBlock bytes = team.bytes(2L * x.rows * in);
    float[] rowScales = new float[x.rows];
    int pieces = team.threads() == 1 || x.rows < 8 ? 1 : team.threads();
    team.run(
        pieces,
        (worker, i) -> {
          for (int r = x.rows * i / pieces; r < x.rows * (i + 1) / pieces; r++) {
            rowScales[r] = split(worker, x, r, bytes);
          }
        });
    team.run(
        slices.length,
        (worker, i) -> {
          Rows run = runs.get(i);
          NativeBlock products = worker.scratch(4L * 2 * Math.min(CHUNK, x.rows) * run.count());
          worker.rowsOf(run.count());
          for (int from = 0; from < x.rows; from += CHUNK) {
            int rows = Math.min(CHUNK, x.rows - from);
            worker.matmul.multiplyBytes(
                2 * rows, bytes.address + 2L * from * in, slices[i], products.address);
            for (int r = 0; r < rows; r++) {
              products.ints.get(r * run.count(), worker.high, 0, run.count());
              products.ints.get((rows + r) * run.count(), worker.low, 0, run.count());
              join(worker, run, rowScales[from + r]);
              worker.kernels.stage.store(worker.row, 0, y, from + r, run.from(), run.count());
            }
          }
        });
  }

  /** Where the bytes of a row lie: the high ones of a chunk's rows, then the low ones. */
  private int place(int rows, int r, boolean low) {
    int from = r / CHUNK * CHUNK;
    int chunk = Math.min(CHUNK, rows - from);
    return (2 * from + (low ? chunk : 0) + r - from) * in;
  }

  /** Writes a row's bytes and returns its scale. */
  private float split(CpuWorker worker, CpuTensor x, int r, NativeBlock to) {
    worker.rowsOf(in);
    float[] row = worker.row;
    byte[] bytes = worker.bytes;
    worker.kernels.stage.load(x, r, 0, in, row, 0);
    float largest = ElementKernels.largestMagnitude(row, in, worker.kernels.scratch);
    float scale = largest / 32767f;
    float inverse = largest == 0f ? 0f : 32767f / largest;
    int i = 0;
    if (Lanes.BYTES != null) {
      for (; i + WIDTH <= in; i += WIDTH) {
        IntVector code =
            FloatVector.fromArray(Lanes.F, row, i)
                .mul(inverse)
                .add(MAGIC)
                .reinterpretAsInts()
                .sub(MAGIC_BITS - 32768);
        Lanes.narrow(code.lanewise(VectorOperators.ASHR, 8)).intoArray(bytes, i);
        Lanes.narrow(code).intoArray(bytes, in + i);
      }
    }
    for (; i < in; i++) {
      int code = Float.floatToRawIntBits(row[i] * inverse + MAGIC) - (MAGIC_BITS - 32768);
      bytes[i] = (byte) (code >> 8);
      bytes[in + i] = (byte) code;
    }
    to.raw.put(place(x.rows, r, false), bytes, 0, in);
    to.raw.put(place(x.rows, r, true), bytes, in, in);
    return scale;
  }

  /** A row of results from the sums of its high and low bytes. */
  private void join(CpuWorker worker, Rows run, float rowScale) {
    int[] high = worker.high;
    int[] low = worker.low;
    float[] to = worker.row;
    int i = 0;
    for (; i + WIDTH <= run.count(); i += WIDTH) {
      IntVector sum = IntVector.fromArray(Lanes.I, sums, run.from() + i);
      IntVector h =
          IntVector.fromArray(Lanes.I, high, i).sub(sum.lanewise(VectorOperators.LSHL, 7));
      FloatVector l =
          (FloatVector) IntVector.fromArray(Lanes.I, low, i).convert(VectorOperators.I2F, 0);
      ((FloatVector) h.convert(VectorOperators.I2F, 0))
          .fma(FloatVector.broadcast(Lanes.F, 256f), l)
          .mul(FloatVector.fromArray(Lanes.F, scales, run.from() + i).mul(rowScale))
          .intoArray(to, i);
    }
    for (; i < run.count(); i++) {
      int h = high[i] - (sums[run.from() + i] << 7);
      to[i] = Math.fma((float) h, 256f, (float) low[i]) * (scales[run.from() + i] * rowScale);
    }
  }

  @Override
  void backward(CpuTeam team, CpuTensor dy, CpuTensor dx) {
    throw new IllegalStateException("these weights were prepared for the forward direction only");
  }

  @Override
  void free() {
    for (PackedFactor slice : slices) {
      slice.close();
    }
  }
}
