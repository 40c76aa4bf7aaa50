package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * The kinds of jobs this build knows. Filled once by the composition root before any job runs:
 * handlers may themselves need the {@link JobService} that validates with them.
 */
public final class JobKinds {
  private volatile Map<String, JobHandler> handlers = Map.of();

  public void open(Collection<JobHandler> all) {
    if (!handlers.isEmpty()) {
      throw new IllegalStateException("the kinds of jobs are set once");
    }
    Map<String, JobHandler> byKind = new TreeMap<>();
    for (JobHandler handler : all) {
      if (byKind.put(handler.kind(), handler) != null) {
        throw new IllegalArgumentException("two handlers for jobs of kind " + handler.kind());
      }
    }
    handlers = byKind;
  }

  JobHandler get(String kind) {
    JobHandler handler = kind == null ? null : handlers.get(kind);
    if (handler == null) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "there is no job of kind " + kind + "; right is one of " + handlers.keySet(),
          Map.of("kind", String.valueOf(kind)));
    }
    return handler;
  }
}
