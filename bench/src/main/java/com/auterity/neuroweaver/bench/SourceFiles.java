package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.datasets.format.ParquetRowWriter;
import com.auterity.neuroweaver.datasets.schema.Row;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/**
 * Files of generated repair orders in a folder, made when they are first asked for and kept. The
 * same seed and size give the same bytes, whatever the number of threads; the Parquet file of a
 * size has the rows of its CSV file.
 */
final class SourceFiles {
  /** Changes when other rows are generated, so that nobody measures old ones. */
  private static final int FORM = 1;

  private final Path folder;
  private final long seed;
  private final int threads;

  /** A file and what is in it. */
  record Source(Path file, long rows, long bytes) {
    double megabytes() {
      return bytes / 1e6;
    }
  }

  SourceFiles(Path folder, long seed, int threads) {
    this.folder = folder;
    this.seed = seed;
    this.threads = threads;
  }

  /** A CSV file of so many mebibytes, to the end of the row that reaches them. */
  Source csv(int mebibytes) throws InterruptedException {
    Path file = file(mebibytes, "csv");
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(folder);
        Path partial = partial(file);
        long rows = writeCsv(partial, (long) mebibytes << 20);
        Files.writeString(file(mebibytes, "rows"), Long.toString(rows));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return new Source(file, rows(mebibytes), Files.size(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The rows of {@link #csv} as a zstd-compressed Parquet file. */
  Source parquet(int mebibytes) throws InterruptedException {
    long rows = csv(mebibytes).rows();
    Path file = file(mebibytes, "parquet");
    try {
      if (!Files.exists(file)) {
        Path partial = partial(file);
        writeParquet(partial, rows);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return new Source(file, rows, Files.size(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(int mebibytes, String ending) {
    return folder.resolve(
        "repair-orders-v%d-seed%d-%dmb.%s".formatted(FORM, seed, mebibytes, ending));
  }

  private static Path partial(Path file) {
    return file.resolveSibling(file.getFileName() + ".partial");
  }

  private long rows(int mebibytes) throws IOException {
    return Long.parseLong(Files.readString(file(mebibytes, "rows")).strip());
  }

  private long writeCsv(Path file, long size) throws IOException, InterruptedException {
    RepairOrders orders = new RepairOrders(seed);
    long[] rows = {0};
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      byte[] header = RepairOrders.header();
      out.write(header);
      long[] left = {size - header.length};
      inOrder(
          block -> {
            CsvSink csv = new CsvSink();
            orders.block(block, csv);
            return csv;
          },
          csv -> {
            int taken = csv.rows();
            if (csv.length() >= left[0]) {
              taken = 1;
              while (csv.endOf(taken - 1) < left[0]) {
                taken++;
              }
            }
            int bytes = csv.endOf(taken - 1);
            out.write(csv.bytes(), 0, bytes);
            rows[0] += taken;
            left[0] -= bytes;
            return left[0] > 0;
          });
    }
    return rows[0];
  }

  private void writeParquet(Path file, long rows) throws IOException, InterruptedException {
    RepairOrders orders = new RepairOrders(seed);
    int width = RepairOrders.SCHEMA.columns().size();
    long[] left = {rows};
    try (ParquetRowWriter writer =
        new ParquetRowWriter(file, RepairOrders.SCHEMA, ParquetRowWriter.Compression.ZSTD)) {
      inOrder(
          block -> {
            TypedRows typed = new TypedRows(width, block * RepairOrders.BLOCK);
            orders.block(block, typed);
            return typed.rows();
          },
          (List<Row> typed) -> {
            int taken = (int) Math.min(left[0], typed.size());
            for (Row row : typed.subList(0, taken)) {
              writer.write(row);
            }
            left[0] -= taken;
            return left[0] > 0;
          });
    }
  }

  /** Takes a block; false when it wants no more. */
  private interface Writer<T> {
    boolean write(T block) throws IOException;
  }

  /** Blocks are made by all threads, a few ahead, and written by this one in their order. */
  private <T> void inOrder(LongFunction<T> maker, Writer<T> writer)
      throws IOException, InterruptedException {
    ExecutorService makers = Executors.newFixedThreadPool(threads);
    Queue<Future<T>> ahead = new ArrayDeque<>();
    long next = 0;
    try {
      boolean more = true;
      while (more) {
        while (ahead.size() < 2 * threads) {
          long block = next++;
          ahead.add(makers.submit(() -> maker.apply(block)));
        }
        more = writer.write(ahead.remove().get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a block of rows could not be made", e.getCause());
    } finally {
      makers.shutdownNow();
    }
  }
}
