package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.model.AdamW;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a training job, from the last commit (or the beginning) to the adapter. The steps
 * between two commits are done again after a crash, to the same bytes.
 */
final class TrainRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainRun.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Writing a checkpoint costs about as much as a step, so it is done by time, not by step. */
  private static final double SECONDS_BETWEEN_COMMITS = 10;

  /** Where a checkpoint is slow to write, it takes no more than this share of the time. */
  private static final double GREATEST_SHARE_OF_COMMITS = 0.04;

  private final JobContext context;
  private final TrainLedger ledger;
  private final TrainingConfig config;
  private final LongSupplier nanoTime;

  private Committed committed;
  private Manifest manifest;
  private ModelFolder folder;
  private SampleSource source;
  private SortedMap<Integer, MeasureSamples.Sizes> sizes;
  private TrainingPlan plan;
  private LearningRate learningRate;

  private LoraAdapter adapter;
  private AdamW optimizer;
  private long step;
  private long tokens;
  private long targetTokens;
  private double seconds;
  private final List<Double> losses = new ArrayList<>();
  private final List<Double> validationLosses = new ArrayList<>();
  private final Map<String, Long> microBatchesByNode = new TreeMap<>();

  private final List<TrainLedger.MicroBatchEntry> newMicroBatches = new ArrayList<>();
  private final List<TrainLedger.StepEntry> newSteps = new ArrayList<>();
  private long lastCommitNanos;
  private double secondsOfLastCommit;

  TrainRun(JobContext context, TrainLedger ledger, TrainingConfig config, LongSupplier nanoTime) {
    this.context = context;
    this.ledger = ledger;
    this.config = config;
    this.nanoTime = nanoTime;
  }

  ObjectNode run() throws Exception {
    try {
      begin();
      if (committed.result() != null) {
        return (ObjectNode) JSON.readTree(committed.result());
      }
      return train();
    } catch (CancelledException e) {
      // Nobody will go on from it.
      if (committed != null && committed.checkpoint() != null) {
        context.blobs().remove(committed.checkpoint());
      }
      throw e;
    }
  }

  private ObjectNode train() throws Exception {
    prepare();
    restore();
    long rateFrom = nanoTime.getAsLong();
    long rateTokens = tokens;
    long rateStep = step;
    double tokensPerSecond = 0;
    double secondsPerStep = 0;
    lastCommitNanos = nanoTime.getAsLong();
    while (step < plan.steps().size()) {
      context.ensureActive();
      TrainingPlan.Step next = plan.steps().get((int) step);
      double rate = learningRate.at(step);
      train(next, rate);
      if (plan.endsEpoch(step) && !plan.heldBack().isEmpty()) {
        validationLosses.add(validationLoss());
      }
      double elapsed = (nanoTime.getAsLong() - rateFrom) / 1e9;
      if (elapsed > 0.5) {
        tokensPerSecond = mix(tokensPerSecond, (tokens - rateTokens) / elapsed);
        secondsPerStep = mix(secondsPerStep, elapsed / (step - rateStep));
        rateFrom = nanoTime.getAsLong();
        rateTokens = tokens;
        rateStep = step;
      }
      report(next, rate, tokensPerSecond, secondsPerStep);
      if (step < plan.steps().size() && commitIsDue()) {
        commit(null);
      }
    }
    ObjectNode result = result();
    commit(result);
    return result;
  }

  /** Fixes, or finds as fixed by an earlier run, what the bytes depend on. */
  private void begin() {
    committed =
        context
            .lastCommit()
            .map(commit -> RecordCodec.decode(commit.state(), Committed.class))
            .orElse(null);
    if (committed != null && committed.result() != null) {
      return;
    }
    manifest =
        context
            .datasets()
            .get(
                context.tenant(),
                committed == null ? config.dataset() : committed.datasetVersionId());
    context.attribute(manifest.versionId(), null);
    folder = TrainHandler.check(config, manifest);
    List<GridNode> nodes = context.grid().nodes();
    if (committed == null) {
      committed =
          new Committed(manifest.versionId(), folder.sha256(), mostWorkers(nodes), null, null);
      context.commit(0, RecordCodec.encode(committed));
    }
    if (!folder.sha256().equals(committed.baseModelSha256())) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "base model %s was changed while job %s was training it: it began with SHA-256 %s, now it is %s"
              .formatted(
                  config.baseModel(),
                  context.jobId(),
                  committed.baseModelSha256(),
                  folder.sha256()));
    }
    String profile = committed.numericsProfile();
    if (nodes.stream().noneMatch(node -> node.numericsProfile().equals(profile))) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          ("job %s began on numerics profile '%s' and can only go on there, else its bytes would"
                  + " not repeat; no node has it now: %s. Start such a node, or train anew")
              .formatted(context.jobId(), profile, nodes),
          Map.of("expected", profile));
    }
  }

  /** The profile with the most workers; of equal ones the first by name. */
  private static String mostWorkers(List<GridNode> nodes) {
    SortedMap<String, Integer> workers = new TreeMap<>();
    for (GridNode node : nodes) {
      workers.merge(node.numericsProfile(), node.workers(), Integer::sum);
    }
    String best = null;
    for (Map.Entry<String, Integer> entry : workers.entrySet()) {
      if (best == null || entry.getValue() > workers.get(best)) {
        best = entry.getKey();
      }
    }
    if (best == null) {
      throw new NeuroWeaverException(ErrorKind.UNAVAILABLE, "there is no node to train on");
    }
    return best;
  }

  /** Has every partition tokenized where it lies, and plans from the lengths. */
  private void prepare() throws InterruptedException {
    source =
        new SampleSource(
            context.tenant(),
            manifest.versionId(),
            config.baseModel(),
            committed.baseModelSha256(),
            config.format(),
            config.sequenceLen());
    List<Integer> partitions =
        manifest.chunks().stream().map(ChunkInfo::partition).distinct().sorted().toList();
    List<CompletableFuture<MeasureSamples.Sizes>> calls = new ArrayList<>();
    for (int partition : partitions) {
      calls.add(
          context
              .grid()
              .callOwner(
                  partition,
                  MeasureSamples.class,
                  new MeasureSamples.Request(source, partition, config.baseFormat())));
    }
    sizes = new TreeMap<>();
    Map<Integer, int[]> lengths = new LinkedHashMap<>();
    for (CompletableFuture<MeasureSamples.Sizes> call : calls) {
      context.progress(
          new Progress("tokenizing", sizes.size(), partitions.size(), "partitions", Map.of()));
      MeasureSamples.Sizes size = join(call);
      context.ensureActive();
      sizes.put(size.partition(), size);
      lengths.put(size.partition(), size.lengths());
    }
    plan = TrainingPlan.of(config, manifest.chunks(), lengths);
    learningRate =
        LearningRate.of(
            config.learningRate(), config.lrScheduler(), plan.steps().size(), config.warmupRatio());
    LOG.info(
        "job {}: {} rows, {} steps of {} micro-batches, {} rows held back, on numerics profile {}",
        context.jobId(),
        manifest.rows(),
        plan.steps().size(),
        config.gradientAccumulationSteps(),
        heldBack(),
        committed.numericsProfile());
  }

  private static <T> T join(CompletableFuture<T> call) {
    try {
      return call.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private void restore() {
    adapter = LoraAdapter.init(folder.config(), config.lora(), config.seed());
    optimizer =
        new AdamW(
            adapter.parameters().length,
            config.adamBeta1(),
            config.adamBeta2(),
            config.adamEpsilon(),
            config.weightDecay());
    if (committed.checkpoint() == null) {
      return;
    }
    Checkpoint checkpoint =
        RecordCodec.decode(context.blobs().get(committed.checkpoint()), Checkpoint.class);
    adapter = LoraAdapter.of(folder.config(), config.lora(), Float32.values(checkpoint.adapter()));
    optimizer.restore(checkpoint.optimizer());
    step = checkpoint.step();
    tokens = checkpoint.tokens();
    targetTokens = checkpoint.targetTokens();
    seconds = checkpoint.seconds();
    for (double loss : checkpoint.losses()) {
      losses.add(loss);
    }
    for (double loss : checkpoint.validationLosses()) {
      validationLosses.add(loss);
    }
    microBatchesByNode.putAll(checkpoint.microBatchesByNode());
    LOG.info("job {} goes on from step {}", context.jobId(), step);
  }

  /** One step: gradients from the grid, then division, clipping and AdamW here, once. */
  private void train(TrainingPlan.Step next, double rate) throws InterruptedException {
    long from = nanoTime.getAsLong();
    StepComputation.Total total =
        new StepComputation(
                context.grid(),
                committed.numericsProfile(),
                new StepStates.StepId(context.jobId(), context.epoch(), next.number()),
                source,
                config,
                next,
                adapter.parameters(),
                context::ensureActive,
                Patience.ofAMinute())
            .run();
    double lossSum = 0;
    long stepTokens = 0;
    long stepTargets = 0;
    // By micro-batch number: a sum of doubles depends on its order.
    for (GradientSum.Outcome outcome : total.outcomes()) {
      lossSum += outcome.lossSum();
      stepTokens += outcome.tokens();
      stepTargets += outcome.targetTokens();
    }
    MeanGradient mean = MeanGradient.of(total.sum(), stepTargets, config.maxGradNorm());
    optimizer.step(adapter.parameters(), mean.values(), rate);
    double loss = lossSum / stepTargets;
    double stepSeconds = (nanoTime.getAsLong() - from) / 1e9;
    step = next.number();
    tokens += stepTokens;
    targetTokens += stepTargets;
    seconds += stepSeconds;
    losses.add(loss);
    for (int i = 0; i < next.microBatches().size(); i++) {
      microBatchesByNode.merge(total.nodes().get(i), 1L, Long::sum);
      newMicroBatches.add(entry(next, i, total.nodes().get(i)));
    }
    newSteps.add(
        new TrainLedger.StepEntry(
            context.tenant(),
            context.jobId(),
            context.epoch(),
            step,
            next.dataEpoch(),
            loss,
            stepTokens,
            stepTargets,
            rate,
            mean.norm(),
            stepSeconds));
  }

  private TrainLedger.MicroBatchEntry entry(TrainingPlan.Step step, int number, String node) {
    TrainingPlan.MicroBatchPlan microBatch = step.microBatches().get(number);
    long[] partitionOrdinals = sizes.get(microBatch.partition()).ordinals();
    List<ChunkInfo> chunks = manifest.chunksOf(microBatch.partition());
    StringBuilder sequences = new StringBuilder();
    StringBuilder ordinals = new StringBuilder();
    for (int sample : microBatch.samples()) {
      String comma = ordinals.length() == 0 ? "" : ",";
      sequences.append(comma).append(sequenceOf(chunks, sample));
      ordinals.append(comma).append(partitionOrdinals[sample]);
    }
    return new TrainLedger.MicroBatchEntry(
        context.tenant(),
        context.jobId(),
        context.epoch(),
        step.number(),
        number,
        step.dataEpoch(),
        node,
        manifest.versionId(),
        microBatch.partition(),
        microBatch.samples().length,
        sequences.toString(),
        ordinals.toString());
  }

  private static int sequenceOf(List<ChunkInfo> chunks, int row) {
    long from = 0;
    for (ChunkInfo chunk : chunks) {
      from += chunk.rows();
      if (row < from) {
        return chunk.sequence();
      }
    }
    throw new IllegalStateException("row " + row + " lies behind the last chunk: " + chunks);
  }

  private double validationLoss() {
    byte[] vector = Float32.bytes(adapter.parameters());
    List<CompletableFuture<MeasureLoss.Loss>> calls = new ArrayList<>();
    plan.heldBack()
        .forEach(
            (partition, samples) ->
                calls.add(
                    context
                        .grid()
                        .callOwner(
                            partition,
                            MeasureLoss.class,
                            new MeasureLoss.Request(
                                source,
                                partition,
                                samples,
                                config.lora(),
                                config.qat(),
                                config.baseFormat(),
                                vector))));
    double sum = 0;
    long targets = 0;
    for (CompletableFuture<MeasureLoss.Loss> call : calls) {
      MeasureLoss.Loss loss = join(call);
      sum += loss.lossSum();
      targets += loss.targetTokens();
    }
    return sum / targets;
  }

  private void report(
      TrainingPlan.Step done, double rate, double tokensPerSecond, double secondsPerStep) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("loss", losses.get(losses.size() - 1));
    metrics.put("learning_rate", rate);
    metrics.put("epoch", done.dataEpoch() + 1.0);
    metrics.put("tokens", (double) tokens);
    if (tokensPerSecond > 0) {
      metrics.put("tokens_per_second", tokensPerSecond);
      metrics.put("remaining_seconds", (plan.steps().size() - step) * secondsPerStep);
    }
    if (!validationLosses.isEmpty()) {
      metrics.put("validation_loss", validationLosses.get(validationLosses.size() - 1));
    }
    context.progress(new Progress("step", step, plan.steps().size(), "steps", metrics));
  }

  private static double mix(double before, double now) {
    return before == 0 ? now : 0.7 * before + 0.3 * now;
  }

  private boolean commitIsDue() {
    return config.saveSteps() > 0
        ? step % config.saveSteps() == 0
        : (nanoTime.getAsLong() - lastCommitNanos) / 1e9
            >= Math.max(SECONDS_BETWEEN_COMMITS, secondsOfLastCommit / GREATEST_SHARE_OF_COMMITS);
  }

  /** Ledger and blobs first, then the commit that makes them count, then the old blob goes. */
  private void commit(ObjectNode result) {
    long from = nanoTime.getAsLong();
    String previous = committed.checkpoint();
    ledger.write(newMicroBatches, newSteps);
    String blob = null;
    if (result == null) {
      blob =
          context
              .blobs()
              .put(
                  RecordCodec.encode(
                      new Checkpoint(
                          context.jobId(),
                          step,
                          Float32.bytes(adapter.parameters()),
                          optimizer.state(),
                          losses.stream().mapToDouble(Double::doubleValue).toArray(),
                          validationLosses.stream().mapToDouble(Double::doubleValue).toArray(),
                          tokens,
                          targetTokens,
                          seconds,
                          microBatchesByNode)));
    }
    committed =
        new Committed(
            committed.datasetVersionId(),
            committed.baseModelSha256(),
            committed.numericsProfile(),
            blob,
            result == null ? null : result.toString());
    context.commit(step, RecordCodec.encode(committed));
    newMicroBatches.clear();
    newSteps.clear();
    if (previous != null && !previous.equals(blob)) {
      context.blobs().remove(previous);
    }
    lastCommitNanos = nanoTime.getAsLong();
    secondsOfLastCommit = (lastCommitNanos - from) / 1e9;
  }

  private long heldBack() {
    return plan.heldBack().values().stream().mapToLong(samples -> samples.length).sum();
  }

  private ObjectNode result() {
    byte[] weights = PeftAdapter.weightsFile(adapter);
    String weightsBlob = context.blobs().put(weights);
    String configBlob = context.blobs().put(PeftAdapter.configFile(adapter, config.baseModel()));
    ObjectNode result = JSON.createObjectNode();
    result.put("adapter_blob", weightsBlob);
    result.put("adapter_config_blob", configBlob);
    // Blobs are named by their hash, so this is the SHA-256 of adapter_model.safetensors.
    result.put("adapter_sha256", weightsBlob);
    result.put("adapter_parameters", adapter.parameters().length);
    result.put("base_model", config.baseModel());
    result.put("base_model_sha256", committed.baseModelSha256());
    result.put("dataset_version_id", committed.datasetVersionId());
    result.put("load_in_4bit", config.baseFormat() == WeightFormat.NF4);
    result.put("load_in_8bit", config.baseFormat() == WeightFormat.INT8);
    result.put("gradient_checkpointing", config.gradientCheckpointing());
    result.put("numerics_profile", committed.numericsProfile());
    result.put("rows", manifest.rows() - heldBack());
    result.put("rows_held_back", heldBack());
    result.put(
        "rows_truncated", sizes.values().stream().mapToLong(MeasureSamples.Sizes::truncated).sum());
    result.put("steps", step);
    result.put("epochs", config.numEpochs());
    result.put("tokens", tokens);
    result.put("target_tokens", targetTokens);
    result.put("seconds", seconds);
    // Single steps are noisy: the first and the last twentieth of them are averaged.
    int some = Math.max(1, losses.size() / 20);
    result.put("loss_first", mean(losses.subList(0, some)));
    result.put("loss_last", mean(losses.subList(losses.size() - some, losses.size())));
    ArrayNode curve = result.putArray("losses");
    losses.forEach(curve::add);
    if (!validationLosses.isEmpty()) {
      ArrayNode validation = result.putArray("validation_losses");
      validationLosses.forEach(validation::add);
    }
    ObjectNode byNode = result.putObject("micro_batches_by_node");
    microBatchesByNode.forEach(byNode::put);
    if (config.qat() != null) {
      result.put("qat", config.qat().name().toLowerCase(java.util.Locale.ROOT));
    }
    result.set("prompt_format", config.format().toJson());
    return result;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }
}
