package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The catalog over four tables. A version becomes visible by one insert of its DATASET_VERSION row
 * under the next free number; numbers therefore have no gaps, and no transaction is needed. A
 * version that ends leaves its number to a row without a manifest, or to the version that replaces
 * it.
 */
abstract class TableDatasetCatalog implements DatasetCatalog, VersionDisposal {
  private static final String DATASET_PREFIX = "ds_";
  private static final String VERSION_PREFIX = "dsv_";

  private final RecordTable<DatasetRow> datasets;
  private final RecordTable<DatasetVersionRow> versions;
  private final RecordTable<DatasetReservationRow> reservations;
  private final RecordTable<DatasetDisposalRow> disposals;
  private final int partitions;
  private final Clock clock;

  TableDatasetCatalog(
      RecordTable<DatasetRow> datasets,
      RecordTable<DatasetVersionRow> versions,
      RecordTable<DatasetReservationRow> reservations,
      RecordTable<DatasetDisposalRow> disposals,
      int partitions,
      Clock clock) {
    this.datasets = datasets;
    this.versions = versions;
    this.reservations = reservations;
    this.disposals = disposals;
    this.partitions = partitions;
    this.clock = clock;
  }

  @Override
  public int partitions() {
    return partitions;
  }

  @Override
  public Reservation reserve(String tenant, String name, String jobId) {
    DatasetNames.check(name);
    if (jobId.isEmpty()) {
      throw new IllegalArgumentException("a reservation is on behalf of a job");
    }
    Optional<DatasetReservationRow> before = reservations.get(tenant, name, jobId);
    if (before.isPresent()) {
      return reservation(before.get());
    }
    String datasetId = datasetId(tenant, name);
    DatasetReservationRow row =
        new DatasetReservationRow(
            tenant,
            name,
            jobId,
            datasetId,
            newId(VERSION_PREFIX),
            1 + newest(versionRows(tenant, datasetId)).map(DatasetVersionRow::version).orElse(0),
            now());
    if (reservations.insert(row)) {
      return reservation(row);
    }
    // Another coordinator of the same job was faster: its ids hold.
    return reservation(reservations.get(tenant, name, jobId).orElseThrow());
  }

  @Override
  public void commit(Manifest manifest) {
    DatasetReservationRow reserved =
        reservations
            .get(manifest.tenant(), manifest.name(), manifest.jobId())
            .filter(row -> row.versionId().equals(manifest.versionId()))
            .orElseThrow(
                () ->
                    new NeuroWeaverException(
                        ErrorKind.CONFLICT,
                        "version "
                            + manifest.versionId()
                            + " of dataset "
                            + manifest.name()
                            + " was never reserved for job "
                            + manifest.jobId()));
    if (!reserved.datasetId().equals(manifest.datasetId()) || manifest.partitions() != partitions) {
      throw new IllegalArgumentException(
          "the manifest of "
              + manifest.versionId()
              + " does not fit its reservation: dataset "
              + manifest.datasetId()
              + ", partitions "
              + manifest.partitions());
    }
    if (isGone(manifest.tenant(), manifest.versionId())) {
      // The job that made it commits again after a crash, and it was disposed of in between.
      return;
    }
    // Every version numbered from firstVersion on was committed after the reservation, so this walk
    // meets our own row if it is there, and otherwise ends by inserting it.
    int version = reserved.firstVersion();
    while (true) {
      DatasetVersionRow row = DatasetVersionRow.of(numbered(manifest, version));
      if (versions.insert(row)) {
        break;
      }
      DatasetVersionRow found =
          versions.get(manifest.tenant(), manifest.datasetId(), version).orElseThrow();
      if (found.versionId().equals(manifest.versionId())) {
        break;
      }
      version++;
    }
    refreshDataset(manifest.tenant(), manifest.datasetId());
  }

  @Override
  public Optional<Manifest> find(String tenant, String reference) {
    return findRow(tenant, reference)
        .filter(DatasetVersionRow::isLive)
        .map(DatasetVersionRow::toManifest);
  }

  @Override
  public Manifest get(String tenant, String reference) {
    return find(tenant, reference)
        .orElseThrow(
            () -> {
              Optional<DatasetDisposalRow> gone =
                  findRow(tenant, reference)
                      .map(DatasetVersionRow::versionId)
                      .or(() -> Optional.of(reference))
                      .flatMap(id -> disposals.get(tenant, id));
              if (gone.isPresent()) {
                return new NeuroWeaverException(
                    ErrorKind.NOT_FOUND,
                    gone.get().epitaph(),
                    Map.of("dataset", reference, DISPOSAL, gone.get().reason().name()));
              }
              List<String> names = list(tenant).stream().map(Manifest::name).toList();
              return new NeuroWeaverException(
                  ErrorKind.NOT_FOUND,
                  "there is no dataset "
                      + reference
                      + "; "
                      + (names.isEmpty()
                          ? "no dataset has been loaded yet"
                          : "there are " + String.join(", ", names)),
                  Map.of("dataset", reference));
            });
  }

  @Override
  public List<Manifest> list(String tenant) {
    Map<String, DatasetVersionRow> newest = new TreeMap<>();
    for (DatasetVersionRow row : liveRows(tenant)) {
      newest.merge(row.name(), row, (a, b) -> a.version() > b.version() ? a : b);
    }
    return newest.values().stream().map(DatasetVersionRow::toManifest).toList();
  }

  @Override
  public List<Manifest> versions(String tenant, String datasetId) {
    return versionRows(tenant, datasetId).stream()
        .filter(DatasetVersionRow::isLive)
        .sorted(Comparator.comparingInt(DatasetVersionRow::version).reversed())
        .map(DatasetVersionRow::toManifest)
        .toList();
  }

  /**
   * Removes the chunks of versions that were reserved and never committed, once their job is over,
   * and the reservations with them.
   *
   * @param jobIsOver whether the job of this id has ended and will not run again
   * @return how many chunks were removed
   */
  public int collectGarbage(String tenant, ChunkStore chunks, Predicate<String> jobIsOver) {
    int removed = 0;
    for (DatasetReservationRow row : reservations.where(Map.of("tenant", tenant))) {
      if (row.jobId().isEmpty() || !jobIsOver.test(ReplacementOf.job(row.jobId()))) {
        continue;
      }
      if (versions.where(Map.of("tenant", tenant, "versionId", row.versionId())).isEmpty()) {
        // What was committed and replaced later may still lend its chunks to what replaced it.
        if (!isGone(tenant, row.versionId())) {
          removed += removeUncommitted(tenant, chunks, row);
        }
        reservations.remove(tenant, row.name(), row.jobId());
      }
    }
    return removed;
  }

  private int removeUncommitted(String tenant, ChunkStore chunks, DatasetReservationRow row) {
    Optional<String> replaced = ReplacementOf.version(row.jobId());
    if (replaced.isEmpty()) {
      return ChunkVersions.remove(chunks, tenant, row.versionId(), partitions);
    }
    // A replacement rewrites some chunks only, under the sequences they had.
    int removed = 0;
    for (ChunkInfo chunk : find(tenant, replaced.get()).map(Manifest::chunks).orElse(List.of())) {
      ChunkKey key = new ChunkKey(tenant, row.versionId(), chunk.partition(), chunk.sequence());
      if (chunks.contains(key)) {
        chunks.remove(key);
        removed++;
      }
    }
    return removed;
  }

  @Override
  public List<Manifest> live(String tenant) {
    return liveRows(tenant).stream().map(DatasetVersionRow::toManifest).toList();
  }

  @Override
  public List<DatasetDisposalRow> disposals(String tenant) {
    return disposals.where(Map.of("tenant", tenant));
  }

  @Override
  public boolean retire(Manifest version, String detail, String jobId) {
    disposals.insert(
        DatasetDisposalRow.of(
            version, DatasetDisposalRow.Reason.RETIRED, null, detail, jobId, now()));
    Optional<DatasetVersionRow> now =
        versions.update(
            row ->
                row.isLive() && row.versionId().equals(version.versionId()) ? row.retired() : row,
            version.tenant(),
            version.datasetId(),
            version.version());
    boolean done = now.filter(row -> row.versionId().equals(version.versionId())).isPresent();
    settle(version, done);
    return done;
  }

  @Override
  public String reserveReplacement(Manifest version, String jobId) {
    return reserve(
            version.tenant(), version.name(), ReplacementOf.owner(jobId, version.versionId()))
        .versionId();
  }

  @Override
  public boolean replace(Manifest version, Manifest next, String detail, String jobId) {
    if (!next.datasetId().equals(version.datasetId()) || next.version() != version.version()) {
      throw new IllegalArgumentException(next.versionId() + " cannot stand for " + version);
    }
    disposals.insert(
        DatasetDisposalRow.of(
            version, DatasetDisposalRow.Reason.ERASED, next.versionId(), detail, jobId, now()));
    DatasetVersionRow replacement = DatasetVersionRow.of(next);
    Optional<DatasetVersionRow> now =
        versions.update(
            row -> row.isLive() && row.versionId().equals(version.versionId()) ? replacement : row,
            version.tenant(),
            version.datasetId(),
            version.version());
    boolean done = now.filter(row -> row.versionId().equals(next.versionId())).isPresent();
    settle(version, done);
    return done;
  }

  /** What did not happen leaves no record; what did, shows in DATASET. */
  private void settle(Manifest version, boolean done) {
    if (!done) {
      disposals
          .get(version.tenant(), version.versionId())
          .filter(row -> find(version.tenant(), row.versionId()).isPresent())
          .ifPresent(row -> disposals.remove(row.tenant(), row.versionId()));
    }
    refreshDataset(version.tenant(), version.datasetId());
  }

  @Override
  public int removeChunks(String tenant, ChunkStore chunks) {
    int removed = 0;
    for (DatasetDisposalRow gone :
        disposals.where(Map.of("tenant", tenant, "state", DatasetDisposalRow.State.DISPOSING))) {
      if (find(tenant, gone.versionId()).isPresent()) {
        continue;
      }
      Manifest manifest = RecordCodec.decode(gone.manifest(), Manifest.class);
      Set<ChunkKey> lent = new HashSet<>();
      lender(gone).ifPresent(by -> by.chunks().forEach(chunk -> lent.add(by.key(chunk))));
      for (ChunkInfo chunk : manifest.chunks()) {
        if (!lent.contains(manifest.key(chunk))) {
          chunks.remove(manifest.key(chunk));
          removed++;
        }
      }
      removed += DerivedBytes.remove(chunks, tenant, gone.versionId(), partitions);
      disposals.update(DatasetDisposalRow::disposed, tenant, gone.versionId());
    }
    return removed;
  }

  /** The manifest that stands under a gone version's number now, and may use chunks of it. */
  private Optional<Manifest> lender(DatasetDisposalRow gone) {
    return versions
        .get(gone.tenant(), gone.datasetId(), gone.version())
        .filter(DatasetVersionRow::isLive)
        .map(DatasetVersionRow::toManifest);
  }

  private boolean isGone(String tenant, String versionId) {
    return disposals.get(tenant, versionId).isPresent()
        && versions.where(Map.of("tenant", tenant, "versionId", versionId)).stream()
            .noneMatch(DatasetVersionRow::isLive);
  }

  private List<DatasetVersionRow> liveRows(String tenant) {
    return versions.where(Map.of("tenant", tenant)).stream()
        .filter(DatasetVersionRow::isLive)
        .toList();
  }

  private Optional<DatasetVersionRow> findRow(String tenant, String reference) {
    if (reference.startsWith(VERSION_PREFIX)) {
      return newest(versions.where(Map.of("tenant", tenant, "versionId", reference)));
    }
    if (reference.startsWith(DATASET_PREFIX)) {
      return newestLive(versionRows(tenant, reference));
    }
    int at = reference.lastIndexOf('@');
    String name = at < 0 ? reference : reference.substring(0, at);
    List<DatasetVersionRow> named = versions.where(Map.of("tenant", tenant, "name", name));
    if (at < 0) {
      return newestLive(named);
    }
    String number = reference.substring(at + 1);
    return named.stream().filter(row -> String.valueOf(row.version()).equals(number)).findFirst();
  }

  private List<DatasetVersionRow> versionRows(String tenant, String datasetId) {
    return versions.where(Map.of("tenant", tenant, "datasetId", datasetId));
  }

  private static Optional<DatasetVersionRow> newestLive(List<DatasetVersionRow> rows) {
    return newest(rows.stream().filter(DatasetVersionRow::isLive).toList());
  }

  private static Optional<DatasetVersionRow> newest(List<DatasetVersionRow> rows) {
    return rows.stream().max(Comparator.comparingInt(DatasetVersionRow::version));
  }

  /** The name's dataset id, given out at the first reservation. */
  private String datasetId(String tenant, String name) {
    DatasetReservationRow row =
        new DatasetReservationRow(tenant, name, "", newId(DATASET_PREFIX), "", 1, now());
    return reservations.insert(row)
        ? row.datasetId()
        : reservations.get(tenant, name, "").orElseThrow().datasetId();
  }

  /** Makes the DATASET row say what the version rows say; whoever changes these calls it. */
  private void refreshDataset(String tenant, String datasetId) {
    while (true) {
      Optional<DatasetVersionRow> newest = newestLive(versionRows(tenant, datasetId));
      if (newest.isEmpty()) {
        datasets.remove(tenant, datasetId);
      } else {
        write(newest.get());
      }
      // Another commit may have come between, whose own refresh was faster than this one.
      Optional<String> now =
          newestLive(versionRows(tenant, datasetId)).map(DatasetVersionRow::versionId);
      if (now.equals(newest.map(DatasetVersionRow::versionId))) {
        return;
      }
    }
  }

  private void write(DatasetVersionRow newest) {
    DatasetRow row =
        new DatasetRow(
            newest.tenant(),
            newest.datasetId(),
            newest.name(),
            newest.version(),
            newest.versionId(),
            newest.rowCount(),
            newest.byteCount(),
            newest.createdAt(),
            newest.createdAt());
    if (!datasets.insert(row)) {
      datasets.update(
          found ->
              new DatasetRow(
                  row.tenant(),
                  row.datasetId(),
                  row.name(),
                  row.latestVersion(),
                  row.latestVersionId(),
                  row.rowCount(),
                  row.byteCount(),
                  found.createdAt(),
                  row.updatedAt()),
          row.tenant(),
          row.datasetId());
    }
  }

  private static Manifest numbered(Manifest manifest, int version) {
    return new Manifest(
        manifest.tenant(),
        manifest.datasetId(),
        manifest.name(),
        manifest.versionId(),
        version,
        manifest.schema(),
        manifest.partitions(),
        manifest.partitionBy(),
        manifest.chunks(),
        manifest.parents(),
        manifest.jobId(),
        manifest.createdAt());
  }

  private static Reservation reservation(DatasetReservationRow row) {
    return new Reservation(row.datasetId(), row.versionId(), row.firstVersion());
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static String newId(String prefix) {
    return prefix + UuidCreator.getTimeOrderedEpoch();
  }
}
