package com.auterity.neuroweaver.jobs.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.auterity.neuroweaver.datasets.store.BlobOutput;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import com.auterity.neuroweaver.jobs.SharedData;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.ForwardingStore;
import com.auterity.neuroweaver.jobs.grid.JobContext.Commit;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadHandlerTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(4);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final LoadHandler handler = new LoadHandler(LoadingRun.keys());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "epa_vehicles.csv|33442|12|{}",
        "dtc/dtc_codes.csv|4988|2|{}",
        "nhtsa/complaints.txt|100|48|{\"format\":\"tsv\",\"header\":false}",
        "nhtsa/complaints.txt|100|48|{\"delimiter\":\"\\t\",\"header\":false}",
        "parquet/alltypes_plain.parquet|8|11|{}"
      })
  void realFilesBecomeDatasetsWithAllTheirRows(String file, long rows, int columns, String options)
      throws IOException {
    ObjectNode parameters = parameters(SharedData.get(file), options);
    handler.validate("default", parameters);
    ObjectNode result = handler.run(job("job_1", chunks, parameters));
    assertEquals(rows, result.get("rows").asLong());
    assertEquals("{}", result.get("rejected").toString());
    assertEquals(1, result.get("version").asInt());
    Manifest manifest = catalog.get("default", "cars");
    assertEquals(result.get("version_id").asText(), manifest.versionId());
    assertEquals(result.get("dataset_id").asText(), manifest.datasetId());
    assertEquals(columns, manifest.schema().columns().size());
    assertEquals(rows, rows(manifest).size());
    for (int p = 0; p < 4; p++) {
      for (Row row : new DatasetReader(catalog, chunks).partition(manifest, p)) {
        assertEquals(p, row.ordinal() % 4);
      }
    }
  }

  private LoadingRun uploaded(String job, MemoryBlobStore blobs, String text, String more)
      throws IOException {
    String address = "upload_" + job.substring(4);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String sha256;
    try (BlobOutput out = blobs.write(address, 1 << 20)) {
      out.write(bytes, 0, bytes.length);
      sha256 = out.finish().sha256();
    }
    ObjectNode parameters = (ObjectNode) MAPPER.readTree(more);
    parameters.put("name", "cars").put("format", "csv").put("upload", address);
    parameters.put("upload_file", "cars.csv").put("upload_sha256", sha256);
    handler.validate("default", parameters);
    LoadingRun run = job(job, chunks, parameters);
    run.blobs = blobs;
    return run;
  }

  @Test
  void anUploadIsLoadedFromItsBlobAndDropped() throws IOException {
    MemoryBlobStore blobs = new MemoryBlobStore(folder.resolve("blobs"));
    ObjectNode result = handler.run(uploaded("job_1", blobs, "a,b\n1,2\n", "{}"));
    assertEquals(1, result.get("rows").asLong());
    assertFalse(blobs.contains("upload_1"));
    assertFalse(Files.exists(folder.resolve("blobs/upload_1")));

    LoadingRun bad = uploaded("job_2", blobs, "a,b\n1,2,3\n", "{}");
    NeuroWeaverException refused = assertThrows(NeuroWeaverException.class, () -> handler.run(bad));
    assertTrue(refused.getMessage().startsWith("cars.csv has no row"), refused.getMessage());
    assertFalse(blobs.contains("upload_2"));
    assertEquals(1, catalog.get("default", "cars").version());
  }

  @Test
  void anUploadStaysUntilNoLaterRunNeedsIt() throws IOException {
    MemoryBlobStore blobs = new MemoryBlobStore(folder.resolve("blobs"));
    LoadingRun first = uploaded("job_1", blobs, "a,b\n1,2\n", "{}");
    first.commitFailure = new NeuroWeaverException(ErrorKind.UNAVAILABLE, "a node left");
    assertThrows(NeuroWeaverException.class, () -> handler.run(first));
    assertTrue(blobs.contains("upload_1"));
    first.commitFailure = null;
    assertEquals(1, handler.run(first).get("rows").asLong());
    assertFalse(blobs.contains("upload_1"));
  }

  @Test
  void onlyABlobThatIsAnUploadCanBeLoaded() {
    String message =
        message(
            "{\"name\":\"cars\",\"format\":\"csv\",\"upload_file\":\"x\",\"upload_sha256\":\"x\","
                + "\"upload\":\""
                + "a".repeat(64)
                + "\"}");
    assertTrue(message.contains("is the id of no upload"), message);
  }

  private String message(String parameters) {
    return assertThrows(
            NeuroWeaverException.class,
            () -> handler.validate("default", (ObjectNode) MAPPER.readTree(parameters)))
        .getMessage();
  }

  @Test
  void theSameFileWithTheSameKeyIsTheFirstVersionAgain() throws IOException {
    for (String word : List.of("\"key\":\"june\"", "\"once\":true")) {
      MemoryDatasetCatalog fresh = new MemoryDatasetCatalog(4);
      LoadHandler keyed = new LoadHandler(LoadingRun.keys());
      Path file = file("a,b\n1,2\n");
      ObjectNode parameters = parameters(file, "{" + word + "}");
      ObjectNode first = keyed.run(new LoadingRun("job_1", fresh, chunks, parameters));
      ObjectNode second = keyed.run(new LoadingRun("job_2", fresh, chunks, parameters));
      assertEquals(first.get("version_id"), second.get("version_id"));
      assertTrue(second.get("loaded_before").asBoolean());
      assertFalse(first.has("loaded_before"));
      assertEquals(1, fresh.get("default", "cars").version());
      // By default a file may be loaded as often as one likes.
      keyed.run(new LoadingRun("job_3", fresh, chunks, parameters(file, "{}")));
      assertEquals(2, fresh.get("default", "cars").version());
      Files.writeString(file, "a,b\n1,3\n");
      LoadingRun other = new LoadingRun("job_4", fresh, chunks, parameters);
      if (word.contains("once")) {
        assertEquals(3, keyed.run(other).get("version").asInt());
      } else {
        NeuroWeaverException refused =
            assertThrows(NeuroWeaverException.class, () -> keyed.run(other));
        assertEquals(ErrorKind.CONFLICT, refused.kind());
        assertTrue(refused.getMessage().contains("made of other bytes"), refused.getMessage());
      }
    }
  }

  /** Else erased rows would come back with the next look at the folder. */
  @Test
  void aKeyStandsForWhatErasureLeftAndForNothingOnceItIsRetired() throws IOException {
    MemoryDatasetCatalog fresh = new MemoryDatasetCatalog(4);
    LoadHandler keyed = new LoadHandler(LoadingRun.keys());
    ObjectNode parameters = parameters(file("a,b\n1,2\n"), "{\"once\":true}");
    keyed.run(new LoadingRun("job_1", fresh, chunks, parameters));
    keyed.run(new LoadingRun("job_2", fresh, chunks, parameters(file("a,b\n1,3\n"), "{}")));
    Manifest whole = fresh.get("default", "cars@1");
    String newId = fresh.reserveReplacement(whole, "job_3");
    Manifest erased =
        new Manifest(
            whole.tenant(),
            whole.datasetId(),
            whole.name(),
            newId,
            whole.version(),
            whole.schema(),
            whole.partitions(),
            whole.partitionBy(),
            List.of(),
            whole.parents(),
            whole.jobId(),
            whole.createdAt());
    assertTrue(fresh.replace(whole, erased, "a customer", "job_3"));

    parameters = parameters(file("a,b\n1,2\n"), "{\"once\":true}");
    ObjectNode again = keyed.run(new LoadingRun("job_4", fresh, chunks, parameters));

    assertEquals(newId, again.get("version_id").asText());
    assertTrue(again.get("loaded_before").asBoolean());
    fresh.retire(fresh.get("default", "cars@1"), "too old", "job_5");
    LoadingRun last = new LoadingRun("job_6", fresh, chunks, parameters);
    NeuroWeaverException refused = assertThrows(NeuroWeaverException.class, () -> keyed.run(last));
    assertTrue(refused.getMessage().contains("version 1, which was retired"), refused.getMessage());
  }

  @Test
  void aKeyWhoseLoadFailedIsFreeAndOneAtWorkIsNot() throws IOException {
    ObjectNode parameters = parameters(file("a,b\n1,2\n"), "{\"key\":\"june\"}");
    boolean[] over = {false};
    LoadHandler keyed =
        new LoadHandler(
            new LoadKeys(
                new MemoryRecordTable<>(LoadKeyRow.TABLE), job -> over[0], Clock.systemUTC()));
    LoadingRun first = job("job_1", chunks, parameters);
    first.stopAtCheck = 1;
    first.stop = new CancelledException("job_1");
    assertThrows(CancelledException.class, () -> keyed.run(first));
    NeuroWeaverException refused =
        assertThrows(NeuroWeaverException.class, () -> keyed.run(job("job_2", chunks, parameters)));
    assertTrue(refused.getMessage().contains("is being loaded by job job_1"));
    over[0] = true;
    assertEquals(1, keyed.run(job("job_2", chunks, parameters)).get("version").asInt());
  }

  @Test
  void declaredColumnsNameAndTypeAFileWithoutHeader() throws IOException {
    ObjectNode parameters =
        parameters(
            file("1|20260131|1HGCM82633A004352\n2||1M8GDM9AXKP042788\n"),
            """
            {"delimiter": "|", "header": false, "columns": ["id",
             {"name": "day", "type": "date", "semantic": "date"},
             {"name": "vin", "type": "string", "semantic": "vin", "nullable": false}]}
            """);
    handler.run(job("job_1", chunks, parameters));
    Manifest manifest = catalog.get("default", "cars");
    assertEquals(List.of("id", "day", "vin"), manifest.schema().names());
    assertEquals(ColumnType.INT64, manifest.schema().columns().get(0).type());
    assertEquals(ColumnType.DATE, manifest.schema().columns().get(1).type());
    assertEquals(SemanticType.VIN, manifest.schema().columns().get(2).semantic());
  }

  @Test
  void badRowsAreCountedAndTheFirstOnesShown() throws IOException {
    StringBuilder text = new StringBuilder("a,b\n");
    for (int i = 0; i < 100; i++) {
      text.append(i % 4 == 0 ? "1,2,3\n" : "1,2\n");
    }
    ObjectNode result = handler.run(job("job_1", chunks, parameters(file(text.toString()), "{}")));
    assertEquals(75, result.get("rows").asLong());
    assertEquals(25, result.get("rejected").get("field_count").asLong());
    JsonNode first = result.get("rejected_rows");
    assertEquals(LoadHandler.REJECTIONS_SHOWN, first.size());
    assertEquals(
        "{\"line\":2,\"reason\":\"field_count\",\"message\":\"expected 2 cells, found 3\"}",
        first.get(0).toString());
  }

  @Test
  void equalKeysLieInOnePartition() throws IOException {
    StringBuilder text = new StringBuilder("vin,n\n");
    for (int i = 0; i < 1_000; i++) {
      text.append("vin").append(i % 10).append(',').append(i).append('\n');
    }
    handler.run(
        job("job_1", chunks, parameters(file(text.toString()), "{\"partition_by\":\"vin\"}")));
    Manifest manifest = catalog.get("default", "cars");
    assertEquals("vin", manifest.partitionBy());
    long places = manifest.chunks().stream().map(chunk -> chunk.partition()).distinct().count();
    assertTrue(places > 1, places + " partitions");
    assertEquals(1_000, rows(manifest).size());
  }

  @Test
  void aSecondLoadOfTheNameIsTheNextVersion() throws IOException {
    ObjectNode parameters = parameters(file("a\n1\n"), "{}");
    handler.run(job("job_1", chunks, parameters));
    ObjectNode second = handler.run(job("job_2", chunks, parameters));
    assertEquals(2, second.get("version").asInt());
    assertEquals(2, catalog.get("default", "cars").version());
  }

  @Test
  void loadingTheSameFileAgainWritesTheSameChunks() throws IOException {
    ObjectNode parameters = parameters(big(), "{}");
    handler.run(job("job_1", chunks, parameters));
    handler.run(job("job_2", chunks, parameters));
    assertEquals(
        catalog.get("default", "cars@1").chunks(), catalog.get("default", "cars@2").chunks());
  }

  @Test
  void cancellingMidwayLeavesNothing() throws IOException {
    LoadingRun job = job("job_1", chunks, parameters(big(), "{}"));
    job.stop = new CancelledException("job_1");
    job.stopAtCheck = 2;
    assertSame(job.stop, assertThrows(CancelledException.class, () -> handler.run(job)));
    nothingIsLeft();
  }

  @Test
  void aFileThatGoesWrongMidwayLeavesNothing() throws IOException {
    Path file = big();
    Files.writeString(file, Files.readString(file) + "1,\"never closed");
    LoadingRun job = job("job_1", chunks, parameters(file, COLUMNS_DECLARED));
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> handler.run(job));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().contains("line 10002"), e.getMessage());
    nothingIsLeft();
  }

  /** The run of a job that has to stop throws one and the same exception at every look. */
  @Test
  void aRunThatHasToStopSaysSoEachTime() throws IOException {
    LoadingRun job = job("job_1", chunks, parameters(big(), "{}"));
    job.stop = new NeuroWeaverException(ErrorKind.UNAVAILABLE, "the node stops");
    job.stopAtCheck = 1;
    assertSame(job.stop, assertThrows(NeuroWeaverException.class, () -> handler.run(job)));
  }

  @Test
  void aStoreThatFailsMidwayLeavesNothing() throws IOException {
    FailingStore store = new FailingStore(chunks, 5);
    LoadingRun job = job("job_1", store, parameters(big(), "{}"));
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> handler.run(job));
    assertEquals(ErrorKind.UNAVAILABLE, e.kind());
    nothingIsLeft();
  }

  @Test
  void aRunThatWasTakenOverLeavesTheChunksToItsSuccessor() throws IOException {
    ObjectNode parameters = parameters(big(), "{}");
    LoadingRun old = job("job_1", chunks, parameters);
    old.commitFailure = new FencedException("job_1", 1);
    assertThrows(FencedException.class, () -> handler.run(old));
    assertTrue(chunks.size() > 0);
    assertTrue(catalog.list("default").isEmpty());
    int size = chunks.size();
    handler.run(job("job_1", chunks, parameters));
    assertEquals(size, chunks.size());
    assertEquals(10_000, rows(catalog.get("default", "cars")).size());
  }

  /** Dies at random chunks, again and again, and ends with what one run would have made. */
  @Test
  void aLoadThatDiesGoesOnFromItsLastCheckpoint() throws IOException {
    Path file = folder.resolve("large.csv");
    StringBuilder text = new StringBuilder("vin,note,km\n");
    Random random = new Random(1);
    for (int i = 0; i < 120_000; i++) {
      text.append("VIN").append(random.nextInt(5_000)).append(",note ").append(random.nextLong());
      text.append(',').append(i % 900 == 5 ? "many" : random.nextInt(200_000)).append('\n');
    }
    Files.writeString(file, text);
    LoadHandler eager = new LoadHandler(Clock.systemUTC(), Duration.ZERO, LoadingRun.keys());
    for (String options :
        List.of(
            "{}",
            """
            {"partition_by": "vin", "columns": [{"name": "km", "type": "int64"}]}
            """)) {
      ObjectNode parameters = parameters(file, options);
      Path rejects = folder.resolve("rejects-" + options.length());
      Path disturbedRejects = folder.resolve("disturbed-rejects-" + options.length());
      parameters.put("name", "undisturbed-" + options.length());
      parameters.put("rejects", rejects.toString());
      ObjectNode expected = eager.run(job("job_0" + options.length(), chunks, parameters));
      parameters.put("name", "disturbed-" + options.length());
      parameters.put("rejects", disturbedRejects.toString());
      AtomicInteger puts = new AtomicInteger();
      int deaths = 0;
      Optional<Commit> last = Optional.empty();
      ObjectNode result = null;
      while (result == null) {
        int allowed = 3 + random.nextInt(6);
        AtomicInteger left = new AtomicInteger(allowed);
        ChunkStore dying =
            new ForwardingStore(chunks) {
              @Override
              public void put(ChunkKey key, byte[] chunk) {
                if (left.decrementAndGet() < 0) {
                  throw new FencedException("job_1", 1);
                }
                puts.incrementAndGet();
                super.put(key, chunk);
              }
            };
        LoadingRun run = job("job_1" + options.length(), dying, parameters);
        run.last = last.orElse(null);
        try {
          result = eager.run(run);
        } catch (FencedException e) {
          deaths++;
        }
        last = run.lastCommit();
      }
      assertTrue(deaths > 1, "died " + deaths + " times");
      Manifest undisturbed = catalog.get("default", expected.get("version_id").asText());
      Manifest disturbed = catalog.get("default", result.get("version_id").asText());
      assertEquals(undisturbed.chunks(), disturbed.chunks());
      assertEquals(expected.get("rejected"), result.get("rejected"));
      assertEquals(expected.get("rejected_rows"), result.get("rejected_rows"));
      assertEquals(-1, Files.mismatch(rejects, disturbedRejects), "each rejected row once");
      assertEquals(expected.at("/rejected/bad_value").asLong(), Files.readAllLines(rejects).size());
      // Only chunks that were under way at a death are stored once more.
      assertTrue(puts.get() < undisturbed.chunks().size() + deaths * 9, "puts " + puts);
    }
  }

  @Test
  void aRunAfterACrashBehindTheCommitOnlyCommitsTheManifest() throws IOException {
    Path file = big();
    LoadingRun job = job("job_1", chunks, parameters(file, "{}"));
    ObjectNode first = handler.run(job);
    Files.delete(file);
    assertEquals(first, handler.run(job));
    assertEquals(1, catalog.versions("default", first.get("dataset_id").asText()).size());
  }

  @Test
  void progressTellsHowManyRowsThereAre() throws IOException {
    LoadingRun job = job("job_1", chunks, parameters(big(), "{}"));
    handler.run(job);
    assertEquals(10_000, job.progress.get(0).total());
    assertEquals(10_000, job.progress.get(job.progress.size() - 1).done());
    assertTrue(job.meter().usage(1).bytesRead() > 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|name: is missing",
        "{\"name\":\"a b\"}|name: \"a b\" is no dataset name",
        "{\"name\":7}|name: expected text, found 7",
        "{\"name\":\"a\"}|path: is missing",
        "{\"name\":\"a\",\"path\":\"none.csv\"}|there is no file",
        "{\"name\":\"a\",\"path\":\"FILE\",\"nmae\":1}|nmae: unknown parameter; the known ones are",
        "{\"name\":\"a\",\"path\":\"FILE\",\"format\":\"xls\"}|format: \"xls\" is unknown",
        "{\"name\":\"a\",\"path\":\"FILE\",\"delimiter\":\"ab\"}|delimiter: expected exactly one",
        "{\"name\":\"a\",\"path\":\"FILE\",\"delimiter\":\"\\n\"}|delimiter: a line break",
        "{\"name\":\"a\",\"path\":\"FILE\",\"header\":\"no\"}|header: expected true or false",
        "{\"name\":\"a\",\"path\":\"FILE\",\"columns\":\"id\"}|columns: expected a list",
        "{\"name\":\"a\",\"path\":\"FILE\",\"columns\":[7]}|columns[0]: expected a name",
        "{\"name\":\"a\",\"path\":\"FILE\",\"columns\":[\"x\",\"x\"]}|columns: x is named twice",
        "{\"name\":\"a\",\"path\":\"FILE\",\"columns\":[{\"name\":\"x\",\"type\":\"int\"}]}"
            + "|columns[0].type: expected one of string, int64",
        "{\"name\":\"a\",\"path\":\"FILE\",\"columns\":[{\"nam\":\"x\"}]}|columns[0].nam: unknown",
        "{\"name\":\"a\",\"path\":\"FILE\",\"format\":\"jsonl\",\"header\":true}|header: means"
            + " nothing",
        "{\"name\":\"a\",\"path\":\"FOLDER/none\",\"format\":\"csv\"}|there is no file",
        "{\"name\":\"a\",\"path\":\"FILE\",\"paths\":[\"FILE\"]}|paths: there is a path already",
        "{\"name\":\"a\",\"path\":\"FILE\",\"encoding\":\"klingon\"}|encoding: \"klingon\" is unknown",
        "{\"name\":\"a\",\"path\":\"FILE\",\"records\":\"/a\"}|records: means nothing for format csv",
        "{\"name\":\"a\",\"path\":\"FILE\",\"select\":[\"x\"]}|has no column x to select",
        "{\"name\":\"a\",\"path\":\"FILE\",\"select\":\"x\"}|select: expected a list of texts",
        "{\"name\":\"a\",\"path\":\"FILE\",\"max_cell\":0}|max_cell: expected 1 to",
        "{\"name\":\"a\",\"path\":\"FILE\",\"rejects\":\"FILE\"}|is there already",
        "{\"name\":\"a\",\"path\":\"FILE\",\"rejects\":\"FOLDER/no/x\"}|rejects:",
        "{\"name\":\"a\",\"path\":\"FILE\",\"evolve\":[\"all\"]}|evolve: expected some of add",
        "{\"name\":\"a\",\"path\":\"FILE\",\"schema\":\"FOLDER/no.yaml\"}|schema: there is no file",
        "{\"name\":\"a\",\"path\":\"FILE\",\"partition_by\":\"b\"}|partition_by: there is no column"
            + " b",
        "{\"name\":\"a\",\"path\":\"FILE\",\"columns\":[\"b\"]}|has no column b; its columns are a",
        "{\"name\":\"a\",\"path\":\"FILE\",\"format\":\"parquet\"}|is no whole Parquet file",
        "{\"name\":\"a\",\"path\":\"FOLDER/x.txt\"}|format: cannot be told from the name"
      })
  void wrongParametersAreRefusedNamingFieldAndWhatIsRight(String json, String message)
      throws IOException {
    Path file = file("a\n1\n");
    Files.writeString(folder.resolve("x.txt"), "a\n1\n");
    ObjectNode parameters =
        (ObjectNode)
            MAPPER.readTree(
                json.replace("FILE", file.toString()).replace("FOLDER", folder.toString()));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> handler.validate("default", parameters));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertTrue(
        e.kind().httpStatus() == 400
            || e.kind() == ErrorKind.NOT_FOUND
            || e.kind() == ErrorKind.CONFLICT,
        "" + e.kind());
  }

  @Test
  void aFileWhoseRowsAreAllRejectedMakesNoDataset() throws IOException {
    ObjectNode parameters =
        parameters(
            file("1\t2\t3\n1\t2\t3\n"),
            "{\"header\":false,\"delimiter\":\",\",\"columns\":[\"a\",\"b\"]}");
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> handler.run(job("job_1", chunks, parameters)));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().contains("expected 2 cells, found 1"), e.getMessage());
    nothingIsLeft();
  }

  private static final String COLUMNS_DECLARED =
      "{\"columns\":[{\"name\":\"n\",\"type\":\"int64\"},{\"name\":\"text\",\"type\":\"string\"}]}";

  private void nothingIsLeft() {
    assertEquals(0, chunks.size());
    assertTrue(catalog.list("default").isEmpty());
    assertTrue(catalog.find("default", "cars").isEmpty());
  }

  private List<Row> rows(Manifest manifest) {
    List<Row> rows = new ArrayList<>();
    new DatasetReader(catalog, chunks).rows(manifest).forEachRemaining(rows::add);
    return rows;
  }

  private LoadingRun job(String jobId, ChunkStore store, ObjectNode parameters) {
    return new LoadingRun(jobId, catalog, store, parameters);
  }

  /** 10,000 rows, more than one chunk in each partition. */
  private Path big() throws IOException {
    StringBuilder text = new StringBuilder("n,text\n");
    for (int i = 0; i < 10_000; i++) {
      text.append(i).append(",some words about the vehicle ").append(i * 31L % 977);
      text.append(" and more and more words".repeat(20)).append('\n');
    }
    return file(text.toString());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "rows", ".csv"), text);
  }

  private static ObjectNode parameters(Path file, String options) throws IOException {
    ObjectNode parameters = (ObjectNode) MAPPER.readTree(options);
    return parameters.put("name", "cars").put("path", file.toString());
  }

  /** Fails at the n-th put. */
  private static final class FailingStore extends ForwardingStore {
    private int left;

    FailingStore(ChunkStore store, int puts) {
      super(store);
      this.left = puts;
    }

    @Override
    public void put(ChunkKey key, byte[] chunk) {
      if (left-- == 0) {
        throw new NeuroWeaverException(ErrorKind.UNAVAILABLE, "no node holds the partition");
      }
      super.put(key, chunk);
    }
  }
}
