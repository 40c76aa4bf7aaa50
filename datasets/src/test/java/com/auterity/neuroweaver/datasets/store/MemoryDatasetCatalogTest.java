package com.auterity.neuroweaver.datasets.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryDatasetCatalogTest {
  private static final Schema SCHEMA = new Schema(List.of(Column.of("id", ColumnType.INT64)));

  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(4);

  @Test
  void nothingIsVisibleBeforeTheCommit() {
    DatasetCatalog.Reservation reserved = catalog.reserve("default", "cars", "job_1");
    assertTrue(catalog.list("default").isEmpty());
    assertTrue(catalog.find("default", "cars").isEmpty());
    assertTrue(catalog.find("default", reserved.versionId()).isEmpty());
    Manifest manifest = commit("cars", "job_1");
    assertEquals(List.of(manifest), catalog.list("default"));
  }

  @Test
  void aRestartedJobGetsTheSameIdsAndMayCommitTwice() {
    assertEquals(
        catalog.reserve("default", "cars", "job_1"), catalog.reserve("default", "cars", "job_1"));
    Manifest first = commit("cars", "job_1");
    commit("cars", "job_2");
    catalog.commit(first);
    assertEquals(2, catalog.versions("default", first.datasetId()).size());
  }

  @Test
  void aVersionIsFoundByEveryKindOfReference() {
    Manifest one = commit("cars", "job_1");
    Manifest two = commit("cars", "job_2");
    assertEquals(one, catalog.get("default", one.versionId()));
    assertEquals(one, catalog.get("default", "cars@1"));
    assertEquals(two, catalog.get("default", "cars@2"));
    assertEquals(two, catalog.get("default", "cars"));
    assertEquals(two, catalog.get("default", one.datasetId()));
    assertEquals(List.of(two, one), catalog.versions("default", one.datasetId()));
  }

  @Test
  void numbersHaveNoGapsWhenAJobFails() {
    catalog.reserve("default", "cars", "job_failed");
    assertEquals(1, commit("cars", "job_2").version());
  }

  @Test
  void numbersOfConcurrentCommitsAreDistinctAndWithoutGaps() throws Exception {
    List<Callable<Void>> commits = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Manifest manifest = manifest("cars", "job_" + i);
      // Twice each: two coordinators of one job.
      for (int twice = 0; twice < 2; twice++) {
        commits.add(
            () -> {
              catalog.commit(manifest);
              return null;
            });
      }
    }
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (var done : threads.invokeAll(commits)) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
    String datasetId = catalog.get("default", "cars").datasetId();
    Set<Integer> numbers =
        catalog.versions("default", datasetId).stream()
            .map(Manifest::version)
            .collect(Collectors.toSet());
    assertEquals(IntStream.rangeClosed(1, 20).boxed().collect(Collectors.toSet()), numbers);
    assertEquals(20, catalog.versions("default", datasetId).size());
  }

  @Test
  void tenantsDoNotSeeEachOther() {
    Manifest manifest = commit("cars", "job_1");
    assertTrue(catalog.find("other", "cars").isEmpty());
    assertTrue(catalog.find("other", manifest.versionId()).isEmpty());
    assertNotEquals(manifest.datasetId(), catalog.reserve("other", "cars", "job_1").datasetId());
  }

  @Test
  void anUnknownReferenceIsNotFoundAndNamesWhatThereIs() {
    commit("cars", "job_1");
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> catalog.get("default", "vans"));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
    assertEquals("there is no dataset vans; there are cars", e.getMessage());
  }

  @Test
  void aManifestThatWasNeverReservedIsRefused() {
    Manifest manifest = manifest("cars", "job_1");
    MemoryDatasetCatalog other = new MemoryDatasetCatalog(4);
    assertEquals(
        ErrorKind.CONFLICT,
        assertThrows(NeuroWeaverException.class, () -> other.commit(manifest)).kind());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a@1", "ds_1", "dsv_1", "../x", "-a", ".a"})
  void aNameThatCouldBeMistakenIsRefused(String name) {
    assertEquals(
        ErrorKind.INVALID_INPUT,
        assertThrows(NeuroWeaverException.class, () -> catalog.reserve("default", name, "job_1"))
            .kind());
  }

  @Test
  void garbageIsChunksOfVersionsWhoseJobIsOverAndNothingElse() {
    MemoryChunkStore chunks = new MemoryChunkStore();
    write(chunks, catalog.reserve("default", "dead", "job_over").versionId());
    write(chunks, catalog.reserve("default", "live", "job_running").versionId());
    Manifest kept = commit("kept", "job_done");
    write(chunks, kept.versionId());
    int all = chunks.size();
    int removed = catalog.collectGarbage("default", chunks, job -> !job.equals("job_running"));
    assertEquals(all / 3, removed);
    assertEquals(all - removed, chunks.size());
    assertEquals(0, catalog.collectGarbage("default", chunks, job -> !job.equals("job_running")));
  }

  private static void write(ChunkStore chunks, String versionId) {
    DatasetWriter writer =
        new DatasetWriter(chunks, "default", versionId, SCHEMA, Partitioning.byOrdinal(4));
    for (int i = 0; i < 50_000; i++) {
      writer.add(new Row(i, (long) i));
    }
    writer.finish();
  }

  private Manifest commit(String name, String jobId) {
    Manifest manifest = manifest(name, jobId);
    catalog.commit(manifest);
    return catalog.get("default", manifest.versionId());
  }

  private Manifest manifest(String name, String jobId) {
    DatasetCatalog.Reservation reserved = catalog.reserve("default", name, jobId);
    return new Manifest(
        "default",
        reserved.datasetId(),
        name,
        reserved.versionId(),
        reserved.version(),
        SCHEMA,
        4,
        null,
        List.of(),
        List.of("dsv_parent"),
        jobId,
        Instant.parse("2026-01-02T03:04:05.678901Z"));
  }
}
