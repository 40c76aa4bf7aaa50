package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.inference.PartitionRounds.Totals;
import com.auterity.neuroweaver.jobs.training.PromptFormat;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Job {@code infer}: answers every row of a dataset, partition by partition where they lie, into a
 * new dataset version beside it. Goes on after a crash with the partitions that are not committed.
 */
public final class InferHandler implements JobHandler {
  private final DatasetCatalog datasets;
  private final ModelSource models;
  private final Clock clock;

  public InferHandler(DatasetCatalog datasets, ModelSource models, Clock clock) {
    this.datasets = datasets;
    this.models = models;
    this.clock = clock;
  }

  /**
   * What is committed: what was resolved when the job began, the partitions that are done, and how
   * long that took over all runs.
   */
  record State(String sourceVersionId, ServedModel model, List<Done> done, long nanos) {
    State {
      done = List.copyOf(done);
    }
  }

  record Done(int partition, InferPartition.Output output) {}

  @Override
  public String kind() {
    return "infer";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    InferParameters wanted = InferParameters.of(parameters);
    check(resolve(tenant, wanted), datasets.get(tenant, wanted.dataset()), wanted);
  }

  private ServedModel resolve(String tenant, InferParameters wanted) {
    return wanted.deployment() == null
        ? models.model(tenant, wanted.model())
        : models.deployment(tenant, wanted.deployment());
  }

  private static void check(ServedModel model, Manifest source, InferParameters wanted) {
    promptFormat(model).check(source.schema(), false);
    InferPartition.withAnswers(source.schema(), wanted.outputColumn());
  }

  private static PromptFormat promptFormat(ServedModel model) {
    try {
      return PromptFormat.of(
          new ObjectMapper().readValue(model.promptConfiguration(), ObjectNode.class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("configuration of " + model.label() + " is no JSON", e);
    }
  }

  @Override
  public ObjectNode run(JobContext context) throws Exception {
    InferParameters wanted = InferParameters.of(context.parameters());
    State begun =
        context
            .lastCommit()
            .map(commit -> RecordCodec.decode(commit.state(), State.class))
            .orElseGet(() -> begin(context, wanted));
    Manifest source = context.datasets().get(context.tenant(), begun.sourceVersionId());
    check(begun.model(), source, wanted);
    Reservation target = context.datasets().reserve(context.tenant(), wanted.as(), context.jobId());
    context.attribute(target.versionId(), begun.model().versionId());
    State done = new PartitionRounds(context, source, target, begun, wanted).answer();
    Schema schema = InferPartition.withAnswers(source.schema(), wanted.outputColumn());
    List<ChunkInfo> chunks = new ArrayList<>();
    done.done().stream()
        .sorted(Comparator.comparingInt(Done::partition))
        .forEach(partition -> chunks.addAll(partition.output().chunks()));
    context
        .datasets()
        .commit(
            new Manifest(
                context.tenant(),
                target.datasetId(),
                wanted.as(),
                target.versionId(),
                target.version(),
                schema,
                source.partitions(),
                source.partitionBy(),
                chunks,
                List.of(source.versionId()),
                context.jobId(),
                clock.instant().truncatedTo(ChronoUnit.MICROS)));
    Totals totals = Totals.of(done.done());
    ObjectNode result = context.parameters().objectNode();
    result.put("dataset", wanted.as());
    result.put("dataset_id", target.datasetId());
    result.put("version_id", target.versionId());
    result.put("version", target.version());
    result.put("model", begun.model().label());
    result.put("rows", totals.rows());
    result.put("failed", totals.failed());
    result.put("tokens", totals.tokensIn() + totals.tokensOut());
    result.put("tokens_in", totals.tokensIn());
    result.put("tokens_out", totals.tokensOut());
    result.put("seconds", done.nanos() / 1e9);
    return result;
  }

  private State begin(JobContext context, InferParameters wanted) {
    State state =
        new State(
            datasets.get(context.tenant(), wanted.dataset()).versionId(),
            resolve(context.tenant(), wanted),
            List.of(),
            0);
    context.commit(0, RecordCodec.encode(state));
    return state;
  }
}
