package com.auterity.neuroweaver.jobs.evaluation;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.inference.Generation;
import com.auterity.neuroweaver.jobs.inference.GenerationEngine;
import com.auterity.neuroweaver.jobs.inference.GenerationRequest;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.Message;
import com.auterity.neuroweaver.jobs.model.Result;
import com.auterity.neuroweaver.jobs.training.BaseModel;
import com.auterity.neuroweaver.jobs.training.BaseModels;
import com.auterity.neuroweaver.jobs.training.Float32;
import com.auterity.neuroweaver.jobs.training.PromptFormat;
import com.auterity.neuroweaver.jobs.training.SampleSource;
import com.auterity.neuroweaver.jobs.training.TokenizedPartition;
import com.auterity.neuroweaver.jobs.training.TokenizedPartitions;
import com.auterity.neuroweaver.jobs.training.WorkerTasks;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures and answers rows of partitions this node holds: the loss of the expected answer, and how
 * the greedily generated one compares with it. Texts leave the node only for the rows to be shown.
 */
public final class AnswerRows implements GridFunction<AnswerRows.Request, AnswerRows.Answers> {
  private static final int MAX_BATCH = 16;

  /**
   * @param adapter the adapter's float32 vector, or null for the base model alone
   */
  public record Request(
      SampleSource source,
      List<Rows> rows,
      LoraConfig lora,
      byte[] adapter,
      int maxTokens,
      String opCodeField) {}

  /**
   * The first {@code count} rows of one partition, in row order.
   *
   * @param shown of how many of them the texts are wanted
   */
  public record Rows(int partition, int count, int shown) {}

  /** One for each {@link Rows}, in their order. */
  public record Answers(List<PartitionAnswers> partitions) {}

  /**
   * @param lossSum in nats over the target tokens
   */
  public record PartitionAnswers(
      int partition,
      double lossSum,
      long targetTokens,
      long generatedTokens,
      List<AnswerScore> scores,
      List<Shown> shown) {}

  /** A row's texts. */
  public record Shown(String prompt, String expected, String answer) {}

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Answers> outputType() {
    return Answers.class;
  }

  @Override
  public Answers apply(Request request, NodeContext node) throws Exception {
    SampleSource source = request.source();
    return BaseModels.on(node)
        .use(
            source.baseModel(),
            source.baseModelSha256(),
            model -> {
              LoraAdapter adapter =
                  request.adapter() == null
                      ? null
                      : LoraAdapter.of(
                          model.folder().config(),
                          request.lora(),
                          Float32.values(request.adapter()));
              try (GenerationEngine engine =
                  new GenerationEngine(model.weights(), adapter, MAX_BATCH)) {
                return new Run(request, node, model, adapter, engine).answers();
              }
            });
  }

  /** One row on its way: where it comes from and what came of it. */
  private record Item(int slot, int sample, TokenizedPartition partition) {}

  private record Measured(Result loss, Generation generation) {}

  private record Run(
      Request request,
      NodeContext node,
      BaseModel model,
      LoraAdapter adapter,
      GenerationEngine engine) {

    Answers answers() throws Exception {
      List<Item> items = new ArrayList<>();
      for (int slot = 0; slot < request.rows().size(); slot++) {
        Rows rows = request.rows().get(slot);
        TokenizedPartition partition =
            TokenizedPartitions.on(node).get(request.source(), rows.partition(), model, node);
        for (int sample = 0; sample < rows.count(); sample++) {
          items.add(new Item(slot, sample, partition));
        }
      }
      // Whole batches for each worker, so that none of them decodes a few rows at a time.
      int size =
          Math.max(1, (items.size() + node.workerCount() - 1) / Math.max(1, node.workerCount()));
      List<List<Item>> shares = new ArrayList<>();
      for (int from = 0; from < items.size(); from += size) {
        shares.add(items.subList(from, Math.min(items.size(), from + size)));
      }
      List<Measured> measured = new ArrayList<>();
      new WorkerTasks(node).all(shares, this::measure).forEach(measured::addAll);
      return gather(items, measured);
    }

    private List<Measured> measure(List<Item> items) {
      int[] stop =
          model.folder().config().eosTokenIds().stream().mapToInt(Integer::intValue).toArray();
      List<GenerationRequest> requests = new ArrayList<>();
      for (Item item : items) {
        requests.add(
            GenerationRequest.greedy(
                item.partition().prompt(item.sample()), request.maxTokens(), stop));
      }
      List<Generation> generations = engine.generate(requests);
      List<Measured> measured = new ArrayList<>();
      for (int i = 0; i < items.size(); i++) {
        Item item = items.get(i);
        Result loss =
            model.gradient().loss(adapter, item.partition().microBatch(new int[] {item.sample()}));
        node.meter().tokensIn(loss.tokens() + generations.get(i).promptTokens());
        node.meter().tokensOut(generations.get(i).tokens().length);
        measured.add(new Measured(loss, generations.get(i)));
      }
      return measured;
    }

    private Answers gather(List<Item> items, List<Measured> measured) {
      SampleSource source = request.source();
      PromptFormat format = source.format();
      Manifest manifest = node.datasets().get(source.tenant(), source.datasetVersionId());
      DatasetReader reader = new DatasetReader(node.datasets(), node.chunks());
      List<PartitionAnswers> partitions = new ArrayList<>();
      int next = 0;
      for (Rows wanted : request.rows()) {
        List<Row> rows = reader.partition(manifest, wanted.partition());
        double lossSum = 0;
        long targets = 0;
        long generated = 0;
        List<AnswerScore> scores = new ArrayList<>();
        List<Shown> shown = new ArrayList<>();
        for (int i = 0; i < wanted.count(); i++, next++) {
          Measured result = measured.get(next);
          Row row = rows.get(items.get(next).sample());
          String expected = format.answer(manifest.schema(), row);
          String answer = model.folder().tokenizer().decode(result.generation().tokens());
          lossSum += result.loss().lossSum();
          targets += result.loss().targetTokens();
          generated += result.generation().tokens().length;
          scores.add(AnswerScore.of(expected, answer, request.opCodeField()));
          if (i < wanted.shown()) {
            List<Message> messages = format.messages(manifest.schema(), row);
            shown.add(new Shown(messages.get(messages.size() - 1).content(), expected, answer));
          }
        }
        partitions.add(
            new PartitionAnswers(wanted.partition(), lossSum, targets, generated, scores, shown));
      }
      return new Answers(partitions);
    }
  }
}
