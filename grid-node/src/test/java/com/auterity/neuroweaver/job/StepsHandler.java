package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A job for tests: {@code steps} committed steps, each of which waits for the file {@code
 * gate/step} and calls {@link EchoFunction} in {@code mode} on every node and on the owner of a
 * partition. The result says which epoch did which step and which nodes answered.
 */
public final class StepsHandler implements JobHandler {
  @Override
  public String kind() {
    return "test-steps";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    if (!parameters.path("steps").isInt()) {
      throw NeuroWeaverException.invalid(
          "steps is " + parameters.path("steps") + ", a number of steps is right");
    }
  }

  @Override
  public ObjectNode run(JobContext context) throws Exception {
    ObjectNode parameters = context.parameters();
    int steps = parameters.get("steps").intValue();
    String mode = parameters.path("mode").asText("echo");
    String done =
        context
            .lastCommit()
            .map(commit -> new String(commit.state(), StandardCharsets.UTF_8))
            .orElse("");
    long first = context.lastCommit().map(commit -> commit.step() + 1).orElse(0L);
    ArrayNode answers = JsonNodeFactory.instance.arrayNode();
    for (long step = first; step < steps; step++) {
      context.progress(
          new Progress("step", step, steps, "steps", Map.of("loss", 1.0 / (step + 1))));
      awaitGate(context, parameters.path("gate").asText(null), step);
      for (GridNode node : context.grid().nodes()) {
        answers.add(call(context, node.name(), step, mode));
      }
      done += step + ":" + context.epoch() + " ";
      context.commit(step, done.getBytes(StandardCharsets.UTF_8));
    }
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("steps_by_epoch", done.strip());
    result.set("answers", answers);
    return result;
  }

  private static String call(JobContext context, String node, long step, String mode)
      throws Exception {
    try {
      EchoFunction.Out direct =
          context
              .grid()
              .call(node, EchoFunction.class, new EchoFunction.In("step " + step, mode))
              .get(120, TimeUnit.SECONDS);
      EchoFunction.Out owner =
          context
              .grid()
              .callOwner((int) step % 16, EchoFunction.class, new EchoFunction.In("", "echo"))
              .get(120, TimeUnit.SECONDS);
      if (!context.grid().owners((int) step % 16).contains(owner.node())) {
        throw new AssertionError("answered by " + owner.node() + ", which is no owner");
      }
      return direct.node() + " " + direct.text();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NeuroWeaverException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private static void awaitGate(JobContext context, String gate, long step) {
    while (gate != null && !Files.exists(Path.of(gate, Long.toString(step)))) {
      context.ensureActive();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    context.ensureActive();
  }
}
