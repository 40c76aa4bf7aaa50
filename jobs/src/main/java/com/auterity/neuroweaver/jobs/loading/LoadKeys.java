package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
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
            first.jobId().equals(context.jobId()) ? Optional.empty() : madeBy(context, first);
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
      Reservation reserved = context.datasets().reserve(context.tenant(), name, context.jobId());
      LoadKeyRow mine =
          new LoadKeyRow(
              context.tenant(),
              name,
              key,
              contentSha256,
              reserved.versionId(),
              reserved.version(),
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

  /**
   * The version a load with the key made, or what took its number when rows were erased from it:
   * loading the file again would bring them back.
   *
   * @throws NeuroWeaverException CONFLICT when the version was retired
   */
  private static Optional<Manifest> madeBy(JobContext context, LoadKeyRow first) {
    DatasetCatalog datasets = context.datasets();
    Optional<Manifest> made =
        datasets
            .find(context.tenant(), first.versionId())
            .or(
                () ->
                    datasets
                        .find(context.tenant(), first.name() + "@" + first.version())
                        .filter(version -> version.jobId().equals(first.jobId())));
    if (made.isEmpty() && isDisposed(context, first)) {
      throw refused(
          first.name(),
          first.loadKey(),
          "stands for version "
              + first.version()
              + ", which was retired; to load these bytes again give another key, or none");
    }
    return made;
  }

  private static boolean isDisposed(JobContext context, LoadKeyRow first) {
    try {
      context.datasets().get(context.tenant(), first.versionId());
      return false;
    } catch (NeuroWeaverException e) {
      return e.details().containsKey(DatasetCatalog.DISPOSAL);
    }
  }

  private static NeuroWeaverException refused(String name, String key, String why) {
    return new NeuroWeaverException(
        ErrorKind.CONFLICT,
        "key: " + key + " of dataset " + name + " " + why,
        Map.of("field", "key", "dataset", name, "key", key));
  }
}
