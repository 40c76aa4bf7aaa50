package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.training.Parameters;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** Job {@code snapshot}: a consistent copy of the whole grid under a name. */
final class SnapshotHandler implements JobHandler {
  private final Snapshots snapshots;

  SnapshotHandler(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  @Override
  public String kind() {
    return "snapshot";
  }

  private static String name(ObjectNode parameters) {
    Parameters keys = new Parameters("snapshot", parameters);
    String name = keys.text("name");
    keys.refuseUnknown();
    Snapshots.checkName(name);
    return name;
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    String name = name(parameters);
    if (snapshots.exists(name)) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "there is a snapshot " + name + " already; choose another name",
          Map.of("snapshot", name));
    }
  }

  @Override
  public ObjectNode run(JobContext context) throws InterruptedException {
    String name = name(context.parameters());
    // The job is in its own snapshot, RUNNING: in a restored grid it runs again, and is done.
    if (!snapshots.exists(name)) {
      AtomicReference<CancelledException> cancelled = new AtomicReference<>();
      snapshots.create(
          name,
          () -> {
            try {
              context.ensureActive();
              return true;
            } catch (CancelledException e) {
              cancelled.set(e);
              return false;
            }
          });
      if (cancelled.get() != null && !snapshots.exists(name)) {
        throw cancelled.get();
      }
    }
    Snapshots.Snapshot made =
        snapshots.list().stream()
            .filter(snapshot -> snapshot.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new NeuroWeaverException(
                        ErrorKind.INTERNAL, "snapshot " + name + " is not where it was made"));
    ObjectNode result = context.parameters().objectNode();
    result.put("name", name);
    result.put("path", made.path().toString());
    ArrayNode nodes = result.putArray("nodes");
    made.nodes().forEach(nodes::add);
    return result;
  }
}
