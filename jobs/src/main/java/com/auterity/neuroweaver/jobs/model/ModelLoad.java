package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.util.Objects;

/**
 * How a model's weights are put on a device: the format of the blocks' linear maps, and whether
 * they will only be used forward (inference), never for gradients.
 */
public record ModelLoad(WeightFormat linear, boolean forwardOnly) {
  /** Full precision, for training and inference. */
  public static final ModelLoad FULL = new ModelLoad(WeightFormat.FULL, false);

  public ModelLoad {
    Objects.requireNonNull(linear);
  }

  /** The output matrix stays in full precision beside 4-bit maps (Dettmers et al. 2023). */
  WeightFormat head() {
    return linear == WeightFormat.INT8 ? WeightFormat.INT8 : WeightFormat.FULL;
  }
}
