package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.jobs.grid.JobHandler;
import java.util.ArrayList;
import java.util.List;

/** All kinds of jobs this build knows, wired by constructor in one place. */
final class Handlers {
  private Handlers() {}

  static List<JobHandler> all(GridParts parts) {
    List<JobHandler> handlers = new ArrayList<>();
    return handlers;
  }
}
