package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetErasureRow;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.datasets.store.Sha256;
import com.auterity.neuroweaver.datasets.store.SubjectKey;
import com.auterity.neuroweaver.datasets.store.VersionDisposal;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.jobs.care.Lineage.Place;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.refinement.AnswerCache;
import com.auterity.neuroweaver.jobs.training.Parameters;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Job {@code erase}: takes a data subject's rows out of every version of a dataset and of every
 * version derived from it. A row is found by the key column, and in derived versions also by the
 * ordinal it has from a row erased before, because the column may be masked or missing there. Each
 * version with such rows is replaced by one without, under the same number and another id. Lists
 * what was made of the rows: adapters, exports, snapshots. SQL tables published from a version lose
 * the rows too, and what language models answered about the dataset's rows is forgotten.
 *
 * <p>Exactly once: what one version lost is written to DATASET_ERASURE before the version is
 * replaced by one compare-and-set, and its id is reserved by job and version, so that a run after a
 * crash writes the same bytes and counts every row once.
 */
public final class EraseHandler implements JobHandler {
  private final DatasetCatalog catalog;
  private final VersionDisposal versions;
  private final RecordTable<DatasetErasureRow> erasures;
  private final DataUses uses;
  private final Clock clock;

  public EraseHandler(
      DatasetCatalog catalog,
      VersionDisposal versions,
      RecordTable<DatasetErasureRow> erasures,
      DataUses uses,
      Clock clock) {
    this.catalog = catalog;
    this.versions = versions;
    this.erasures = erasures;
    this.uses = uses;
    this.clock = clock;
  }

  /**
   * The parameters of a job: the value only as hashes, because a job's row outlives it.
   *
   * @param json {@code {dataset, column, value}} as a person asks
   */
  public static ObjectNode hashed(Manifest dataset, ObjectNode json) {
    Parameters keys = new Parameters("erase", json);
    keys.text("dataset");
    String column = keys.text("column");
    String value = keys.text("value");
    keys.refuseUnknown();
    ObjectNode order = json.objectNode();
    order.put("dataset", dataset.datasetId());
    order.put("column", column);
    ArrayNode hashes = order.putArray("value_hashes");
    SubjectKey.hashes(dataset.datasetId(), value).forEach(hashes::add);
    return order;
  }

  private record Order(String datasetId, String column, List<String> hashes) {
    static Order of(ObjectNode json) {
      Parameters keys = new Parameters("erase", json);
      Order order =
          new Order(keys.text("dataset"), keys.text("column"), keys.texts("value_hashes", null));
      keys.refuseUnknown();
      if (order.hashes() == null || !order.hashes().stream().allMatch(Sha256::isHex)) {
        throw NeuroWeaverException.invalid(
            "erase: value_hashes must be the SHA-256 hashes of the value; POST"
                + " /datasets/{dataset_id}/erase makes them");
      }
      return order;
    }

    /** What the table remembers a subject by: the value as it was given. */
    String keyHash() {
      return hashes.get(0);
    }
  }

  /** What is committed: the places that were looked through, and what could not be. */
  record State(List<Looked> looked) {
    State {
      looked = List.copyOf(looked);
    }

    boolean has(Place place) {
      return looked.stream().anyMatch(l -> l.place().equals(place));
    }

    State with(Looked more) {
      List<Looked> all = new ArrayList<>(looked);
      all.add(more);
      return new State(all);
    }
  }

  /**
   * @param unresolved why rows may be left in it, else null
   */
  record Looked(Place place, String name, String unresolved) {}

  @Override
  public String kind() {
    return "erase";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    Order order = Order.of(parameters);
    check(tenant, order, "");
  }

  /** Refuses what cannot be done before anything is. */
  private void check(String tenant, Order order, String jobId) {
    Manifest newest = catalog.get(tenant, order.datasetId());
    List<Manifest> all = catalog.versions(tenant, newest.datasetId());
    if (all.stream().noneMatch(v -> v.schema().indexOf(order.column()).isPresent())) {
      throw NeuroWeaverException.invalid(
          "column: no version of "
              + newest.name()
              + " has a column "
              + order.column()
              + "; the newest has "
              + String.join(", ", newest.schema().names()));
    }
    Lineage lineage = Lineage.of(versions, tenant);
    List<Manifest> scope =
        lineage.from(newest.datasetId()).stream()
            .map(lineage::live)
            .filter(version -> version != null)
            .toList();
    List<String> running = uses.runningJobs(tenant, scope, jobId);
    if (!running.isEmpty()) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "rows cannot be erased from "
              + newest.name()
              + " now: "
              + String.join(", ", running)
              + ": wait for it or cancel it",
          Map.of("running", running));
    }
  }

  @Override
  public ObjectNode run(JobContext context) {
    Order order = Order.of(context.parameters());
    State state =
        context
            .lastCommit()
            .map(commit -> RecordCodec.decode(commit.state(), State.class))
            .orElseGet(() -> begin(context, order));
    while (true) {
      // Read anew each time: a version may have been derived or loaded since the last look.
      Lineage lineage = Lineage.of(versions, context.tenant());
      Place next = null;
      List<Place> scope = lineage.from(order.datasetId());
      for (Place place : scope) {
        if (next == null && lineage.live(place) != null && !state.has(place)) {
          next = place;
        }
      }
      if (next == null) {
        versions.removeChunks(context.tenant(), context.chunks());
        return result(context, order, lineage, state);
      }
      Looked looked = eraseFrom(context, order, lineage, lineage.live(next), next, state);
      if (looked != null) {
        state = state.with(looked);
        context.commit(state.looked().size(), RecordCodec.encode(state));
        context.progress(
            new Progress("erasing", state.looked().size(), scope.size(), "versions", Map.of()));
      }
    }
  }

  private State begin(JobContext context, Order order) {
    check(context.tenant(), order, context.jobId());
    State state = new State(List.of());
    context.commit(0, RecordCodec.encode(state));
    return state;
  }

  /** Null when the version was replaced or retired by somebody else meanwhile. */
  private Looked eraseFrom(
      JobContext context,
      Order order,
      Lineage lineage,
      Manifest version,
      Place place,
      State state) {
    String name = version.name();
    boolean hasColumn = version.schema().indexOf(order.column()).isPresent();
    Set<Place> parents = lineage.parentsOf(place);
    TreeSet<Long> inherited = new TreeSet<>();
    if (parents.size() == 1) {
      for (DatasetErasureRow before : erasures.where(Map.of("tenant", context.tenant()))) {
        if (before.keyHash().equals(order.keyHash())
            && parents.contains(new Place(before.datasetId(), before.version()))) {
          before.addTo(inherited);
        }
      }
    }
    String unresolved = unresolved(order, lineage, place, hasColumn);
    if (!hasColumn && inherited.isEmpty()) {
      return new Looked(place, name, unresolved);
    }
    boolean mine = isReplacementByThisJob(context, version);
    if (mine) {
      // Killed between the replacement and the commit: what it lost is in the table.
      return new Looked(place, name, unresolved);
    }
    String newId = versions.reserveReplacement(version, context.jobId());
    TreeMap<Integer, ErasePartition.Outcome> outcomes = new TreeMap<>();
    PartitionCalls.forEach(
        context,
        IntStream.range(0, version.partitions()).boxed().toList(),
        partition ->
            context
                .grid()
                .callOwner(
                    partition,
                    ErasePartition.class,
                    new ErasePartition.Task(
                        context.tenant(),
                        version.versionId(),
                        newId,
                        partition,
                        hasColumn ? order.column() : null,
                        order.datasetId(),
                        order.hashes(),
                        inherited.stream().mapToLong(Long::longValue).toArray())),
        outcomes::put);
    TreeSet<Long> erased = new TreeSet<>();
    long rows = 0;
    long byKey = 0;
    List<ChunkInfo> chunks = new ArrayList<>();
    for (ErasePartition.Outcome outcome : outcomes.values()) {
      for (long ordinal : outcome.erased()) {
        erased.add(ordinal);
      }
      rows += outcome.erased().length;
      byKey += outcome.byKey();
      chunks.addAll(outcome.chunks());
    }
    if (rows == 0) {
      return new Looked(place, name, unresolved);
    }
    Manifest next = without(version, newId, chunks);
    // Fenced: a run that was overtaken replaces nothing.
    context.commit(state.looked().size(), RecordCodec.encode(state));
    erasures.put(
        new DatasetErasureRow(
            context.tenant(),
            context.jobId(),
            version.versionId(),
            newId,
            version.datasetId(),
            version.name(),
            version.version(),
            order.column(),
            order.keyHash(),
            rows,
            next.rows(),
            byKey == rows ? "key" : byKey == 0 ? "ordinal" : "key and ordinal",
            DatasetErasureRow.bytes(erased),
            clock.instant().truncatedTo(ChronoUnit.MICROS)));
    // Before the version is replaced: a run that finds it replaced has nothing left to do here.
    Map<Integer, long[]> ordinals = new TreeMap<>();
    outcomes.forEach((partition, outcome) -> ordinals.put(partition, outcome.erased()));
    for (String table : uses.tables(context.tenant(), lineage.ids(place))) {
      uses.deleteRows(context.tenant(), table, ordinals, newId);
    }
    AnswerCache.forget(context.blobs(), version.datasetId());
    if (!versions.replace(version, next, "rows with a key in " + order.column(), context.jobId())) {
      erasures.remove(context.tenant(), context.jobId(), version.versionId());
      return null;
    }
    versions.removeChunks(context.tenant(), context.chunks());
    return new Looked(place, name, unresolved);
  }

  private boolean isReplacementByThisJob(JobContext context, Manifest version) {
    return !erasures
        .where(
            Map.of(
                "tenant",
                context.tenant(),
                "jobId",
                context.jobId(),
                "newVersionId",
                version.versionId()))
        .isEmpty();
  }

  /** Why rows of the subject may be left in a version although it was looked through. */
  private static String unresolved(Order order, Lineage lineage, Place place, boolean hasColumn) {
    Set<Place> parents = lineage.parentsOf(place);
    if (parents.isEmpty()) {
      return hasColumn ? null : "it has no column " + order.column() + " and no parent to go by";
    }
    if (parents.size() > 1) {
      return hasColumn
          ? "it has several parents, so its rows were found by their key only"
          : "it has several parents and no column " + order.column();
    }
    Place parent = parents.iterator().next();
    return lineage.live(parent) == null
        ? "its parent is retired, so rows whose key is masked or missing could not be found"
        : null;
  }

  private static Manifest without(Manifest version, String newId, List<ChunkInfo> chunks) {
    return new Manifest(
        version.tenant(),
        version.datasetId(),
        version.name(),
        newId,
        version.version(),
        version.schema(),
        version.partitions(),
        version.partitionBy(),
        chunks,
        version.parents(),
        version.jobId(),
        version.createdAt());
  }

  private ObjectNode result(JobContext context, Order order, Lineage lineage, State state) {
    Map<Place, DatasetErasureRow> lost =
        new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    for (DatasetErasureRow row :
        erasures.where(Map.of("tenant", context.tenant(), "jobId", context.jobId()))) {
      Place place = new Place(row.datasetId(), row.version());
      // Written before the replacement; one that never came about does not count.
      if (lineage.ids(place).contains(row.newVersionId())) {
        lost.put(place, row);
      }
    }
    ObjectNode result = context.parameters().objectNode();
    result.put("dataset_id", order.datasetId());
    result.put("column", order.column());
    result.put(
        "rows_erased", lost.values().stream().mapToLong(DatasetErasureRow::rowsErased).sum());
    ArrayNode list = result.putArray("versions");
    ArrayNode open = result.putArray("unresolved");
    Set<String> ids = new HashSet<>();
    Instant oldest = clock.instant();
    for (Looked looked : state.looked()) {
      DatasetErasureRow row = lost.get(looked.place());
      ObjectNode json = list.addObject();
      json.put("dataset", looked.name());
      json.put("version", looked.place().version());
      json.put("rows_erased", row == null ? 0 : row.rowsErased());
      if (row != null) {
        json.put("rows_left", row.rowsLeft());
        json.put("found_by", row.matchedBy());
        json.put("was_version_id", row.versionId());
        json.put("version_id", row.newVersionId());
        ids.addAll(lineage.ids(looked.place()));
        Manifest now = lineage.live(looked.place());
        if (now != null && now.createdAt().isBefore(oldest)) {
          oldest = now.createdAt();
        }
      }
      if (looked.unresolved() != null) {
        open.addObject()
            .put("dataset", looked.name())
            .put("version", looked.place().version())
            .put("why", looked.unresolved());
      }
    }
    ArrayNode tables = result.putArray("tables");
    uses.tables(context.tenant(), ids).forEach(tables::add);
    ArrayNode adapters = result.putArray("adapters");
    for (DataUses.TrainedAdapter adapter : uses.adapters(context.tenant(), ids)) {
      ObjectNode json = adapters.addObject();
      json.put("train_job_id", adapter.trainJobId());
      json.put("adapter_sha256", adapter.adapterSha256());
      json.put("model", adapter.model());
      json.put("model_version_id", adapter.modelVersionId());
      ArrayNode on = json.putArray("dataset_version_ids");
      adapter.datasetVersionIds().forEach(on::add);
      ArrayNode under = json.putArray("deployments");
      adapter.deployments().forEach(under::add);
    }
    ObjectNode holding = result.putObject("may_still_hold");
    copies(holding.putArray("exports"), uses.exports(context.tenant(), ids));
    copies(holding.putArray("job_results"), uses.results(context.tenant(), ids));
    copies(holding.putArray("snapshots"), ids.isEmpty() ? List.of() : uses.snapshots(oldest));
    return result;
  }

  private static void copies(ArrayNode list, List<DataUses.Copy> copies) {
    for (DataUses.Copy copy : copies) {
      ObjectNode json = list.addObject().put("name", copy.what());
      if (copy.where() != null) {
        json.put("path", copy.where());
      }
    }
  }
}
