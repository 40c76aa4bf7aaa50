package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.github.f4b6a3.uuid.UuidCreator;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The catalog over three tables. A version becomes visible by one insert of its DATASET_VERSION row
 * under the next free number; numbers therefore have no gaps, and no transaction is needed.
 */
abstract class TableDatasetCatalog implements DatasetCatalog {
  private static final String DATASET_PREFIX = "ds_";
  private static final String VERSION_PREFIX = "dsv_";

  private final RecordTable<DatasetRow> datasets;
  private final RecordTable<DatasetVersionRow> versions;
  private final RecordTable<DatasetReservationRow> reservations;
  private final int partitions;
  private final Clock clock;

  TableDatasetCatalog(
      RecordTable<DatasetRow> datasets,
      RecordTable<DatasetVersionRow> versions,
      RecordTable<DatasetReservationRow> reservations,
      int partitions,
      Clock clock) {
    this.datasets = datasets;
    this.versions = versions;
    this.reservations = reservations;
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
    return findRow(tenant, reference).map(DatasetVersionRow::toManifest);
  }

  @Override
  public Manifest get(String tenant, String reference) {
    return find(tenant, reference)
        .orElseThrow(
            () -> {
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
    for (DatasetVersionRow row : versions.where(Map.of("tenant", tenant))) {
      newest.merge(row.name(), row, (a, b) -> a.version() > b.version() ? a : b);
    }
    return newest.values().stream().map(DatasetVersionRow::toManifest).toList();
  }

  @Override
  public List<Manifest> versions(String tenant, String datasetId) {
    return versionRows(tenant, datasetId).stream()
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
      if (row.jobId().isEmpty() || !jobIsOver.test(row.jobId())) {
        continue;
      }
      if (versions.where(Map.of("tenant", tenant, "versionId", row.versionId())).isEmpty()) {
        removed += ChunkVersions.remove(chunks, tenant, row.versionId(), partitions);
        reservations.remove(tenant, row.name(), row.jobId());
      }
    }
    return removed;
  }

  private Optional<DatasetVersionRow> findRow(String tenant, String reference) {
    if (reference.startsWith(VERSION_PREFIX)) {
      return newest(versions.where(Map.of("tenant", tenant, "versionId", reference)));
    }
    if (reference.startsWith(DATASET_PREFIX)) {
      return newest(versionRows(tenant, reference));
    }
    int at = reference.lastIndexOf('@');
    String name = at < 0 ? reference : reference.substring(0, at);
    List<DatasetVersionRow> named = versions.where(Map.of("tenant", tenant, "name", name));
    if (at < 0) {
      return newest(named);
    }
    String number = reference.substring(at + 1);
    return named.stream().filter(row -> String.valueOf(row.version()).equals(number)).findFirst();
  }

  private List<DatasetVersionRow> versionRows(String tenant, String datasetId) {
    return versions.where(Map.of("tenant", tenant, "datasetId", datasetId));
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

  private void refreshDataset(String tenant, String datasetId) {
    DatasetVersionRow newest = newest(versionRows(tenant, datasetId)).orElseThrow();
    DatasetRow row =
        new DatasetRow(
            tenant,
            datasetId,
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
              found.latestVersion() >= row.latestVersion()
                  ? found
                  : new DatasetRow(
                      tenant,
                      datasetId,
                      row.name(),
                      row.latestVersion(),
                      row.latestVersionId(),
                      row.rowCount(),
                      row.byteCount(),
                      found.createdAt(),
                      row.updatedAt()),
          tenant,
          datasetId);
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
