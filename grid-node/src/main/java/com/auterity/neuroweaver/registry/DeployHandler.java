package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.GridNode;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.inference.LoadModel;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import com.auterity.neuroweaver.jobs.training.Parameters;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Job {@code deploy}: loads a model version on every node, then lets it answer under a name. */
public final class DeployHandler implements JobHandler {
  private final ModelRegistry registry;
  private final Deployments deployments;

  public DeployHandler(ModelRegistry registry, Deployments deployments) {
    this.registry = registry;
    this.deployments = deployments;
  }

  @Override
  public String kind() {
    return "deploy";
  }

  private record Order(String reference, String name) {
    static Order of(ObjectNode json) {
      Parameters keys = new Parameters("deploy", json);
      String model = keys.text("model");
      String version = keys.optionalText("version").orElse(null);
      if (version != null && model.contains("@")) {
        throw NeuroWeaverException.invalid(
            "deploy: model '" + model + "' names a version already; leave out version");
      }
      Order order =
          new Order(
              version == null ? model : model + "@" + version,
              keys.optionalText("name").orElse(null));
      keys.refuseUnknown();
      return order;
    }
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    Order order = Order.of(parameters);
    registry.row(tenant, order.reference());
    if (order.name() != null) {
      NewVersion.requireName("deployment name", order.name());
    }
  }

  @Override
  public ObjectNode run(JobContext context) throws Exception {
    long started = System.nanoTime();
    Order order = Order.of(context.parameters());
    ModelVersionRow version = registry.row(context.tenant(), order.reference());
    String name = order.name() == null ? version.name() : order.name();
    context.attribute(null, version.versionId());
    deployments.begin(context.tenant(), name, version, context.jobId());
    DeploymentRow ready;
    List<String> nodes;
    try {
      nodes = load(context, version.served());
      ready = deployments.ready(context.tenant(), name, version, context.jobId());
    } catch (FencedException e) {
      throw e;
    } catch (Exception e) {
      deployments.failed(context.tenant(), name, context.jobId(), e.getMessage());
      throw e;
    }
    ObjectNode result = context.parameters().objectNode();
    result.put("deployment_id", ready.deploymentId());
    result.put("name", ready.name());
    result.put("model", ready.model());
    result.put("version", ready.version());
    result.put("version_id", ready.versionId());
    result.put("state", ready.state().name());
    ArrayNode names = result.putArray("nodes");
    nodes.forEach(names::add);
    result.put("seconds", (System.nanoTime() - started) / 1e9);
    return result;
  }

  /** Loads the model on every live node; one that leaves meanwhile loads it when it is asked. */
  private static List<String> load(JobContext context, ServedModel model) throws Exception {
    Map<String, CompletableFuture<LoadModel.Loaded>> calls = new LinkedHashMap<>();
    for (GridNode node : context.grid().nodes()) {
      calls.put(node.name(), context.grid().call(node.name(), LoadModel.class, model));
    }
    List<String> loaded = new ArrayList<>();
    for (Map.Entry<String, CompletableFuture<LoadModel.Loaded>> call : calls.entrySet()) {
      try {
        await(context, call.getValue());
        loaded.add(call.getKey());
      } catch (NeuroWeaverException e) {
        if (e.kind() != ErrorKind.UNAVAILABLE || isLive(context, call.getKey())) {
          throw e;
        }
      }
      context.progress(new Progress("loading", loaded.size(), calls.size(), "nodes", Map.of()));
    }
    if (loaded.isEmpty()) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE, "no node was left to load " + model.label());
    }
    return loaded;
  }

  private static boolean isLive(JobContext context, String node) {
    return context.grid().nodes().stream().anyMatch(live -> live.name().equals(node));
  }

  private static void await(JobContext context, CompletableFuture<?> call) throws Exception {
    while (true) {
      context.ensureActive();
      try {
        call.get(200, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        // Still loading; look whether the job was cancelled.
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }
  }
}
