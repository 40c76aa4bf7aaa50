package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.automotive.Kit;
import com.auterity.neuroweaver.datasets.automotive.KitDataset;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkVersions;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
import com.auterity.neuroweaver.datasets.store.DatasetNames;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Job {@code load_kit}: a dataset of a kit becomes a new dataset version. Each partition is made
 * where it will lie. Rows depend on seed and ordinal alone, so a run after a crash writes the same
 * bytes again.
 */
public final class LoadKitHandler implements JobHandler {
  private static final Set<String> KNOWN = Set.of("kit", "dataset", "name", "rows", "seed");

  private final Clock clock;

  public LoadKitHandler(Clock clock) {
    this.clock = clock;
  }

  private record Parameters(Kit kit, KitDataset dataset, String name, long rows, long seed) {
    static Parameters of(ObjectNode json) {
      Fields fields = new Fields("", json, KNOWN);
      Kit kit = Kit.get(fields.text("kit"));
      KitDataset dataset = kit.dataset(fields.text("dataset"));
      String name = fields.textOrNull("name");
      if (name != null) {
        DatasetNames.check(name);
      }
      return new Parameters(
          kit,
          dataset,
          name == null ? dataset.name() : name,
          fields.number("rows", dataset.rows(), 1, KitDataset.MOST_ROWS),
          fields.number("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE));
    }
  }

  @Override
  public String kind() {
    return "load_kit";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    Parameters.of(parameters);
  }

  @Override
  public ObjectNode run(JobContext context) {
    Parameters asked = Parameters.of(context.parameters());
    Reservation reserved =
        context.datasets().reserve(context.tenant(), asked.name(), context.jobId());
    SortedMap<Integer, List<ChunkInfo>> made = new TreeMap<>();
    try {
      make(context, asked, reserved, made);
    } catch (FencedException e) {
      // The chunks have the same keys in the run that took over: they are its own now.
      throw e;
    } catch (RuntimeException e) {
      withdraw(context, reserved, e);
      throw e;
    }
    Manifest manifest =
        new Manifest(
            context.tenant(),
            reserved.datasetId(),
            asked.name(),
            reserved.versionId(),
            reserved.version(),
            asked.dataset().schema(),
            context.datasets().partitions(),
            null,
            made.values().stream().flatMap(List::stream).toList(),
            List.of(),
            context.jobId(),
            clock.instant().truncatedTo(ChronoUnit.MICROS));
    context.datasets().commit(manifest);
    context.attribute(manifest.versionId(), null);
    Manifest committed = context.datasets().get(context.tenant(), manifest.versionId());
    return JsonNodeFactory.instance
        .objectNode()
        .put("dataset", committed.name())
        .put("dataset_id", committed.datasetId())
        .put("version_id", committed.versionId())
        .put("version", committed.version())
        .put("rows", committed.rows())
        .put("bytes", committed.bytes())
        .put("kit", asked.kit().name())
        .put("seed", asked.seed());
  }

  private static void make(
      JobContext context,
      Parameters asked,
      Reservation reserved,
      SortedMap<Integer, List<ChunkInfo>> made) {
    int partitions = context.datasets().partitions();
    long[] rows = {0};
    PartitionCalls.forEach(
        context,
        IntStream.range(0, partitions).boxed().toList(),
        MakeKitPartition.class,
        partition ->
            new MakeKitPartition.Request(
                context.tenant(),
                reserved.versionId(),
                asked.kit().name(),
                asked.dataset().name(),
                asked.seed(),
                asked.rows(),
                partition,
                partitions),
        (partition, output) -> {
          made.put(partition, output.chunks());
          rows[0] += output.chunks().stream().mapToLong(ChunkInfo::rows).sum();
          context.progress(new Progress("making", rows[0], asked.rows(), "rows", Map.of()));
        });
  }

  /** Takes back what was stored; nothing of this run is under way any more. */
  private static void withdraw(JobContext context, Reservation reserved, RuntimeException failure) {
    try {
      ChunkVersions.remove(
          context.chunks(),
          context.tenant(),
          reserved.versionId(),
          context.datasets().partitions());
    } catch (RuntimeException e) {
      // The garbage collector will find them; what failed first is what the user must see.
      failure.addSuppressed(e);
    }
  }
}
