package com.auterity.neuroweaver.jobs.tensor;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A rotary table's cosines and sines in a lane's memory, (positions x half) each. */
final class Nd4jAngles {
  private final int half;
  private final INDArray cos;
  private final INDArray sin;

  Nd4jAngles(Nd4jMemory memory, RotaryTable table, int half) {
    this.half = half;
    this.cos = copy(memory, table.cos());
    this.sin = copy(memory, table.sin());
  }

  private INDArray copy(Nd4jMemory memory, float[] values) {
    INDArray copy = memory.take(values.length / half, half).array();
    copy.assign(Nd4j.create(values, copy.shape(), 'c'));
    return copy;
  }

  /** (ids x 1 x half), in the current workspace. */
  INDArray cos(INDArray ids) {
    return Nd4jOperations.gather(cos, ids).reshape('c', ids.length(), 1, half);
  }

  INDArray sin(INDArray ids) {
    return Nd4jOperations.gather(sin, ids).reshape('c', ids.length(), 1, half);
  }
}
