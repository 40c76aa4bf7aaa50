package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.Workflow;
import com.auterity.neuroweaver.client.WorkflowRequest;
import com.auterity.neuroweaver.client.WorkflowStep;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.workflow.LocalGrid;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Local nodes that live for one case and run workflows; closing stops them and deletes their files.
 */
final class BenchGrid implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long POLL_MILLIS = 200;

  private final LocalGrid grid;
  private final NeuroWeaverClient client;
  private final Thread killer;

  /**
   * @param folder for the nodes' files; cleared
   * @param settings {@code key=value} over those of every local grid
   * @param launcher what the command line of a node, by its number, begins with
   */
  BenchGrid(
      Path home, Path folder, int nodes, List<String> settings, IntFunction<List<String>> launcher)
      throws InterruptedException {
    grid = LocalGrid.start(home, folder, nodes, settings, launcher);
    // Its nodes do not hear Ctrl-C.
    killer = new Thread(grid::close);
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      client = NeuroWeaverClient.at(grid.awaitReady().get(0));
    } catch (RuntimeException | InterruptedException e) {
      close();
      throw e;
    }
  }

  NeuroWeaverClient client() {
    return client;
  }

  /** Process ids of its nodes. */
  List<Long> pids() {
    return grid.pids();
  }

  /** Runs a workflow of these steps to its end; gives each step as it ended, by name. */
  Map<String, WorkflowStep> run(String name, ObjectNode steps, Duration limit)
      throws InterruptedException {
    ObjectNode program = JSON.createObjectNode().put("name", name);
    program.set("steps", steps);
    // JSON is YAML.
    String id =
        client
            .createWorkflow(new WorkflowRequest(name + ".yaml", program.toString(), Map.of()))
            .workflowId();
    long end = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < end) {
      Workflow now = client.workflow(id);
      if (now.state() == JobState.SUCCEEDED) {
        Map<String, WorkflowStep> done = new LinkedHashMap<>();
        now.steps().forEach(step -> done.put(step.name(), step));
        return done;
      }
      if (now.state().isFinal()) {
        throw new NeuroWeaverException(
            ErrorKind.INTERNAL, name + " ended " + now.state() + ": " + now.error());
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw new NeuroWeaverException(
        ErrorKind.UNAVAILABLE, name + " took more than " + limit.toMinutes() + " min");
  }

  /** A step of a workflow: {@code {kind, with}}. */
  static ObjectNode step(ObjectNode steps, String name, String kind) {
    return steps.putObject(name).put("kind", kind).putObject("with");
  }

  @Override
  public void close() {
    grid.close();
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
      grid.delete();
    } catch (IllegalStateException e) {
      // This JVM is going down; the hook is running.
    }
  }
}
