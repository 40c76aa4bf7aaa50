package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.costguard.UsageRow;
import com.auterity.neuroweaver.costguard.UsageSink;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.DaemonThreads;
import com.auterity.neuroweaver.jobs.grid.Grid;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.ignite.Ignite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The grid for requests that are answered at once and are no jobs: reading rows. Its calls run in
 * an executor of their own, and each is a USAGE row without a job.
 */
public final class RequestGrid implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RequestGrid.class);

  private final ExecutorService replies =
      Executors.newCachedThreadPool(DaemonThreads.named("request-reply"));
  private final Grid grid;

  public RequestGrid(
      Ignite ignite, Placement placement, int backups, String tenant, UsageSink usage) {
    this.grid = new IgniteGrid(ignite, placement, backups, new Scope(tenant, usage), replies);
  }

  public Grid grid() {
    return grid;
  }

  @Override
  public void close() {
    replies.shutdownNow();
  }

  private record Scope(String tenant, UsageSink usage) implements CallScope {
    @Override
    public String jobId() {
      return null;
    }

    @Override
    public GridExecutor executor() {
      return GridExecutor.READING;
    }

    @Override
    public void ensureActive() {
      // A request has no state that could end it.
    }

    @Override
    public void used(String node, GridReply reply) {
      usage.write(
          List.of(UsageRow.read(tenant, node, reply.startedAt(), reply.wallNanos, reply.usage())));
    }

    @Override
    public void retried(String function, int partition, String node, NeuroWeaverException cause) {
      LOG.info(
          "{} of partition {} is tried again, node {}: {}",
          function,
          partition,
          node,
          cause.getMessage());
    }
  }
}
