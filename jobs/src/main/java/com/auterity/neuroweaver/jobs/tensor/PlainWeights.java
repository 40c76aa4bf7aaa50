package com.auterity.neuroweaver.jobs.tensor;

import java.util.List;

/**
 * A weight matrix in bf16 or float32, row-major: one copy for both directions. The library packs
 * what it multiplies with at each call, which costs little beside some hundred rows.
 */
final class PlainWeights extends CpuWeights {
  private static final int ROWS = 16;

  private final NativeBlock block;
  private final CpuTensor values;

  PlainWeights(MatrixSource source, boolean half) {
    super(source.rows(), source.cols());
    this.block = new NativeBlock((long) out * in * (half ? 2 : 4));
    this.values = new CpuTensor(block, half, 0, out, in, in);
    update(source);
  }

  @Override
  public long bytes() {
    return block.bytes;
  }

  @Override
  public void update(MatrixSource source) {
    Stage stage = new Stage();
    float[] row = new float[in];
    for (int r = 0; r < out; r++) {
      source.read(r, row, 0);
      stage.store(row, 0, values, r, 0, in);
    }
  }

  @Override
  void forward(CpuTeam team, CpuTensor x, CpuTensor y) {
    multiply(team, x, true, y);
  }

  @Override
  void backward(CpuTeam team, CpuTensor dy, CpuTensor dx) {
    multiply(team, dy, false, dx);
  }

  private void multiply(CpuTeam team, CpuTensor x, boolean transpose, CpuTensor y) {
    int each = (x.rows / team.threads() + ROWS - 1) / ROWS * ROWS;
    List<Rows> runs = cut(x.rows, Math.max(2 * ROWS, each));
    if (team.threads() == 1 || runs.get(runs.size() - 1).count() < 2) {
      team.first().matmul.multiply(1f, x, false, values, transpose, y, false);
      return;
    }
    team.run(
        runs.size(),
        (worker, i) -> {
          Rows run = runs.get(i);
          worker.matmul.multiply(
              1f,
              x.view(run.from(), run.count(), 0, x.cols),
              false,
              values,
              transpose,
              y.view(run.from(), run.count(), 0, y.cols),
              false);
        });
  }

  @Override
  void free() {
    block.close();
  }
}
