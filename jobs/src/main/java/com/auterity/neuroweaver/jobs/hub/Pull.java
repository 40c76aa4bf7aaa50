package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Fetches a repository's files into a folder that is either absent or complete. Until then they lie
 * in a hidden folder beside it ({@code .NAME.partial}): verified files under {@code files}, begun
 * ones under {@code parts}; an interrupted pull goes on from there. A lock in it keeps a second
 * pull out.
 */
final class Pull {
  private static final int PARALLEL = 3;

  private final HubHttp http;
  private final Surroundings surroundings;
  private final Consumer<String> lines;

  Pull(HubHttp http, Surroundings surroundings, Consumer<String> lines) {
    this.http = http;
    this.surroundings = surroundings;
    this.lines = lines;
  }

  PullResult run(HubRepository repository, Path folder, List<String> globs)
      throws InterruptedException {
    Path target = folder.toAbsolutePath().normalize();
    if (target.getFileName() == null) {
      throw NeuroWeaverException.invalid(folder + " is no folder that a model could be put into");
    }
    HubListing listing = HubListing.read(http, repository);
    List<HubFile> files = FileSelection.of(repository, listing.files(), globs);
    RepositoryPath.checkTogether(files.stream().map(HubFile::path).toList());
    for (HubFile file : files) {
      RepositoryPath.below(target, file.path());
    }
    long total = total(repository, files);
    if (Files.exists(target)) {
      checkThere(repository, target, files);
      lines.accept("%s is there already, complete".formatted(target));
      return new PullResult(target, listing.commit(), files.size(), total, 0);
    }
    Path partial = target.resolveSibling("." + target.getFileName() + ".partial");
    try {
      Files.createDirectories(partial);
      try (FileChannel channel =
          FileChannel.open(
              partial.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        lock(channel, target);
        long fetched = fetch(repository, listing, files, total, partial);
        Files.move(partial.resolve("files"), target, StandardCopyOption.ATOMIC_MOVE);
        delete(partial, Set.of());
        lines.accept(
            "%s: %d files, %s, commit %s, in %s"
                .formatted(
                    repository, files.size(), TransferLines.size(total), listing.commit(), target));
        return new PullResult(target, listing.commit(), files.size(), total, fetched);
      }
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "cannot write %s: %s".formatted(target, e.toString()),
          Map.of("folder", target.toString()),
          e);
    }
  }

  private static long total(HubRepository repository, List<HubFile> files) {
    long total = 0;
    for (HubFile file : files) {
      if (file.size() > Long.MAX_VALUE - total) {
        throw HubHttp.lie(repository.toString(), "files of more bytes than can be counted");
      }
      total += file.size();
    }
    return total;
  }

  /** A folder that stands there already is left as it is: it is what was asked for, or an error. */
  private static void checkThere(HubRepository repository, Path target, List<HubFile> files)
      throws InterruptedException {
    for (HubFile file : files) {
      Path there = RepositoryPath.below(target, file.path());
      if (!holds(there, file)) {
        throw new NeuroWeaverException(
            ErrorKind.CONFLICT,
            "%s is there already, but its %s is not that of %s; remove the folder or choose another"
                .formatted(target, file.path(), repository),
            Map.of("folder", target.toString(), "file", file.path()));
      }
    }
  }

  private static boolean holds(Path there, HubFile file) throws InterruptedException {
    try {
      return Files.isRegularFile(there)
          && Files.size(there) == file.size()
          && file.hash().of(there).equals(file.hex());
    } catch (IOException e) {
      return false;
    }
  }

  /** Holds until the channel is closed. */
  private static void lock(FileChannel channel, Path target) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT, "another pull into %s is at work".formatted(target));
    }
  }

  private long fetch(
      HubRepository repository, HubListing listing, List<HubFile> files, long total, Path partial)
      throws IOException, InterruptedException {
    Path complete = Files.createDirectories(partial.resolve("files"));
    Path parts = Files.createDirectories(partial.resolve("parts"));
    Set<Path> kept = new HashSet<>();
    for (HubFile file : files) {
      kept.add(RepositoryPath.below(complete, file.path()));
      Path part = part(parts, file);
      kept.add(part);
      kept.add(FileDownload.tagOf(part));
    }
    // What an earlier pull of another revision or selection left would become part of the folder.
    delete(complete, kept);
    delete(parts, kept);
    Files.createDirectories(complete);
    Files.createDirectories(parts);

    TransferLines told = new TransferLines(surroundings.clock(), lines, "fetched", total);
    List<HubFile> missing = new ArrayList<>();
    long needed = 0;
    for (HubFile file : files) {
      Path part = part(parts, file);
      if (holds(RepositoryPath.below(complete, file.path()), file)) {
        told.had(file.size());
      } else {
        missing.add(file);
        needed += Math.max(0, file.size() - (Files.exists(part) ? Files.size(part) : 0));
      }
    }
    long usable = surroundings.usableSpace().applyAsLong(partial);
    if (needed > usable) {
      throw new NeuroWeaverException(
          ErrorKind.TOO_LARGE,
          "%s needs %s more in %s, where %s are free"
              .formatted(
                  repository,
                  TransferLines.size(needed),
                  partial.getParent(),
                  TransferLines.size(usable)),
          Map.of("needed_bytes", needed, "usable_bytes", usable));
    }
    lines.accept(
        "%s: %d files, %s, to fetch %s"
            .formatted(
                repository, files.size(), TransferLines.size(total), TransferLines.size(needed)));
    List<FileDownload> downloads = new ArrayList<>();
    for (HubFile file : missing) {
      downloads.add(
          new FileDownload(
              http,
              surroundings,
              repository,
              listing.commit(),
              file,
              part(parts, file),
              RepositoryPath.below(complete, file.path()),
              told));
    }
    inParallel(downloads);
    return told.bytesMoved();
  }

  /** The first failure, or an interrupt, stops all; nothing is at work any more on return. */
  private static void inParallel(List<FileDownload> downloads) throws InterruptedException {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            PARALLEL,
            work -> {
              Thread thread = new Thread(work, "hub-pull");
              thread.setDaemon(true);
              return thread;
            });
    try {
      CompletionService<Void> running = new ExecutorCompletionService<>(threads);
      for (FileDownload download : downloads) {
        running.submit(
            () -> {
              download.run();
              return null;
            });
      }
      for (int i = 0; i < downloads.size(); i++) {
        running.take().get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NeuroWeaverException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
      awaitEnd(threads);
    }
  }

  private static void awaitEnd(ExecutorService threads) {
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Named for path and content: a part of other content is never gone on with. */
  private static Path part(Path parts, HubFile file) {
    String identity = file.path() + "\n" + file.hex();
    return parts.resolve(Sha256.hex(identity.getBytes(StandardCharsets.UTF_8)));
  }

  /** Deletes a folder but for these files; a link is removed, not followed. */
  private static void delete(Path folder, Set<Path> kept) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!kept.contains(file) || attributes.isSymbolicLink()) {
              Files.delete(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            try (var rest = Files.list(visited)) {
              if (rest.findAny().isPresent()) {
                return FileVisitResult.CONTINUE;
              }
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
