package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.BatchSource.Position;
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
import java.util.Optional;

/**
 * Commits now and then how far a load is, so that a run after a crash goes on there. A row that is
 * read again although it is stored is left out by the writer; nothing is stored twice.
 */
final class LoadCheckpoints {
  private final JobContext context;
  private final long fileBytes;
  private final long fileModified;
  private final LoadUnderWay before;
  private final Duration between;
  private final Deque<Begun> begun = new ArrayDeque<>();
  private long step;
  private long last = System.nanoTime();

  /** The state of affairs before a piece. */
  private record Begun(
      Position start, Map<String, Long> rejected, List<RejectedRows.Rejection> firstRejected) {}

  private LoadCheckpoints(
      JobContext context,
      long fileBytes,
      long fileModified,
      LoadUnderWay before,
      Duration between) {
    this.context = context;
    this.fileBytes = fileBytes;
    this.fileModified = fileModified;
    this.before = before;
    this.between = between;
    this.step = context.lastCommit().map(JobContext.Commit::step).orElse(0L);
  }

  /**
   * @param before of an earlier run; another file at the path since then is read from its beginning
   */
  static LoadCheckpoints of(
      JobContext context, Path file, Optional<LoadUnderWay> before, Duration between) {
    try {
      long bytes = Files.size(file);
      long modified = Files.getLastModifiedTime(file).toMillis();
      return new LoadCheckpoints(
          context,
          bytes,
          modified,
          before
              .filter(found -> found.fileBytes() == bytes && found.fileModified() == modified)
              .orElse(null),
          between);
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.NOT_FOUND, "path: " + file + " cannot be read: " + e.getMessage(), Map.of(), e);
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
    begun.add(new Begun(start, rejected.counts(), rejected.first()));
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
                from.start(),
                from.rejected(),
                from.firstRejected(),
                writer.stored()),
            null));
    last = System.nanoTime();
  }

  void loaded(Loaded loaded) {
    commit(new LoadState(null, loaded));
  }

  /** The chunks will be removed: a later run begins at the beginning. */
  void forget() {
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
