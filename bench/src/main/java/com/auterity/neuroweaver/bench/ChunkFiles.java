package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.bench.SourceFiles.Source;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.BatchSource;
import com.auterity.neuroweaver.datasets.format.DatasetFile;
import com.auterity.neuroweaver.datasets.format.FileFormat;
import com.auterity.neuroweaver.datasets.format.FileOptions;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.schema.ColumnDeclaration;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.ChunkStore;
import com.auterity.neuroweaver.datasets.store.DatasetWriter;
import com.auterity.neuroweaver.datasets.store.Partitioning;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The same load without a grid: the same chunks become files in two folders, each forced to disk.
 * What storing chunks as files could be at best, for comparison with what Ignite's pages and log
 * take.
 */
final class ChunkFiles implements ChunkStore {
  private static final int PARTITIONS = 64;
  private static final int AHEAD = 4;

  private final List<Path> copies;

  private ChunkFiles(Path folder) {
    copies = List.of(folder.resolve("one"), folder.resolve("two"));
  }

  /** Seconds from the first byte read to the last chunk on both disks. */
  static double seconds(Source source, boolean csv, Path folder, int cores)
      throws InterruptedException {
    clear(folder);
    long started = System.nanoTime();
    new ChunkFiles(folder).load(source, csv, cores);
    double seconds = (System.nanoTime() - started) / 1e9;
    clear(folder);
    return seconds;
  }

  private void load(Source source, boolean csv, int cores) throws InterruptedException {
    FileOptions options =
        FileOptions.of(csv ? FileFormat.CSV : FileFormat.PARQUET)
            .withColumns(
                RepairOrders.SCHEMA.columns().stream().map(ColumnDeclaration::of).toList());
    ExecutorService threads = Executors.newFixedThreadPool(cores + 2);
    try (BatchSource file =
        DatasetFile.openBatches(
            List.of(source.file()),
            options,
            BatchSource.Position.BEGINNING,
            new RejectedRows.Kept(0, false))) {
      DatasetWriter writer =
          DatasetWriter.parallel(
              this,
              "bench",
              "v1",
              file.schema(),
              Partitioning.by(file.schema(), "vin", PARTITIONS),
              threads,
              cores + 2);
      Queue<Future<BatchSource.Batch>> ahead = new ArrayDeque<>();
      BatchSource.Piece piece = file.next();
      while (piece != null || !ahead.isEmpty()) {
        while (piece != null && ahead.size() < AHEAD) {
          ahead.add(threads.submit(piece));
          piece = file.next();
        }
        writer.add(ahead.remove().get().rows());
      }
      writer.finish();
      if (writer.rows() != source.rows()) {
        throw new NeuroWeaverException(
            ErrorKind.INTERNAL, writer.rows() + " rows of " + source.rows() + " were written");
      }
    } catch (ExecutionException e) {
      throw NeuroWeaverException.unchecked(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  @Override
  public void put(ChunkKey key, byte[] chunk) {
    try {
      for (Path copy : copies) {
        Path path = path(copy, key);
        Files.createDirectories(path.getParent());
        try (FileChannel out =
            FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
          ByteBuffer bytes = ByteBuffer.wrap(chunk);
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
          out.force(false);
        }
      }
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE, "chunk " + key + " cannot be written: " + e.getMessage());
    }
  }

  @Override
  public byte[] get(ChunkKey key) {
    try {
      return Files.readAllBytes(path(copies.get(0), key));
    } catch (IOException e) {
      throw NeuroWeaverException.notFound("there is no chunk " + key);
    }
  }

  @Override
  public boolean contains(ChunkKey key) {
    return Files.exists(path(copies.get(0), key));
  }

  @Override
  public void remove(ChunkKey key) {
    try {
      for (Path copy : copies) {
        Files.deleteIfExists(path(copy, key));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path path(Path copy, ChunkKey key) {
    return copy.resolve(Integer.toString(key.partition()))
        .resolve(Integer.toString(key.sequence()));
  }

  private static void clear(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
