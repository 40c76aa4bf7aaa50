package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.model.FakeQuantization;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.LoraGradient;
import com.auterity.neuroweaver.jobs.model.MicroBatch;
import com.auterity.neuroweaver.jobs.model.Result;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.util.List;

/**
 * Computes the gradients of some micro-batches of a step, each by one thread, and adds them to this
 * node's sum, which goes back at once with the last of them, or waits for {@link CollectSum}.
 */
public final class ComputeMicroBatches
    implements GridFunction<ComputeMicroBatches.Request, ComputeMicroBatches.Done> {
  /**
   * @param attempt number of this node's sum: a new one begins an empty sum
   * @param stepMicroBatches micro-batches of the step over the whole grid
   * @param qat what the merged weights are rounded to, or null
   * @param baseFormat in what the base model's maps are held
   * @param gradientCheckpointing whether a layer's activations are computed again for backward
   * @param adapter the adapter's float32 vector, or null when this node has been sent it
   * @param collect whether this is the last work of the attempt, so that its sum is wanted now
   */
  public record Request(
      String jobId,
      long runEpoch,
      long step,
      int attempt,
      int stepMicroBatches,
      SampleSource source,
      LoraConfig lora,
      FakeQuantization qat,
      WeightFormat baseFormat,
      boolean gradientCheckpointing,
      byte[] adapter,
      List<Work> work,
      boolean collect) {}

  /**
   * @param id number of the micro-batch in the step
   * @param samples indexes in the partition's row order
   */
  public record Work(int id, int partition, int[] samples, long dropoutSeed) {}

  /** The attempt's sum when it was asked for, else null. */
  public record Done(CollectSum.Sum sum) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Done> outputType() {
    return Done.class;
  }

  @Override
  public Done apply(Request request, NodeContext node) throws Exception {
    return OutOfMemory.advised(
        node.nodeName(),
        request.baseFormat(),
        request.gradientCheckpointing(),
        () -> compute(request, node));
  }

  private static Done compute(Request request, NodeContext node) throws Exception {
    SampleSource source = request.source();
    StepStates.StepState state =
        StepStates.on(node)
            .at(
                new StepStates.StepId(request.jobId(), request.runEpoch(), request.step()),
                request.adapter());
    GradientSum sum = state.sum(request.attempt(), request.stepMicroBatches());
    return BaseModels.on(node)
        .use(
            source.baseModel(),
            source.baseModelSha256(),
            request.baseFormat(),
            model -> {
              LoraGradient gradients =
                  new LoraGradient(model.weights(), request.gradientCheckpointing());
              LoraAdapter adapter =
                  LoraAdapter.of(model.folder().config(), request.lora(), state.parameters());
              if (request.qat() == null) {
                compute(request, node, model, sum, adapter, gradients);
              } else {
                state.within(
                    model.weights(),
                    adapter,
                    request.qat(),
                    rounded -> {
                      compute(
                          request,
                          node,
                          model,
                          sum,
                          adapter,
                          new LoraGradient(rounded, request.gradientCheckpointing()));
                      return rounded;
                    });
              }
              return new Done(request.collect() ? state.take(request.attempt()).collect() : null);
            });
  }

  private static void compute(
      Request request,
      NodeContext node,
      BaseModel model,
      GradientSum sum,
      LoraAdapter adapter,
      LoraGradient gradients)
      throws Exception {
    new WorkerTasks(node)
        .all(
            request.work(),
            work -> {
              MicroBatch batch =
                  TokenizedPartitions.on(node)
                      .get(request.source(), work.partition(), model, node)
                      .microBatch(work.samples());
              float[] gradient = new float[adapter.parameters().length];
              Result result =
                  request.qat() == null
                      ? gradients.compute(adapter, batch, work.dropoutSeed(), gradient)
                      : gradients.computeWithin(adapter, batch, gradient);
              node.meter().tokensIn(result.tokens());
              sum.add(
                  new GradientSum.Outcome(
                      work.id(), result.lossSum(), result.targetTokens(), result.tokens()),
                  gradient);
              return work.id();
            });
  }
}
