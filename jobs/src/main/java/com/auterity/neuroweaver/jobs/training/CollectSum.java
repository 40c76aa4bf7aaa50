package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.List;

/** Takes out what an attempt at a step has summed up on this node. */
public final class CollectSum implements GridFunction<CollectSum.Request, CollectSum.Sum> {
  /** Which attempt. */
  public record Request(String jobId, long runEpoch, long step, int attempt) {}

  /**
   * @param sum 64-bit fixed point, little-endian; no bytes when nothing was computed
   * @param outcomes the micro-batches in it
   */
  public record Sum(byte[] sum, List<GradientSum.Outcome> outcomes) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Sum> outputType() {
    return Sum.class;
  }

  @Override
  public Sum apply(Request request, NodeContext node) {
    return StepStates.on(node)
        .at(new StepStates.StepId(request.jobId(), request.runEpoch(), request.step()), null)
        .take(request.attempt())
        .collect();
  }
}
