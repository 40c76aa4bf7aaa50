package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Knows loads again by their keys. A key of a dataset is claimed before anything is stored, and
 * stands for the claimed version once that is committed.
 */
public final class LoadKeys {
  private final RecordTable<LoadKeyRow> claims;
  private final Predicate<String> jobIsOver;
  private final Clock clock;

  /**
   * @param jobIsOver whether the job of this id has ended and will not run again
   */
  public LoadKeys(RecordTable<LoadKeyRow> claims, Predicate<String> jobIsOver, Clock clock) {
    this.claims = claims;
    this.jobIsOver = jobIsOver;
    this.clock = clock;
  }

  /**
   * Claims the key for this job; or the version an earlier load with it made of the same bytes.
   *
   * @throws NeuroWeaverException CONFLICT when the key stands for other bytes, or another job is
   *     loading with it now
   */
  Optional<Manifest> claim(JobContext context, String name, String key, String contentSha256) {
    while (true) {
      Optional<LoadKeyRow> found = claims.get(context.tenant(), name, key);
      if (found.isPresent()) {
        LoadKeyRow first = found.get();
        Optional<Manifest> made =
            first.jobId().equals(context.jobId())
                ? Optional.empty()
                : context.datasets().find(context.tenant(), first.versionId());
        if (made.isPresent()) {
          if (!first.contentSha256().equals(contentSha256)) {
            throw refused(
                name,
                key,
                "stands for version "
                    + made.get().version()
                    + ", made of other bytes (SHA-256 "
                    + first.contentSha256()
                    + ", these have "
                    + contentSha256
                    + "); give these another key");
          }
          return made;
        }
        if (!first.jobId().equals(context.jobId()) && !jobIsOver.test(first.jobId())) {
          throw refused(
              name, key, "is being loaded by job " + first.jobId() + "; wait until it has ended");
        }
      }
      LoadKeyRow mine =
          new LoadKeyRow(
              context.tenant(),
              name,
              key,
              contentSha256,
              context.datasets().reserve(context.tenant(), name, context.jobId()).versionId(),
              context.jobId(),
              clock.instant().truncatedTo(ChronoUnit.MICROS));
      boolean claimed =
          found.isEmpty()
              ? claims.insert(mine)
              : claims
                  .update(row -> row.equals(found.get()) ? mine : row, context.tenant(), name, key)
                  .filter(mine::equals)
                  .isPresent();
      if (claimed) {
        return Optional.empty();
      }
    }
  }

  private static NeuroWeaverException refused(String name, String key, String why) {
    return new NeuroWeaverException(
        ErrorKind.CONFLICT,
        "key: " + key + " of dataset " + name + " " + why,
        Map.of("field", "key", "dataset", name, "key", key));
  }
}
