package com.auterity.neuroweaver.jobs.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.datasets.store.PartitionWriter;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.Message;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.training.TinyModelFolder;
import com.auterity.neuroweaver.jobs.training.VirtualGrid;
import com.auterity.neuroweaver.jobs.training.VirtualJob;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InferHandlerTest {
  private static final String T = "default";
  private static final int PARTITIONS = 4;
  private static final Schema SCHEMA =
      new Schema(
          List.of(Column.of("id", ColumnType.INT64), Column.of("question", ColumnType.STRING)));

  @TempDir Path folder;
  private final MemoryDatasetCatalog datasets = new MemoryDatasetCatalog(PARTITIONS);
  private final CountingStore chunks = new CountingStore();
  private MemoryBlobStore blobs;
  private ModelFolder base;
  private InferHandler handler;

  /** A store that breaks down after a number of writes when a test asks for it. */
  private static final class CountingStore implements ChunkStore {
    final MemoryChunkStore store = new MemoryChunkStore();
    final AtomicInteger puts = new AtomicInteger();
    volatile int breaksAfter = Integer.MAX_VALUE;

    @Override
    public void put(ChunkKey key, byte[] chunk) {
      if (puts.incrementAndGet() > breaksAfter) {
        throw new NeuroWeaverException(ErrorKind.INTERNAL, "disk full");
      }
      store.put(key, chunk);
    }

    @Override
    public byte[] get(ChunkKey key) {
      return store.get(key);
    }

    @Override
    public boolean contains(ChunkKey key) {
      return store.contains(key);
    }

    @Override
    public void remove(ChunkKey key) {
      store.remove(key);
    }
  }

  @BeforeEach
  void fill() throws Exception {
    blobs = new MemoryBlobStore(folder.resolve("blobs"));
    base = ModelFolder.open(TinyModelFolder.write(folder.resolve("base"), 1));
    ServedModel served =
        new ServedModel(
            "advisor",
            "1.0.0",
            "mv_1",
            base.path().toString(),
            base.sha256(),
            null,
            null,
            "{\"prompt_column\":\"question\"}");
    handler = new InferHandler(datasets, new OneModel(served), Clock.systemUTC());
    DatasetCatalog.Reservation reserved = datasets.reserve(T, "requests", "job_load");
    List<ChunkInfo> written = new ArrayList<>();
    for (int p = 0; p < PARTITIONS; p++) {
      PartitionWriter writer = new PartitionWriter(chunks, T, reserved.versionId(), p, SCHEMA);
      for (long i = p; i < 40; i += PARTITIONS) {
        writer.add(new Row(i, i, question(i)));
      }
      written.addAll(writer.finish());
    }
    datasets.commit(
        new Manifest(
            T,
            reserved.datasetId(),
            "requests",
            reserved.versionId(),
            reserved.version(),
            SCHEMA,
            PARTITIONS,
            null,
            written,
            List.of(),
            "job_load",
            Instant.EPOCH));
    chunks.puts.set(0);
  }

  private static String question(long i) {
    return i == 7 ? null : i == 12 ? "x".repeat(500) : "what about " + i * 31;
  }

  private record OneModel(ServedModel served) implements ModelSource {
    @Override
    public ServedModel model(String tenant, String reference) {
      if (!reference.equals(served.name())) {
        throw NeuroWeaverException.notFound("there is no model '" + reference + "'");
      }
      return served;
    }

    @Override
    public ServedModel deployment(String tenant, String name) {
      return model(tenant, name);
    }
  }

  private static ObjectNode parameters(String as) {
    return new ObjectMapper()
        .createObjectNode()
        .put("model", "advisor")
        .put("dataset", "requests")
        .put("as", as)
        .put("max_tokens", 6);
  }

  private ObjectNode run(VirtualJob job, int nodes) throws Exception {
    try (VirtualGrid grid = new VirtualGrid(nodes, 1, datasets, chunks, blobs)) {
      return handler.run(job.run(grid));
    }
  }

  private VirtualJob job(String id, ObjectNode parameters) {
    handler.validate(T, parameters);
    return new VirtualJob(id, parameters, datasets, chunks, blobs);
  }

  @Test
  void everyRowGetsTheAnswerTheEngineGivesAlone() throws Exception {
    ObjectNode result = run(job("job_1", parameters("answers")), 2);
    assertEquals(40, result.get("rows").longValue());
    assertEquals(2, result.get("failed").longValue());
    Manifest manifest = datasets.get(T, "answers");
    assertEquals(manifest.versionId(), result.get("version_id").textValue());
    assertEquals(PARTITIONS, manifest.partitions());
    assertEquals(List.of(datasets.get(T, "requests").versionId()), manifest.parents());
    assertEquals(
        List.of(
            "id",
            "question",
            "prediction",
            "prediction_tokens",
            "prediction_finish_reason",
            "prediction_error"),
        manifest.schema().names());
    DatasetReader reader = new DatasetReader(datasets, chunks);
    long tokens = 0;
    int rows = 0;
    try (LlamaModel model = base.load(Devices.best());
        GenerationEngine engine = new GenerationEngine(model, null, 1)) {
      for (int p = 0; p < PARTITIONS; p++) {
        for (Row row : reader.partition(manifest, p)) {
          rows++;
          assertEquals(p, row.ordinal() % PARTITIONS, "rows stay in their partition");
          assertEquals(question(row.ordinal()), row.get(1));
          if (row.ordinal() == 7 || row.ordinal() == 12) {
            assertNull(row.get(2));
            String right = row.ordinal() == 7 ? "blank" : "128";
            assertTrue(row.text(5).contains(right), row.text(5));
            continue;
          }
          int[] prompt =
              base.tokenizer()
                  .encode(base.chatTemplate().render(List.of(Message.user(row.text(1))), true));
          Generation expected =
              engine.generate(List.of(GenerationRequest.greedy(prompt, 6, 4, 0))).get(0);
          assertEquals(base.tokenizer().decode(expected.tokens()), row.get(2));
          assertEquals((long) expected.tokens().length, row.get(3));
          tokens += prompt.length + expected.tokens().length;
        }
      }
    }
    assertEquals(40, rows);
    assertEquals(tokens, result.get("tokens").longValue());
    assertTrue(result.get("seconds").doubleValue() > 0);
  }

  @Test
  void oneNodeAndThreeWriteTheSameBytes() throws Exception {
    run(job("job_1", parameters("one")), 1);
    run(job("job_2", parameters("three")), 3);
    assertEquals(datasets.get(T, "one").chunks(), datasets.get(T, "three").chunks());
  }

  @Test
  void aRunThatBreaksOffIsInvisibleAndTheNextGoesOnFromItsPartitions() throws Exception {
    run(job("job_1", parameters("whole")), 1);
    VirtualJob job = job("job_2", parameters("answers"));
    chunks.puts.set(0);
    chunks.breaksAfter = 2;
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> run(job, 1));
    assertEquals("disk full", e.getMessage());
    assertTrue(datasets.find(T, "answers").isEmpty(), "half a dataset is none");
    chunks.breaksAfter = Integer.MAX_VALUE;
    chunks.puts.set(0);
    ObjectNode result = run(job, 3);
    assertEquals(2, chunks.puts.get(), "the two partitions that were committed are not done again");
    assertEquals(40, result.get("rows").longValue());
    assertEquals(datasets.get(T, "whole").chunks(), datasets.get(T, "answers").chunks());
  }

  @Test
  void sampledAnswersRepeatForASeed() throws Exception {
    ObjectNode sampled = parameters("a").put("temperature", 1.5).put("seed", 7);
    run(job("job_1", sampled), 1);
    run(job("job_2", sampled.deepCopy().put("as", "b")), 2);
    run(job("job_3", sampled.deepCopy().put("as", "c").put("seed", 8)), 2);
    assertEquals(datasets.get(T, "a").chunks(), datasets.get(T, "b").chunks());
    assertTrue(!datasets.get(T, "a").chunks().equals(datasets.get(T, "c").chunks()));
  }

  @Test
  void aLimitTakesTheFirstRowsOfEveryPartition() throws Exception {
    ObjectNode result = run(job("job_1", parameters("some").put("limit", 10)), 2);
    assertEquals(10, result.get("rows").longValue());
    Manifest manifest = datasets.get(T, "some");
    List<Long> ordinals = new ArrayList<>();
    for (int p = 0; p < PARTITIONS; p++) {
      new DatasetReader(datasets, chunks)
          .partition(manifest, p)
          .forEach(r -> ordinals.add(r.ordinal()));
    }
    ordinals.sort(null);
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 10L, 11L), ordinals);
    assertEquals(
        40,
        PartitionRounds.shares(datasets.get(T, "requests"), Long.MAX_VALUE).values().stream()
            .mapToLong(Long::longValue)
            .sum());
  }

  private void refuses(ObjectNode parameters, String... parts) {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> handler.validate(T, parameters));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  @Test
  void wrongParametersAreRefusedBeforeAJobIsAccepted() {
    refuses(parameters("a").put("model", "nobody"), "nobody");
    refuses(parameters("a").put("deployment", "advisor"), "model", "deployment");
    refuses(parameters("a").put("dataset", "nothing"), "nothing");
    refuses(parameters("a").put("max_tokens", 0), "max_tokens", "0");
    refuses(parameters("a").put("batch", 3), "batch", "max_tokens");
    refuses(parameters("a").put("output_column", "question"), "question", "output_column");
    ObjectNode nowhere = parameters("a");
    nowhere.remove("as");
    refuses(nowhere, "as");
  }
}
