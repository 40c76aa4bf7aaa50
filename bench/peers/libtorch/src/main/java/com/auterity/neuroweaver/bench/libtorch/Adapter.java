package com.auterity.neuroweaver.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * LoRA parameters as one flat float32 vector, stepped by AdamW over the whole vector. Each worker
 * has leaves of its own that share the vector's memory, with gradients that are views of a flat
 * vector of the worker: nothing is copied between them, and workers do not meet in backward.
 */
final class Adapter {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final double WEIGHT_DECAY = 0.01;

  private final Shape shape;
  private final Tensor flat;
  private final Tensor mean;
  private final Tensor square;
  private final long size;
  private long steps;

  /** One worker's view: A and B of layer l and module m at 2 * (7 l + m) and the place after. */
  static final class Leaves {
    final List<Tensor> tensors = new ArrayList<>();
    private final List<Tensor> views = new ArrayList<>();
    private final Tensor gradient;

    private Leaves(Tensor gradient) {
      this.gradient = gradient;
    }

    Tensor a(int layer, int module) {
      return tensors.get(2 * (Shape.MODULES.length * layer + module));
    }

    Tensor b(int layer, int module) {
      return tensors.get(2 * (Shape.MODULES.length * layer + module) + 1);
    }
  }

  Adapter(Shape shape, long seed) {
    this.shape = shape;
    long count = 0;
    for (int m = 0; m < Shape.MODULES.length; m++) {
      count += (long) shape.layers() * shape.rank() * (shape.in(m) + shape.out(m));
    }
    this.size = count;
    this.flat = torch.zeros(count);
    this.mean = torch.zeros(count);
    this.square = torch.zeros(count);
    long offset = 0;
    for (int l = 0; l < shape.layers(); l++) {
      for (int m = 0; m < Shape.MODULES.length; m++) {
        String prefix = "base_model.model.model.layers.%d.%s".formatted(l, Shape.MODULES[m]);
        offset +=
            fill(
                offset,
                new SeededValues(
                    seed, prefix + ".lora_A.weight", 0, (float) (1 / Math.sqrt(shape.in(m)))),
                (long) shape.rank() * shape.in(m));
        offset +=
            fill(
                offset,
                new SeededValues(seed, prefix + ".lora_B.weight", 0, 0.02f),
                (long) shape.rank() * shape.out(m));
      }
    }
  }

  private long fill(long offset, SeededValues values, long count) {
    Weights.fill(flat.data_ptr_float(), offset, values, count);
    return count;
  }

  Leaves leaves() {
    Leaves leaves = new Leaves(torch.zeros(size));
    long offset = 0;
    for (int l = 0; l < shape.layers(); l++) {
      for (int m = 0; m < Shape.MODULES.length; m++) {
        offset = leaf(leaves, offset, shape.rank(), shape.in(m));
        offset = leaf(leaves, offset, shape.out(m), shape.rank());
      }
    }
    return leaves;
  }

  private long leaf(Leaves leaves, long offset, long rows, long cols) {
    Tensor leaf = flat.narrow(0, offset, rows * cols).view(rows, cols).detach();
    leaf.set_requires_grad(true);
    Tensor view = leaves.gradient.narrow(0, offset, rows * cols).view(rows, cols);
    leaf.mutable_grad().put(view);
    leaves.tensors.add(leaf);
    leaves.views.add(view);
    return offset + rows * cols;
  }

  static void clear(Leaves leaves) {
    leaves.gradient.zero_();
  }

  /** Adds the workers' gradients up in the first worker's vector; the sum's norm. */
  static double sum(List<Leaves> workers) {
    return total(workers).norm().item_double();
  }

  /** As {@link #sum}; the norm is summed in double, for float loses a thousandth over millions. */
  static double sumExactly(List<Leaves> workers) {
    return total(workers).to(torch.ScalarType.Double).norm().item_double();
  }

  private static Tensor total(List<Leaves> workers) {
    Tensor total = workers.get(0).gradient;
    for (Leaves other : workers.subList(1, workers.size())) {
      total.add_(other.gradient);
    }
    return total;
  }

  /** Clips the summed gradient to norm 1 and takes one step of AdamW. */
  void step(List<Leaves> workers, double norm, double rate) {
    Tensor g = workers.get(0).gradient;
    if (norm > 1) {
      g.mul_(new Scalar(1 / norm));
    }
    steps++;
    mean.lerp_(g, new Scalar(1 - BETA1));
    square.mul_(new Scalar(BETA2)).addcmul_(g, g, new Scalar(1 - BETA2));
    double correction1 = 1 - Math.pow(BETA1, steps);
    double correction2 = Math.sqrt(1 - Math.pow(BETA2, steps));
    Tensor denominator = square.sqrt().div_(new Scalar(correction2)).add_(new Scalar(EPSILON));
    flat.mul_(new Scalar(1 - rate * WEIGHT_DECAY));
    flat.addcdiv_(mean, denominator, new Scalar(-rate / correction1));
  }
}
