package com.auterity.neuroweaver.jobs.tensor;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's operations that its INDArray has no method for. */
final class Nd4jOperations {
  private Nd4jOperations() {}

  /**
   * c = alpha op(a) op(b) + beta c. The custom operation, unlike {@link Nd4j#gemm}, hands strides
   * to BLAS: views are neither copied nor refused.
   */
  static void multiply(
      double alpha,
      INDArray a,
      boolean transposeA,
      INDArray b,
      boolean transposeB,
      INDArray c,
      double beta) {
    Nd4j.exec(
        DynamicCustomOp.builder("matmul")
            .addInputs(a, b)
            .addOutputs(c)
            .addFloatingPointArguments(alpha, beta)
            .addIntegerArguments(transposeA ? 1 : 0, transposeB ? 1 : 0, 0)
            .build());
  }

  /** The softmax over the last dimension, in a new array. */
  static INDArray softmax(INDArray x) {
    INDArray y = Nd4j.createUninitialized(DataType.FLOAT, x.shape(), 'c');
    Nd4j.exec(
        DynamicCustomOp.builder("softmax")
            .addInputs(x)
            .addOutputs(y)
            .addIntegerArguments(x.rank() - 1)
            .build());
    return y;
  }

  /** Rows of a matrix by their numbers, in a new array. */
  static INDArray gather(INDArray table, INDArray ids) {
    INDArray y =
        Nd4j.createUninitialized(DataType.FLOAT, new long[] {ids.length(), table.size(1)}, 'c');
    Nd4j.exec(
        DynamicCustomOp.builder("gather")
            .addInputs(table, ids)
            .addOutputs(y)
            .addIntegerArguments(0)
            .build());
    return y;
  }

  /** (ids x depth) with a one where an id is, and a row of zeros for an id outside. */
  static INDArray oneHot(INDArray ids, int depth) {
    INDArray y = Nd4j.createUninitialized(DataType.FLOAT, new long[] {ids.length(), depth}, 'c');
    Nd4j.exec(
        DynamicCustomOp.builder("onehot")
            .addInputs(ids)
            .addOutputs(y)
            .addFloatingPointArguments(1.0, 0.0)
            .addIntegerArguments(-1, depth)
            .build());
    return y;
  }
}
