package com.auterity.neuroweaver.datasets.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.table.IgniteRecordTable;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.Ignition;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.affinity.Affinity;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.configuration.SqlConfiguration;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stores on a grid of two nodes. */
class IgniteStoresTest {
  private static final int PARTITIONS = 16;
  private static final Schema SCHEMA =
      new Schema(List.of(Column.of("id", ColumnType.INT64), Column.of("t", ColumnType.STRING)));

  @TempDir static Path folder;

  private static Ignite one;
  private static Ignite two;
  private static IgniteCache<ChunkKey, byte[]> chunkCache;
  private static IgniteCache<String, byte[]> blobCache;

  @BeforeAll
  static void start() {
    TcpDiscoveryVmIpFinder addresses = new TcpDiscoveryVmIpFinder(true);
    addresses.setAddresses(List.of("127.0.0.1:48700..48709"));
    one = Ignition.start(node("one", addresses));
    two = Ignition.start(node("two", addresses));
    chunkCache = one.getOrCreateCache(bulk(IgniteChunkStore.CACHE));
    blobCache = one.getOrCreateCache(bulk(IgniteBlobStore.CACHE));
    for (TableDefinition<?> table :
        List.of(
            DatasetRow.TABLE,
            DatasetVersionRow.TABLE,
            DatasetReservationRow.TABLE,
            DatasetDisposalRow.TABLE,
            ChunkRepairRow.TABLE)) {
      one.getOrCreateCache(
          table
              .cacheConfiguration()
              .setCacheMode(CacheMode.REPLICATED)
              .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
              .setAffinity(new RendezvousAffinityFunction(false, 32)));
    }
  }

  @AfterAll
  static void stop() {
    two.close();
    one.close();
  }

  @Test
  void partitionOfAChunkIsItsPartitionSoTwoDatasetsLieTogether() {
    Affinity<ChunkKey> affinity = one.affinity(IgniteChunkStore.CACHE);
    for (int p = 0; p < PARTITIONS; p++) {
      ChunkKey a = new ChunkKey("default", "dsv_a", p, 0);
      ChunkKey b = new ChunkKey("other", "dsv_b", p, 7);
      assertEquals(p, affinity.partition(a));
      assertEquals(p, two.<ChunkKey>affinity(IgniteChunkStore.CACHE).partition(b));
      assertEquals(affinity.mapKeyToPrimaryAndBackups(a), affinity.mapKeyToPrimaryAndBackups(b));
    }
  }

  @Test
  void aDatasetWrittenOnOneNodeIsReadOnTheOther() {
    IgniteDatasetCatalog catalog = catalog(one);
    List<Row> rows = rows(40_000);
    Manifest manifest = write(catalog, "cars", "job_cars", rows);
    IgniteDatasetCatalog other = catalog(two);
    assertTrue(other.find("default", "cars").isEmpty());
    catalog.commit(manifest);
    DatasetReader reader =
        new DatasetReader(other, new IgniteChunkStore(two.cache(IgniteChunkStore.CACHE)));
    Manifest found = reader.manifest("default", "cars");
    assertEquals(manifest, found);
    List<Row> read = new ArrayList<>();
    reader.rows(found).forEachRemaining(read::add);
    assertEquals(rows, read);
  }

  @Test
  void concurrentCommitsFromBothNodesGetEveryNumberOnce() throws Exception {
    List<IgniteDatasetCatalog> catalogs = List.of(catalog(one), catalog(two));
    List<Callable<Void>> commits = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Manifest manifest = write(catalogs.get(0), "vans", "job_" + i, rows(1));
      for (IgniteDatasetCatalog catalog : catalogs) {
        commits.add(
            () -> {
              catalog.commit(manifest);
              return null;
            });
      }
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (var done : threads.invokeAll(commits)) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
    String datasetId = catalogs.get(1).get("default", "vans").datasetId();
    List<Manifest> versions = catalogs.get(1).versions("default", datasetId);
    Set<Integer> numbers = versions.stream().map(Manifest::version).collect(Collectors.toSet());
    assertEquals(IntStream.rangeClosed(1, 10).boxed().collect(Collectors.toSet()), numbers);
    assertEquals(10, versions.size());
  }

  @Test
  void garbageOfAnUncommittedVersionGoes() {
    IgniteDatasetCatalog catalog = catalog(two);
    Manifest manifest = write(catalog, "half", "job_half", rows(1_000));
    IgniteChunkStore chunks = new IgniteChunkStore(chunkCache);
    ChunkKey key = manifest.key(manifest.chunks().get(0));
    assertTrue(chunks.contains(key));
    assertEquals(
        manifest.chunks().size(),
        catalog.collectGarbage("default", chunks, job -> job.equals("job_half")));
    assertFalse(chunks.contains(key));
  }

  @Test
  void aDamagedOrMissingCopyIsMendedFromTheOtherAndReported() {
    IgniteDatasetCatalog catalog = catalog(one);
    List<Row> rows = rows(2_000);
    Manifest manifest = write(catalog, "worn", "job_worn", rows);
    catalog.commit(manifest);
    List<ChunkInfo> chunks = manifest.chunks();
    DamagedCopy.put(one, manifest.key(chunks.get(0)), new byte[] {1, 2, 3});
    byte[] flipped = chunkCache.get(manifest.key(chunks.get(1)));
    flipped[flipped.length / 2] ^= 1;
    DamagedCopy.put(two, manifest.key(chunks.get(1)), flipped);
    DamagedCopy.remove(one, manifest.key(chunks.get(2)));

    for (Ignite node : List.of(one, two)) {
      DatasetReader reader = new DatasetReader(catalog(node), mendingStore(node));
      List<Row> read = new ArrayList<>();
      reader.rows(manifest).forEachRemaining(read::add);
      assertEquals(rows, read, "read on " + node.name());
    }
    for (ChunkInfo chunk : chunks) {
      for (Ignite node : List.of(one, two)) {
        assertNull(
            chunk.problemOf(mendingStore(node).localCopy(manifest.key(chunk)).orElseThrow()));
      }
    }
    List<ChunkRepairRow> reports = repairs(manifest);
    assertEquals(3, reports.size(), reports.toString());
    Map<Integer, ChunkRepairRow> byPart =
        reports.stream().collect(Collectors.toMap(ChunkRepairRow::part, row -> row));
    ChunkRepairRow first = byPart.get(chunks.get(0).partition());
    assertEquals(ChunkRepairRow.Outcome.REPAIRED, first.outcome());
    assertEquals("one", first.damagedOn());
    assertEquals("two", first.mendedFrom());
    assertTrue(first.problem().startsWith("it has 3 bytes"), first.problem());
    assertEquals("two", byPart.get(chunks.get(1).partition()).damagedOn());
    assertTrue(byPart.get(chunks.get(1).partition()).problem().startsWith("its SHA-256 is"));
    assertEquals("one", byPart.get(chunks.get(2).partition()).damagedOn());
  }

  @Test
  void aChunkWithNoGoodCopyStaysCorruptAndIsReportedOnce() {
    IgniteDatasetCatalog catalog = catalog(one);
    Manifest manifest = write(catalog, "gone", "job_gone", rows(100));
    catalog.commit(manifest);
    ChunkInfo chunk = manifest.chunks().get(0);
    chunkCache.put(manifest.key(chunk), new byte[] {1});
    DatasetReader reader = new DatasetReader(catalog, mendingStore(one));
    for (int i = 0; i < 2; i++) {
      NeuroWeaverException e =
          assertThrows(NeuroWeaverException.class, () -> reader.chunk(manifest, chunk));
      assertEquals(ErrorKind.CORRUPT, e.kind());
      assertTrue(e.getMessage().contains(manifest.key(chunk).toString()), e.getMessage());
    }
    List<ChunkRepairRow> reports = repairs(manifest);
    assertEquals(1, reports.size());
    assertEquals(ChunkRepairRow.Outcome.LOST, reports.get(0).outcome());
    assertNull(reports.get(0).mendedFrom());
  }

  private static IgniteChunkStore mendingStore(Ignite node) {
    return new IgniteChunkStore(
        node.cache(IgniteChunkStore.CACHE),
        new ChunkRepair(
            node, new IgniteRecordTable<>(node, ChunkRepairRow.TABLE), Clock.systemUTC()),
        () -> {});
  }

  private static List<ChunkRepairRow> repairs(Manifest manifest) {
    return new IgniteRecordTable<>(two, ChunkRepairRow.TABLE)
        .where(Map.of("tenant", "default", "versionId", manifest.versionId()));
  }

  @Test
  void aBlobOfSeveralPiecesIsPutOnOneNodeAndMaterializedOnTheOther() throws Exception {
    byte[] bytes = new byte[2 * IgniteBlobStore.PIECE + 12_345];
    new SplittableRandom(1).nextBytes(bytes);
    IgniteBlobStore here = new IgniteBlobStore(blobCache, folder.resolve("one/blobs"));
    IgniteBlobStore there =
        new IgniteBlobStore(two.cache(IgniteBlobStore.CACHE), folder.resolve("two/blobs"));
    String sha256 = here.put(bytes);
    assertArrayEquals(bytes, Files.readAllBytes(there.materialize(sha256)));
    assertArrayEquals(bytes, there.get(sha256));
    assertTrue(there.contains(sha256));
    there.remove(sha256);
    assertFalse(here.contains(sha256));
    assertFalse(blobCache.containsKey(sha256 + "/0"));
  }

  @Test
  void blobsWhoseAddressBeginsSoAreRemovedOnAllNodes() throws Exception {
    IgniteBlobStore here = new IgniteBlobStore(blobCache, folder.resolve("one/blobs"));
    IgniteBlobStore there =
        new IgniteBlobStore(two.cache(IgniteBlobStore.CACHE), folder.resolve("two/blobs"));
    byte[] bytes = new byte[IgniteBlobStore.PIECE + 1];
    List<String> gone = IntStream.range(0, 40).mapToObj(i -> "answer-ds_1-" + i).toList();
    for (String address : gone) {
      write(here, address, bytes);
    }
    List<String> kept = List.of("answer-ds_12-0", "answers-ds_1", "answer-ds_1");
    for (String address : kept) {
      write(there, address, bytes);
    }
    String hash = here.put(bytes);
    there.removeAll("answer-ds_1-");
    for (String address : gone) {
      assertFalse(here.contains(address), address);
      assertFalse(blobCache.containsKey(address + "/0"), address);
      assertFalse(blobCache.containsKey(address + "/1"), address);
    }
    for (String address : kept) {
      assertArrayEquals(bytes, here.get(address));
      here.remove(address);
    }
    assertArrayEquals(bytes, here.get(hash));
  }

  private static void write(IgniteBlobStore blobs, String address, byte[] bytes)
      throws IOException {
    try (BlobOutput out = blobs.write(address, bytes.length)) {
      out.write(bytes);
      out.finish();
    }
  }

  @Test
  void anEmptyBlobIsABlob() {
    IgniteBlobStore blobs = new IgniteBlobStore(blobCache, folder.resolve("one/blobs"));
    assertEquals(0, blobs.get(blobs.put(new byte[0])).length);
  }

  @Test
  void aDamagedOrMissingPieceIsCorruption() {
    byte[] bytes = new byte[IgniteBlobStore.PIECE + 5];
    IgniteBlobStore blobs = new IgniteBlobStore(blobCache, folder.resolve("one/blobs"));
    String sha256 = blobs.put(bytes);
    byte[] other = new byte[5];
    Arrays.fill(other, (byte) 1);
    blobCache.put(sha256 + "/1", other);
    assertEquals(
        ErrorKind.CORRUPT,
        assertThrows(NeuroWeaverException.class, () -> blobs.get(sha256)).kind());
    blobCache.remove(sha256 + "/1");
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> blobs.materialize(sha256));
    assertEquals(ErrorKind.CORRUPT, e.kind());
    assertTrue(e.getMessage().contains("piece 1 is missing"), e.getMessage());
  }

  private static IgniteConfiguration node(String name, TcpDiscoveryVmIpFinder addresses) {
    return new IgniteConfiguration()
        .setIgniteInstanceName(name)
        .setConsistentId(name)
        .setWorkDirectory(folder.resolve(name).toString())
        .setLocalHost("127.0.0.1")
        .setSqlConfiguration(new SqlConfiguration().setSqlSchemas(TableDefinition.SCHEMA))
        .setDiscoverySpi(
            new TcpDiscoverySpi().setIpFinder(addresses).setLocalPort(48700).setLocalPortRange(9));
  }

  private static <K, V> CacheConfiguration<K, V> bulk(String name) {
    return new CacheConfiguration<K, V>(name)
        .setGroupName("nw_bulk")
        .setCacheMode(CacheMode.PARTITIONED)
        .setBackups(1)
        .setAtomicityMode(CacheAtomicityMode.ATOMIC)
        .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
        .setAffinity(new RendezvousAffinityFunction(false, PARTITIONS));
  }

  private static IgniteDatasetCatalog catalog(Ignite ignite) {
    return new IgniteDatasetCatalog(
        new IgniteRecordTable<>(ignite, DatasetRow.TABLE),
        new IgniteRecordTable<>(ignite, DatasetVersionRow.TABLE),
        new IgniteRecordTable<>(ignite, DatasetReservationRow.TABLE),
        new IgniteRecordTable<>(ignite, DatasetDisposalRow.TABLE),
        PARTITIONS,
        Clock.systemUTC());
  }

  private static Manifest write(DatasetCatalog catalog, String name, String jobId, List<Row> rows) {
    DatasetCatalog.Reservation reserved = catalog.reserve("default", name, jobId);
    DatasetWriter writer =
        new DatasetWriter(
            new IgniteChunkStore(chunkCache),
            "default",
            reserved.versionId(),
            SCHEMA,
            Partitioning.byOrdinal(PARTITIONS));
    rows.forEach(writer::add);
    return new Manifest(
        "default",
        reserved.datasetId(),
        name,
        reserved.versionId(),
        reserved.version(),
        SCHEMA,
        PARTITIONS,
        null,
        writer.finish(),
        List.of(),
        jobId,
        Instant.EPOCH);
  }

  private static List<Row> rows(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new Row(i, (long) i, "text " + i % 97));
    }
    return rows;
  }
}
