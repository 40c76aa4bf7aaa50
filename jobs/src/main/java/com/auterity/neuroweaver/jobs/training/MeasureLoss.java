package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.model.FakeQuantization;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.LoraGradient;
import com.auterity.neuroweaver.jobs.model.Result;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The loss of samples of one partition, forward only. */
public final class MeasureLoss implements GridFunction<MeasureLoss.Request, MeasureLoss.Loss> {
  private static final int SAMPLES_AT_ONCE = 8;

  /**
   * @param samples indexes in the partition's row order
   * @param qat what the weights merged with the adapter are rounded to, or null
   * @param baseFormat in what the base model's maps are held
   * @param adapter the adapter's float32 vector, or null for the base model
   */
  public record Request(
      SampleSource source,
      int partition,
      int[] samples,
      LoraConfig lora,
      FakeQuantization qat,
      WeightFormat baseFormat,
      byte[] adapter) {}

  /**
   * @param lossSum in nats over the target tokens, summed up in sample order
   */
  public record Loss(double lossSum, long targetTokens) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Loss> outputType() {
    return Loss.class;
  }

  @Override
  public Loss apply(Request request, NodeContext node) throws Exception {
    // Forward keeps one layer at a time anyway.
    return OutOfMemory.advised(
        node.nodeName(), request.baseFormat(), true, () -> measure(request, node));
  }

  private static Loss measure(Request request, NodeContext node) throws Exception {
    SampleSource source = request.source();
    return BaseModels.on(node)
        .use(
            source.baseModel(),
            source.baseModelSha256(),
            request.baseFormat(),
            model -> {
              LoraAdapter adapter =
                  request.adapter() == null
                      ? null
                      : LoraAdapter.of(
                          model.folder().config(),
                          request.lora(),
                          Float32.values(request.adapter()));
              if (adapter == null || request.qat() == null) {
                return measure(request, node, model, model.gradient(), adapter);
              }
              try (LlamaModel rounded = model.weights().merged(adapter, request.qat())) {
                return measure(request, node, model, new LoraGradient(rounded), null);
              }
            });
  }

  private static Loss measure(
      Request request, NodeContext node, BaseModel model, LoraGradient forward, LoraAdapter adapter)
      throws Exception {
    TokenizedPartition partition =
        TokenizedPartitions.on(node).get(request.source(), request.partition(), model, node);
    List<int[]> batches = new ArrayList<>();
    int[] samples = request.samples();
    for (int from = 0; from < samples.length; from += SAMPLES_AT_ONCE) {
      batches.add(
          Arrays.copyOfRange(samples, from, Math.min(samples.length, from + SAMPLES_AT_ONCE)));
    }
    List<Result> results =
        new WorkerTasks(node)
            .all(
                batches,
                batch -> {
                  Result result = forward.loss(adapter, partition.microBatch(batch));
                  node.meter().tokensIn(result.tokens());
                  return result;
                });
    return new Loss(
        results.stream().mapToDouble(Result::lossSum).reduce(0, Double::sum),
        results.stream().mapToLong(Result::targetTokens).sum());
  }
}
