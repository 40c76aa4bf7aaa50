package com.auterity.neuroweaver.jobs.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training on grids in one JVM: whatever happens to the nodes, the adapter's bytes are the same.
 */
class TrainTest {
  @TempDir Path folder;

  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final MemoryDatasetCatalog datasets = new MemoryDatasetCatalog(6);
  private CountedBlobs blobs;
  private TrainLedger ledger;
  private TrainHandler handler;
  private String model;

  @BeforeEach
  void prepare() throws IOException {
    blobs = new CountedBlobs(new MemoryBlobStore(folder.resolve("blobs")));
    ledger =
        new TrainLedger(
            new MemoryRecordTable<>(TrainLedger.MICRO_BATCHES),
            new MemoryRecordTable<>(TrainLedger.STEPS));
    handler = new TrainHandler(datasets, ledger);
    model = TinyModelFolder.write(folder.resolve("model"), 5).toString();
    load("words", 50);
  }

  @Test
  void oneTwoAndThreeNodesGiveTheSameBytesAndTheLossFalls() throws Exception {
    ObjectNode one = train("job_1", 1, 1, json -> {});
    ObjectNode two = train("job_2", 2, 1, json -> {});
    ObjectNode three = train("job_3", 3, 2, json -> {});
    assertEquals(one.get("adapter_sha256"), two.get("adapter_sha256"));
    assertEquals(one.get("adapter_sha256"), three.get("adapter_sha256"));
    assertEquals(one.get("losses"), three.get("losses"));
    assertTrue(
        one.get("loss_last").doubleValue() < 0.9 * one.get("loss_first").doubleValue(),
        one.get("losses").toString());
    assertEquals(3, three.get("micro_batches_by_node").size());
    assertTrue(blobs.contains(one.get("adapter_blob").textValue()));
    assertTrue(blobs.contains(one.get("adapter_config_blob").textValue()));
    ObjectNode otherSeed = train("job_4", 1, 1, json -> json.put("seed", 8));
    assertNotEquals(one.get("adapter_sha256"), otherSeed.get("adapter_sha256"));
  }

  @Test
  void quantizationAwareTrainingGivesTheSameBytesOnAnyNumberOfNodes() throws Exception {
    Consumer<ObjectNode> aware =
        json -> json.put("qat", "int4").put("lora_dropout", 0).put("val_set_size", 6);
    ObjectNode one = train("job_1", 1, 1, aware);
    ObjectNode three = train("job_2", 3, 2, aware);
    ObjectNode unaware = train("job_3", 1, 1, aware.andThen(json -> json.remove("qat")));
    assertEquals(one.get("adapter_sha256"), three.get("adapter_sha256"));
    assertEquals(one.get("validation_losses"), three.get("validation_losses"));
    assertNotEquals(one.get("adapter_sha256"), unaware.get("adapter_sha256"));
    assertNotEquals(one.get("validation_losses"), unaware.get("validation_losses"));
    assertEquals("int4", one.get("qat").textValue());
    assertTrue(
        one.get("loss_last").doubleValue() < 0.9 * one.get("loss_first").doubleValue(),
        one.get("losses").toString());
  }

  @Test
  void aQuantizedBaseModelTrainsToTheSameBytesAnywhereWithAndWithoutCheckpointing()
      throws Exception {
    ObjectNode one = train("job_1", 1, 1, json -> json.put("adapter", "qlora"));
    ObjectNode two =
        train(
            "job_2",
            2,
            1,
            json -> json.put("adapter", "qlora").put("gradient_checkpointing", true));
    assertEquals(one.get("adapter_sha256"), two.get("adapter_sha256"));
    assertTrue(one.get("load_in_4bit").booleanValue());
    assertFalse(one.get("gradient_checkpointing").booleanValue());
    assertTrue(two.get("gradient_checkpointing").booleanValue());
    assertTrue(
        one.get("loss_last").doubleValue() < 0.9 * one.get("loss_first").doubleValue(),
        one.get("losses").toString());
    ObjectNode eight = train("job_3", 1, 1, json -> json.put("load_in_8bit", true));
    ObjectNode full = train("job_4", 1, 1, json -> json.put("gradient_checkpointing", true));
    assertTrue(eight.get("load_in_8bit").booleanValue());
    assertFalse(full.get("load_in_8bit").booleanValue());
    assertNotEquals(one.get("adapter_sha256"), eight.get("adapter_sha256"));
    assertNotEquals(full.get("adapter_sha256"), eight.get("adapter_sha256"));
    assertEquals(
        full.get("adapter_sha256"), train("job_5", 1, 1, json -> {}).get("adapter_sha256"));
  }

  @Test
  void anotherLoadOfTheSameRowsGivesTheSameBytes() throws Exception {
    ObjectNode first = train("job_1", 1, 1, json -> {});
    load("copy", 50);
    ObjectNode second = train("job_2", 2, 1, json -> json.put("dataset", "copy"));
    assertNotEquals(first.get("dataset_version_id"), second.get("dataset_version_id"));
    assertEquals(first.get("adapter_sha256"), second.get("adapter_sha256"));
  }

  @Test
  void theLedgerProvesEachSampleOnceInEachEpoch() throws Exception {
    VirtualJob job = job("job_1", json -> {});
    ObjectNode result = run(job, 3, 1);
    Manifest manifest = datasets.get("default", "words");
    List<TrainLedger.MicroBatchEntry> entries =
        ledger.microBatches("default", "job_1", job.committedStep());
    assertEquals(List.of(), ExactlyOnce.objections(manifest, entries, 2, 0));
    assertEquals(
        result.get("steps").longValue(), ledger.steps("default", "job_1", Long.MAX_VALUE).size());
    // The proof is no formality: leave one out, or count one twice.
    assertFalse(
        ExactlyOnce.objections(manifest, entries.subList(1, entries.size()), 2, 0).isEmpty());
    List<TrainLedger.MicroBatchEntry> doubled = new ArrayList<>(entries);
    doubled.add(entries.get(0));
    assertFalse(ExactlyOnce.objections(manifest, doubled, 2, 0).isEmpty());
  }

  @Test
  void aNodeThatDiesMidwayChangesNothing() throws Exception {
    ObjectNode calm = train("job_1", 1, 1, json -> {});
    for (Class<?> function : List.of(ComputeMicroBatches.class, CollectSum.class)) {
      for (int at : new int[] {1, 5, 12}) {
        String name = "job_" + function.getSimpleName() + at;
        VirtualJob job = job(name, json -> {});
        try (VirtualGrid grid = new VirtualGrid(3, 1, datasets, chunks, blobs)) {
          AtomicInteger calls = new AtomicInteger();
          grid.fault(
              (node, called, input) ->
                  called == function && calls.incrementAndGet() == at
                      ? VirtualGrid.Outcome.KILL
                      : VirtualGrid.Outcome.DELIVER);
          ObjectNode result = handler.run(job.run(grid));
          assertEquals(2, grid.nodes().size());
          assertEquals(calm.get("adapter_sha256"), result.get("adapter_sha256"), name);
        }
        assertEquals(
            List.of(),
            ExactlyOnce.objections(
                datasets.get("default", "words"),
                ledger.microBatches("default", name, job.committedStep()),
                2,
                0));
      }
    }
  }

  @Test
  void lostAnswersAndRestartedNodesChangeNothing() throws Exception {
    ObjectNode calm = train("job_1", 1, 1, json -> {});
    VirtualJob job = job("job_2", json -> {});
    try (VirtualGrid grid = new VirtualGrid(2, 2, datasets, chunks, blobs)) {
      Random random = new Random(9);
      AtomicInteger calls = new AtomicInteger();
      grid.fault(
          (node, called, input) -> {
            if (called == MeasureSamples.class) {
              return VirtualGrid.Outcome.DELIVER;
            }
            if (calls.incrementAndGet() % 11 == 0) {
              // Its sums and the step's adapter are gone, and nobody says so.
              grid.restart(node);
            }
            return random.nextInt(8) == 0
                ? VirtualGrid.Outcome.LOSE_ANSWER
                : VirtualGrid.Outcome.DELIVER;
          });
      assertEquals(calm.get("adapter_sha256"), handler.run(job.run(grid)).get("adapter_sha256"));
    }
  }

  @Test
  void goesOnFromTheLastCommitWhenTheCoordinatorDies() throws Exception {
    ObjectNode calm = train("job_1", 1, 1, json -> json.put("num_epochs", 5));
    VirtualJob job = job("job_2", json -> json.put("save_steps", 3).put("num_epochs", 5));
    for (int death = 0; death < 3; death++) {
      long dies = job.committedStep() + 5;
      try (VirtualGrid grid = new VirtualGrid(2, 1, datasets, chunks, blobs)) {
        grid.fault(
            (node, called, input) -> {
              if (input instanceof ComputeMicroBatches.Request request && request.step() == dies) {
                throw new IllegalStateException("the coordinator dies here");
              }
              return VirtualGrid.Outcome.DELIVER;
            });
        assertThrows(IllegalStateException.class, () -> handler.run(job.run(grid)));
      }
    }
    assertTrue(job.committedStep() > 6 && job.committedStep() % 3 == 0);
    ObjectNode result = run(job, 3, 1);
    assertEquals(calm.get("adapter_sha256"), result.get("adapter_sha256"));
    assertEquals(calm.get("losses"), result.get("losses"));
    List<TrainLedger.MicroBatchEntry> entries =
        ledger.microBatches("default", "job_2", job.committedStep());
    assertEquals(
        List.of(), ExactlyOnce.objections(datasets.get("default", "words"), entries, 5, 0));
    assertTrue(entries.stream().map(TrainLedger.MicroBatchEntry::runEpoch).distinct().count() > 2);
    // Once done it is done: another run only reads the result.
    assertEquals(result.toString(), run(job, 1, 1).toString());
  }

  @Test
  void aRunThatWasTakenOverStops() {
    VirtualJob job = job("job_1", json -> {});
    try (VirtualGrid grid = new VirtualGrid(2, 1, datasets, chunks, blobs)) {
      AtomicInteger asked = new AtomicInteger();
      job.onEnsureActive(
          () -> {
            if (asked.incrementAndGet() == 15) {
              job.run(grid);
            }
          });
      assertThrows(FencedException.class, () -> handler.run(job.run(grid)));
      assertEquals(0, job.committedStep());
    }
  }

  @Test
  void aNodeShutsOutAnEarlierRunAndDoesNotGuessAnAdapter() {
    StepStates states = new StepStates();
    byte[] adapter = Float32.bytes(new float[] {1, 2});
    StepStates.StepState second = states.at(new StepStates.StepId("job", 2, 1), adapter);
    assertSame(second, states.at(new StepStates.StepId("job", 2, 1), null));
    assertThrows(
        FencedException.class, () -> states.at(new StepStates.StepId("job", 1, 9), adapter));
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> states.at(new StepStates.StepId("job", 2, 2), null));
    assertTrue(e.kind().retryable());
    assertNotSame(second, states.at(new StepStates.StepId("job", 2, 2), adapter));
    // A call that was given up and comes late does not take the node back to its step.
    e =
        assertThrows(
            NeuroWeaverException.class,
            () -> states.at(new StepStates.StepId("job", 2, 1), adapter));
    assertEquals(ErrorKind.CONFLICT, e.kind());
  }

  @Test
  void onlyNodesOfTheJobsProfileComputeAndAChangeIsAnError() throws Exception {
    ObjectNode calm = train("job_1", 1, 1, json -> {});
    VirtualJob job = job("job_2", json -> json.put("save_steps", 2));
    try (VirtualGrid grid = new VirtualGrid(2, 1, datasets, chunks, blobs)) {
      grid.add("other", "profile-b", 1);
      ObjectNode result = handler.run(job.run(grid));
      assertEquals(calm.get("adapter_sha256"), result.get("adapter_sha256"));
      assertFalse(result.get("micro_batches_by_node").has("other"));
    }
    VirtualJob moved = job("job_3", json -> json.put("save_steps", 2));
    moved.onEnsureActive(
        () -> {
          if (moved.committedStep() >= 4) {
            throw new IllegalStateException("dies");
          }
        });
    assertThrows(IllegalStateException.class, () -> run(moved, 1, 1));
    moved.onEnsureActive(() -> {});
    try (VirtualGrid grid = new VirtualGrid(0, 1, datasets, chunks, blobs)) {
      grid.add("other", "profile-b", 1);
      NeuroWeaverException e =
          assertThrows(NeuroWeaverException.class, () -> handler.run(moved.run(grid)));
      assertEquals(ErrorKind.CONFLICT, e.kind());
      assertTrue(e.getMessage().contains("profile-a"), e.getMessage());
      assertTrue(e.getMessage().contains("profile-b"), e.getMessage());
    }
  }

  @Test
  void heldBackRowsAreMeasuredAndNotTrained() throws Exception {
    VirtualJob job = job("job_1", json -> json.put("val_set_size", 10));
    ObjectNode result = run(job, 2, 1);
    assertEquals(40, result.get("rows").intValue());
    assertEquals(2, result.get("validation_losses").size());
    assertTrue(
        result.get("validation_losses").get(1).doubleValue()
            < result.get("losses").get(0).doubleValue());
    assertEquals(
        List.of(),
        ExactlyOnce.objections(
            datasets.get("default", "words"),
            ledger.microBatches("default", "job_1", job.committedStep()),
            2,
            10));
    ObjectNode alone = train("job_2", 1, 1, json -> json.put("val_set_size", 10));
    assertEquals(alone.get("validation_losses"), result.get("validation_losses"));
  }

  @Test
  void cancellingStopsBetweenMicroBatchesAndLeavesNoBlob() {
    VirtualJob job = job("job_1", json -> json.put("save_steps", 2));
    job.onEnsureActive(
        () -> {
          if (job.committedStep() >= 4) {
            throw new CancelledException("job_1");
          }
        });
    assertThrows(CancelledException.class, () -> run(job, 2, 1));
    assertFalse(job.progress().isEmpty());
    assertEquals(0, blobs.kept());
  }

  @Test
  void oldCheckpointsAreRemoved() throws Exception {
    VirtualJob job = job("job_1", json -> json.put("save_steps", 1));
    ObjectNode result = run(job, 1, 1);
    // What remains: the adapter's two files.
    assertTrue(blobs.contains(result.get("adapter_blob").textValue()));
    assertEquals(2, blobs.kept());
    Progress last = job.progress().get(job.progress().size() - 1);
    assertEquals(result.get("steps").longValue(), last.done());
    assertEquals(last.total(), last.done());
    assertTrue(last.metrics().get("loss") > 0);
  }

  @Test
  void aTrainingOutOfBoundsEndsWithAClearError() throws Exception {
    Path wild = TinyModelFolder.write(folder.resolve("wild"), 5, 1e30f);
    VirtualJob job = job("job_1", json -> json.put("base_model", wild.toString()));
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> run(job, 1, 1));
    assertEquals(ErrorKind.UNPROCESSABLE, e.kind());
    assertTrue(e.getMessage().contains("lower learning_rate"), e.getMessage());
  }

  @Test
  void impossibleRequestsAreRefusedBeforeTheJobIsMade() {
    refused(ErrorKind.NOT_FOUND, "nothing", json -> json.put("dataset", "nothing"));
    refused(ErrorKind.NOT_FOUND, "no-such-model", json -> json.put("base_model", "no-such-model"));
    refused(ErrorKind.INVALID_INPUT, "'words'", json -> json.put("answer_column", "words"));
    refused(ErrorKind.INVALID_INPUT, "at most 128", json -> json.put("sequence_len", 256));
    refused(ErrorKind.INVALID_INPUT, "lora_r", json -> json.put("lora_r", 0));
    refused(
        ErrorKind.INVALID_INPUT, "below the dataset's 50", json -> json.put("val_set_size", 50));
  }

  private void refused(ErrorKind kind, String why, Consumer<ObjectNode> change) {
    ObjectNode parameters = parameters(change);
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> handler.validate("default", parameters));
    assertEquals(kind, e.kind());
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private ObjectNode train(String id, int nodes, int workers, Consumer<ObjectNode> change)
      throws Exception {
    return run(job(id, change), nodes, workers);
  }

  private ObjectNode run(VirtualJob job, int nodes, int workers) throws Exception {
    try (VirtualGrid grid = new VirtualGrid(nodes, workers, datasets, chunks, blobs)) {
      return handler.run(job.run(grid));
    }
  }

  private VirtualJob job(String id, Consumer<ObjectNode> change) {
    return new VirtualJob(id, parameters(change), datasets, chunks, blobs);
  }

  private ObjectNode parameters(Consumer<ObjectNode> change) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("base_model", model).put("dataset", "words");
    json.put("prompt_column", "question").put("answer_column", "answer");
    json.put("lora_r", 4).put("lora_alpha", 8).put("lora_dropout", 0.1);
    json.put("sequence_len", 48).put("gradient_accumulation_steps", 4).put("num_epochs", 2);
    json.put("learning_rate", 0.05).put("seed", 7);
    change.accept(json);
    return json;
  }

  private void load(String name, int rows) {
    Random random = new Random(11);
    String[] words = {"noise", "brake", "oil", "light"};
    List<String> questions = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      questions.add(words[random.nextInt(words.length)] + " " + random.nextInt(100));
    }
    TinyDataset.load(
        datasets,
        chunks,
        name,
        questions,
        question -> question.substring(0, question.indexOf(' ')).toUpperCase(Locale.ROOT));
  }
}
