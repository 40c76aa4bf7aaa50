package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;

/** Tokenizes a partition where it lies and tells how long its samples are. */
public final class MeasureSamples
    implements GridFunction<MeasureSamples.Request, MeasureSamples.Sizes> {
  /**
   * Which partition of what.
   *
   * @param baseFormat in what the base model will be held, so that it is opened for that
   */
  public record Request(SampleSource source, int partition, WeightFormat baseFormat) {}

  /**
   * @param ordinals source ordinal of each row
   * @param lengths tokens to read of each sample
   * @param truncated how many samples were cut to fit
   */
  public record Sizes(int partition, long[] ordinals, int[] lengths, int truncated) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Sizes> outputType() {
    return Sizes.class;
  }

  @Override
  public Sizes apply(Request request, NodeContext node) throws Exception {
    SampleSource source = request.source();
    TokenizedPartition partition =
        BaseModels.on(node)
            .use(
                source.baseModel(),
                source.baseModelSha256(),
                request.baseFormat(),
                model ->
                    TokenizedPartitions.on(node).get(source, request.partition(), model, node));
    return new Sizes(
        request.partition(), partition.ordinals(), partition.lengths(), partition.truncated());
  }
}
