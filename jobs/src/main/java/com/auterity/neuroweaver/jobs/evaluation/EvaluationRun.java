package com.auterity.neuroweaver.jobs.evaluation;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import com.auterity.neuroweaver.jobs.training.Float32;
import com.auterity.neuroweaver.jobs.training.SampleSource;
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

/** One run of an evaluation: the base model, then the base model with the adapter. */
final class EvaluationRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Small enough for a progress line now and then, large enough to fill decode batches. */
  private static final int ROWS_OF_A_CALL = 64;

  private static final int MAX_ROUNDS_WITHOUT_PROGRESS = 5;

  private final JobContext context;
  private final EvaluationConfig config;
  private final Manifest manifest;
  private final SampleSource source;
  private final LoraAdapter adapter;
  private final List<AnswerRows.Rows> rows;
  private final long allRows;

  /**
   * @param files null when the base model alone is measured
   */
  EvaluationRun(JobContext context, EvaluationConfig config, AdapterSource.AdapterFiles files) {
    this.context = context;
    this.config = config;
    this.manifest = context.datasets().get(context.tenant(), config.dataset());
    context.attribute(manifest.versionId(), null);
    ModelFolder folder = ModelFolder.open(ModelFolder.resolve(config.baseModel()));
    this.source =
        new SampleSource(
            context.tenant(),
            manifest.versionId(),
            config.baseModel(),
            folder.sha256(),
            config.format(),
            folder.config().maxPositions());
    this.adapter =
        files == null
            ? null
            : PeftAdapter.of(
                context.blobs().get(files.adapterBlob()),
                context.blobs().get(files.adapterConfigBlob()),
                folder.config());
    this.rows = choose();
    this.allRows = rows.stream().mapToLong(AnswerRows.Rows::count).sum();
  }

  /** As many rows of each partition as the limit allows, the first of them to be shown. */
  private List<AnswerRows.Rows> choose() {
    SortedMap<Integer, Integer> there = new TreeMap<>();
    for (ChunkInfo chunk : manifest.chunks()) {
      there.merge(chunk.partition(), (int) chunk.rows(), Integer::sum);
    }
    long limit = config.limit() == 0 ? Long.MAX_VALUE : config.limit();
    Map<Integer, Integer> counts = spread(there, limit);
    Map<Integer, Integer> shown = spread(counts, config.samples());
    List<AnswerRows.Rows> chosen = new ArrayList<>();
    counts.forEach(
        (partition, count) -> {
          if (count > 0) {
            chosen.add(new AnswerRows.Rows(partition, count, shown.getOrDefault(partition, 0)));
          }
        });
    return chosen;
  }

  /** Takes one from each partition in turn until there are enough. */
  private static SortedMap<Integer, Integer> spread(Map<Integer, Integer> there, long wanted) {
    SortedMap<Integer, Integer> taken = new TreeMap<>();
    there.keySet().forEach(partition -> taken.put(partition, 0));
    long left = wanted;
    boolean more = true;
    while (more && left > 0) {
      more = false;
      for (Map.Entry<Integer, Integer> entry : taken.entrySet()) {
        if (left > 0 && entry.getValue() < there.get(entry.getKey())) {
          entry.setValue(entry.getValue() + 1);
          left--;
          more = true;
        }
      }
    }
    return taken;
  }

  ObjectNode run() throws InterruptedException {
    long from = System.nanoTime();
    ObjectNode result = JSON.createObjectNode();
    result.put("rows", allRows);
    result.put("dataset_version_id", manifest.versionId());
    result.put("base_model_sha256", source.baseModelSha256());
    SortedMap<Integer, AnswerRows.PartitionAnswers> before = answers(null, "before");
    figures(before).into(result.putObject("before"));
    SortedMap<Integer, AnswerRows.PartitionAnswers> after = null;
    if (adapter != null) {
      after = answers(adapter, "after");
      figures(after).into(result.putObject("after"));
    }
    figures(after == null ? before : after).into(result);
    if (config.keywordsFrom().isPresent()) {
      Manifest fitOn = context.datasets().get(context.tenant(), config.keywordsFrom().get());
      result.put(
          "keyword_baseline",
          new KeywordMeasure(context.datasets(), context.chunks(), config)
              .accuracy(fitOn, manifest));
    }
    samples(result.putArray("samples"), before, after);
    result.put("seconds", (System.nanoTime() - from) / 1e9);
    return result;
  }

  private static Figures figures(SortedMap<Integer, AnswerRows.PartitionAnswers> answers) {
    double lossSum = 0;
    long targets = 0;
    List<AnswerScore> scores = new ArrayList<>();
    for (AnswerRows.PartitionAnswers partition : answers.values()) {
      lossSum += partition.lossSum();
      targets += partition.targetTokens();
      scores.addAll(partition.scores());
    }
    return new Figures(lossSum, targets, scores);
  }

  private static void samples(
      ArrayNode samples,
      SortedMap<Integer, AnswerRows.PartitionAnswers> before,
      SortedMap<Integer, AnswerRows.PartitionAnswers> after) {
    for (AnswerRows.PartitionAnswers partition : before.values()) {
      for (int i = 0; i < partition.shown().size(); i++) {
        AnswerRows.Shown row = partition.shown().get(i);
        ObjectNode sample = samples.addObject();
        sample.put("prompt", row.prompt());
        sample.put("expected", row.expected());
        sample.put("before", row.answer());
        if (after != null) {
          sample.put("after", after.get(partition.partition()).shown().get(i).answer());
        }
        sample.put("answer", sample.get(after == null ? "before" : "after").textValue());
      }
    }
  }

  /** Has all rows answered by the nodes that hold them, each node one call at a time. */
  private SortedMap<Integer, AnswerRows.PartitionAnswers> answers(LoraAdapter with, String phase)
      throws InterruptedException {
    byte[] vector = with == null ? null : Float32.bytes(with.parameters());
    SortedMap<Integer, AnswerRows.PartitionAnswers> answers = new TreeMap<>();
    int idleRounds = 0;
    while (answers.size() < rows.size()) {
      context.ensureActive();
      Map<String, List<AnswerRows.Rows>> calls = nextCalls(answers);
      Map<String, CompletableFuture<AnswerRows.Answers>> running = new LinkedHashMap<>();
      calls.forEach(
          (node, batch) ->
              running.put(
                  node,
                  context
                      .grid()
                      .call(
                          node,
                          AnswerRows.class,
                          new AnswerRows.Request(
                              source,
                              batch,
                              with == null ? null : with.config(),
                              vector,
                              config.maxTokens(),
                              config.opCodeField()))));
      int done = answers.size();
      NeuroWeaverException problem = null;
      for (CompletableFuture<AnswerRows.Answers> call : running.values()) {
        try {
          call.join().partitions().forEach(p -> answers.put(p.partition(), p));
        } catch (CompletionException e) {
          if (!(e.getCause() instanceof NeuroWeaverException failure)
              || !failure.kind().retryable()) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
          }
          problem = failure;
        }
      }
      idleRounds = answers.size() > done ? 0 : idleRounds + 1;
      if (idleRounds > MAX_ROUNDS_WITHOUT_PROGRESS) {
        throw new NeuroWeaverException(
            ErrorKind.UNAVAILABLE,
            "evaluate: no node answers rows of the %d partitions left"
                .formatted(rows.size() - answers.size()),
            Map.of(),
            problem);
      }
      if (idleRounds > 0) {
        Thread.sleep(500L * idleRounds);
      }
      long rowsDone = answers.values().stream().mapToLong(p -> p.scores().size()).sum();
      context.progress(
          new Progress(
              phase,
              rowsDone,
              allRows,
              "rows",
              Map.of(
                  "tokens_generated",
                  (double)
                      answers.values().stream()
                          .mapToLong(AnswerRows.PartitionAnswers::generatedTokens)
                          .sum())));
    }
    return answers;
  }

  /** For each node the next partitions that it holds and nobody has answered. */
  private Map<String, List<AnswerRows.Rows>> nextCalls(
      SortedMap<Integer, AnswerRows.PartitionAnswers> answered) {
    List<String> there = context.grid().nodes().stream().map(GridNode::name).sorted().toList();
    Map<String, List<AnswerRows.Rows>> calls = new TreeMap<>();
    Map<String, Integer> load = new TreeMap<>();
    for (AnswerRows.Rows partition : rows) {
      if (answered.containsKey(partition.partition())) {
        continue;
      }
      List<String> holders =
          context.grid().owners(partition.partition()).stream().filter(there::contains).toList();
      String node = null;
      for (String candidate : holders.isEmpty() ? there : holders) {
        if (node == null || load.getOrDefault(candidate, 0) < load.getOrDefault(node, 0)) {
          node = candidate;
        }
      }
      if (node == null) {
        throw new NeuroWeaverException(ErrorKind.UNAVAILABLE, "evaluate: there is no node");
      }
      int before = load.getOrDefault(node, 0);
      if (before == 0 || before + partition.count() <= ROWS_OF_A_CALL) {
        calls.computeIfAbsent(node, n -> new ArrayList<>()).add(partition);
        load.merge(node, partition.count(), Integer::sum);
      }
    }
    return calls;
  }
}
