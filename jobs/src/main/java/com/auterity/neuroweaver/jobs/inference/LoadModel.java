package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import java.util.List;

/** Loads a model on a node, so that its first question does not wait for that. */
public final class LoadModel implements GridFunction<ServedModel, LoadModel.Loaded> {
  /** Where the model is now. */
  public record Loaded(String node) {}

  @Override
  public Class<ServedModel> inputType() {
    return ServedModel.class;
  }

  @Override
  public Class<Loaded> outputType() {
    return Loaded.class;
  }

  @Override
  public Loaded apply(ServedModel input, NodeContext node) {
    try (LoadedModels.Lease lease = LoadedModels.on(node).acquire(input)) {
      // One answer, to have every kernel and buffer ready too.
      lease
          .model()
          .engine()
          .generate(
              List.of(
                  GenerationRequest.greedy(
                      lease.model().prompt("ready?"), 1, lease.model().stopTokens())));
      return new Loaded(node.nodeName());
    }
  }
}
