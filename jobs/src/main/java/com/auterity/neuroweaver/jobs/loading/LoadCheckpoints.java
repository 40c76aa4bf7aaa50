package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.BatchSource.Position;
import com.auterity.neuroweaver.datasets.format.RejectFile;
import com.auterity.neuroweaver.datasets.format.RejectedRows;
import com.auterity.neuroweaver.datasets.store.DatasetWriter;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Commits now and then how far a load is, so that a run after a crash goes on there. A row that is
 * read again although it is stored is left out by the writer; nothing is stored twice.
 */
final class LoadCheckpoints implements AutoCloseable {
  private final JobContext context;
  private final long fileBytes;
  private final long fileModified;
  private final String newest;
  private final RejectFile rejects;
  private final LoadUnderWay before;
  private final Duration between;
  private final Deque<Begun> begun = new ArrayDeque<>();
  private long step;
  private long last = System.nanoTime();

  /** The state of affairs before a piece. */
  private record Begun(
      Position start,
      long rejectBytes,
      Map<String, Long> rejected,
      List<RejectedRows.Rejection> firstRejected) {}

  private LoadCheckpoints(
      JobContext context,
      long fileBytes,
      long fileModified,
      String newest,
      RejectFile rejects,
      LoadUnderWay before,
      Duration between) {
    this.newest = newest;
    this.rejects = rejects;
    this.context = context;
    this.fileBytes = fileBytes;
    this.fileModified = fileModified;
    this.before = before;
    this.between = between;
    this.step = context.lastCommit().map(JobContext.Commit::step).orElse(0L);
  }

  /**
   * @param newest version the dataset has now, or null
   * @param rejects where rejected rows go, or null
   * @param before of an earlier run; other files, another newest version or a lost draft of the
   *     rejects since then, and all is read from the beginning
   */
  static LoadCheckpoints of(
      JobContext context,
      List<Path> files,
      String newest,
      Path rejects,
      Optional<LoadUnderWay> before,
      Duration between) {
    try {
      long bytes = 0;
      long modified = 0;
      for (Path file : files) {
        bytes += Files.size(file);
        modified = Math.max(modified, Files.getLastModifiedTime(file).toMillis());
      }
      long drafted = rejects == null ? 0 : RejectFile.drafted(rejects, context.jobId());
      LoadUnderWay usable = before.orElse(null);
      if (usable != null
          && (usable.fileBytes() != bytes
              || usable.fileModified() != modified
              || usable.rejectBytes() > drafted
              || !Objects.equals(usable.newest(), newest))) {
        usable = null;
      }
      return new LoadCheckpoints(
          context,
          bytes,
          modified,
          newest,
          rejects == null
              ? null
              : RejectFile.open(
                  rejects, context.jobId(), usable == null ? 0 : usable.rejectBytes()),
          usable,
          between);
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.NOT_FOUND,
          "path: " + files + " cannot be read: " + e.getMessage(),
          Map.of(),
          e);
    }
  }

  Position resumeAt() {
    return before == null ? Position.BEGINNING : before.resumeAt();
  }

  /** Sets writer and rejections to what they were at {@link #resumeAt()}. */
  void resume(DatasetWriter writer, RejectedRows rejected) {
    if (before != null) {
      writer.resume(before.partitions());
      rejected.restore(before.rejected(), before.firstRejected());
    }
  }

  /** The rows of a piece come next. */
  void begin(Position start, RejectedRows rejected) {
    long bytes = rejects == null ? 0 : rejects.size();
    begun.add(new Begun(start, bytes, rejected.counts(), rejected.first()));
  }

  /** Commits how far the load is when that was not done for a while. */
  void take(DatasetWriter writer) {
    if (System.nanoTime() - last < between.toNanos()) {
      return;
    }
    long wanted = writer.firstNotStored();
    while (begun.size() > 1 && second().start().records() <= wanted) {
      begun.remove();
    }
    Begun from = begun.element();
    commit(
        new LoadState(
            new LoadUnderWay(
                fileBytes,
                fileModified,
                newest,
                from.rejectBytes(),
                from.start(),
                from.rejected(),
                from.firstRejected(),
                writer.stored()),
            null));
    last = System.nanoTime();
  }

  /** Writes the rejected rows of a piece to their file. */
  void rejected(RejectedRows rejected) {
    if (rejects != null) {
      rejects.add(rejected);
    }
  }

  /** All rejected rows are known: their file gets its name. */
  void publishRejected() {
    if (rejects != null) {
      rejects.publish();
    }
  }

  /** Closes the draft of the rejected rows, which a later run goes on with. */
  @Override
  public void close() {
    if (rejects != null) {
      rejects.close();
    }
  }

  void loaded(Loaded loaded) {
    commit(new LoadState(null, loaded));
  }

  /** The chunks will be removed: a later run begins at the beginning. */
  void forget() {
    if (rejects != null) {
      rejects.discard();
    }
    if (step > 0) {
      commit(new LoadState(null, null));
    }
  }

  private Begun second() {
    Iterator<Begun> all = begun.iterator();
    all.next();
    return all.next();
  }

  private void commit(LoadState state) {
    context.commit(++step, RecordCodec.encode(state));
  }
}
