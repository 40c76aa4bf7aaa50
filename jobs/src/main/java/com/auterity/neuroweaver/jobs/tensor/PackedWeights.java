package com.auterity.neuroweaver.jobs.tensor;

import java.util.List;

/** A weight matrix in bf16 or float32 that is only multiplied forward, packed in slices of rows. */
final class PackedWeights extends CpuWeights {
  private final OneDnn oneDnn;
  private final List<Rows> runs;
  private final PackedFactor[] slices;

  PackedWeights(OneDnn oneDnn, MatrixSource source) {
    super(source.rows(), source.cols());
    this.oneDnn = oneDnn;
    this.runs = cut(out, sliceRows(out, in, oneDnn.factorBytes()));
    this.slices = new PackedFactor[runs.size()];
    update(source);
  }

  @Override
  public long bytes() {
    long bytes = 0;
    for (PackedFactor slice : slices) {
      bytes += slice.bytes;
    }
    return bytes;
  }

  @Override
  public void update(MatrixSource source) {
    Stage stage = new Stage();
    float[] row = new float[in];
    boolean half = oneDnn.precision() == Precision.BF16;
    try (NativeBlock plain =
        new NativeBlock((long) runs.get(0).count() * in * oneDnn.factorBytes())) {
      CpuTensor tensor = new CpuTensor(plain, half, 0, runs.get(0).count(), in, in);
      for (int i = 0; i < slices.length; i++) {
        Rows run = runs.get(i);
        for (int r = 0; r < run.count(); r++) {
          source.read(run.from() + r, row, 0);
          stage.store(row, 0, tensor, r, 0, in);
        }
        if (slices[i] == null) {
          slices[i] = new PackedFactor(oneDnn, in, run.count(), oneDnn.factorType(), plain);
        } else {
          slices[i].pack(oneDnn, oneDnn.factorType(), plain);
        }
      }
    }
  }

  @Override
  void forward(CpuTeam team, CpuTensor x, CpuTensor y) {
    team.run(
        slices.length,
        (worker, i) -> {
          Rows run = runs.get(i);
          worker.matmul.multiply(x, slices[i], y.view(0, y.rows, run.from(), run.count()));
        });
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
