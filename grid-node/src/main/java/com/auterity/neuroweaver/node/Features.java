package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.costguard.Billing;
import com.auterity.neuroweaver.costguard.ClaimedCpu;
import com.auterity.neuroweaver.costguard.OverheadSampler;
import com.auterity.neuroweaver.costguard.PriceBook;
import com.auterity.neuroweaver.costguard.PriceList;
import com.auterity.neuroweaver.costguard.PriceRow;
import com.auterity.neuroweaver.costguard.UsageLog;
import com.auterity.neuroweaver.costguard.UsageRow;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.DatasetRetentionRow;
import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.jobs.grid.DaemonThreads;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.auterity.neuroweaver.jobs.inference.LoadedModels;
import com.auterity.neuroweaver.jobs.loading.LoadKeyRow;
import com.auterity.neuroweaver.jobs.loading.LoadKeys;
import com.auterity.neuroweaver.publish.PublishedTableRow;
import com.auterity.neuroweaver.publish.PublishedTables;
import com.auterity.neuroweaver.registry.AliasRow;
import com.auterity.neuroweaver.registry.DeploymentRow;
import com.auterity.neuroweaver.registry.Deployments;
import com.auterity.neuroweaver.registry.ModelRegistry;
import com.auterity.neuroweaver.registry.ModelRow;
import com.auterity.neuroweaver.registry.ModelVersionRow;
import com.auterity.neuroweaver.table.GridLayout;
import com.auterity.neuroweaver.table.GridTables;
import com.auterity.neuroweaver.upload.UploadRow;
import com.auterity.neuroweaver.upload.Uploads;
import com.auterity.neuroweaver.weaver.DeployedFirst;
import com.auterity.neuroweaver.weaver.PredictUsage;
import com.auterity.neuroweaver.weaver.Predictor;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.f4b6a3.uuid.UuidCreator;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registry, the predictor and CostGuard as one node has them. */
final class Features implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Features.class);
  private static final String TENANT = "default";
  private static final int PREDICT_QUEUE = 64;
  private static final int SAMPLE_SECONDS = 5;
  private static final int GARBAGE_SECONDS = 600;
  private static final int RETENTION_SECONDS = 3_600;

  private final GridParts parts;
  private final UsageLog usage;
  private final Billing billing;
  private final ModelRegistry registry;
  private final Deployments deployments;
  private final Predictor predictor;
  private final PredictUsage predictUsage;
  private final OverheadSampler overhead;
  private final Snapshots snapshots;
  private final Uploads uploads;
  private final LoadKeys loadKeys;
  private final PublishedTables published;
  private final ScheduledExecutorService sampling =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("usage-sampler"));

  Features(GridParts parts, ClaimedCpu claimed) {
    this.parts = parts;
    snapshots = new Snapshots(parts.ignite(), parts.config().snapshotDir());
    UnaryOperator<String> ids = prefix -> prefix + "_" + UuidCreator.getTimeOrderedEpoch();
    String node = parts.config().name();
    usage = new UsageLog(parts.table(UsageRow.TABLE));
    PriceBook prices = new PriceBook(parts.table(PriceRow.TABLE), parts.clock());
    prices.publish(TENANT, PriceList.read(parts.config().prices()));
    billing = new Billing(usage, prices);
    deployments = new Deployments(parts.table(DeploymentRow.TABLE), ids, parts.clock());
    registry =
        new ModelRegistry(
            parts.table(ModelRow.TABLE),
            parts.table(ModelVersionRow.TABLE),
            parts.table(AliasRow.TABLE),
            deployments,
            parts.blobs(),
            ids,
            parts.clock());
    predictUsage = new PredictUsage(node, usage, claimed, parts.clock());
    predictor =
        new Predictor(
            node,
            new DeployedFirst(registry, deployments),
            LoadedModels.on(parts.runtime().context(new Meter())),
            predictUsage,
            PREDICT_QUEUE);
    uploads =
        new Uploads(
            parts.table(UploadRow.TABLE),
            parts.blobs(),
            parts.jobs(),
            parts.ignite().cluster().localNode().id().toString(),
            () ->
                parts.ignite().cluster().forServers().nodes().stream()
                    .map(member -> member.id().toString())
                    .collect(Collectors.toSet()),
            (long) parts.config().uploadsMaxMb() << 20,
            parts.clock());
    GridLayout layout = parts.config().layout();
    published =
        new PublishedTables(
            parts.ignite(),
            parts.table(PublishedTableRow.TABLE),
            cache -> layout.place(cache, CacheGroup.BULK),
            GridTables.names());
    loadKeys = new LoadKeys(parts.table(LoadKeyRow.TABLE), this::isOver, parts.clock());
    OperatingSystemMXBean process =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    overhead =
        new OverheadSampler(
            TENANT, node, process::getProcessCpuTime, claimed, usage, parts.clock());
  }

  void start() {
    repeat(SAMPLE_SECONDS, this::sample, "usage could not be written now");
    repeat(GARBAGE_SECONDS, this::collectGarbage, "garbage could not be collected now");
    repeat(RETENTION_SECONDS, this::applyRetention, "retention could not be applied now");
  }

  /** Again and again, whatever comes of it each time. */
  private void repeat(long seconds, Runnable work, String failure) {
    sampling.scheduleWithFixedDelay(
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            LOG.warn("{}: {}", failure, e.getMessage(), e);
          }
        },
        seconds,
        seconds,
        TimeUnit.SECONDS);
  }

  /** Once an hour of the clock, whichever node is the oldest then: the key makes it one job. */
  private void applyRetention() {
    if (!isOldest() || parts.table(DatasetRetentionRow.TABLE).where(Map.of()).isEmpty()) {
      return;
    }
    String hour = parts.clock().instant().truncatedTo(ChronoUnit.HOURS).toString();
    parts
        .jobs()
        .submit(TENANT, "retire", JsonNodeFactory.instance.objectNode(), "retention/" + hour, null);
  }

  private boolean isOldest() {
    return parts.ignite().cluster().forServers().forOldest().node().isLocal();
  }

  /** Chunks of versions that were never committed, by jobs that have ended. */
  private void collectGarbage() {
    if (!isOldest()) {
      return;
    }
    int removed = parts.datasets().collectGarbage(TENANT, parts.chunks(), this::isOver);
    if (removed > 0) {
      LOG.info("removed {} chunks of versions that were never committed", removed);
    }
    int abandoned = uploads.collectGarbage(TENANT);
    published.collectGarbage(TENANT, this::isOver);
    if (abandoned > 0) {
      LOG.info("removed what {} uploads left", abandoned);
    }
  }

  private boolean isOver(String jobId) {
    try {
      return parts.jobs().get(TENANT, jobId).state().isFinal();
    } catch (NeuroWeaverException e) {
      if (e.kind() == ErrorKind.NOT_FOUND) {
        return true;
      }
      throw e;
    }
  }

  private void sample() {
    predictUsage.flush();
    overhead.sample();
  }

  Uploads uploads() {
    return uploads;
  }

  PublishedTables published() {
    return published;
  }

  LoadKeys loadKeys() {
    return loadKeys;
  }

  UsageLog usage() {
    return usage;
  }

  Billing billing() {
    return billing;
  }

  ModelRegistry registry() {
    return registry;
  }

  Deployments deployments() {
    return deployments;
  }

  Snapshots snapshots() {
    return snapshots;
  }

  Predictor predictor() {
    return predictor;
  }

  @Override
  public void close() {
    sampling.shutdownNow();
    predictor.close();
    try {
      sample();
    } catch (RuntimeException e) {
      LOG.info("the last usage could not be written: {}", e.getMessage());
    }
  }
}
