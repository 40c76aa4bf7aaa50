package com.auterity.neuroweaver.jobs.evaluation;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.training.PromptFormat;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Job {@code evaluate}: what a model answers on held-out rows, without and with an adapter. */
public final class EvaluateHandler implements JobHandler {
  private final DatasetCatalog datasets;
  private final AdapterSource adapters;

  public EvaluateHandler(DatasetCatalog datasets, AdapterSource adapters) {
    this.datasets = datasets;
    this.adapters = adapters;
  }

  @Override
  public String kind() {
    return "evaluate";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    EvaluationConfig config = EvaluationConfig.parse(parameters);
    Manifest manifest = datasets.get(tenant, config.dataset());
    config.format().check(manifest.schema(), true);
    if (manifest.rows() == 0) {
      throw NeuroWeaverException.invalid(
          "evaluate: dataset '%s' has no rows".formatted(config.dataset()));
    }
    ModelFolder folder = ModelFolder.open(ModelFolder.resolve(config.baseModel()));
    folder.chatTemplate();
    PromptFormat.endToken(folder);
    files(tenant, config);
    if (config.keywordsFrom().isPresent()) {
      KeywordMeasure.check(config, datasets.get(tenant, config.keywordsFrom().get()));
      KeywordMeasure.check(config, manifest);
    }
  }

  /** The adapter's blobs, or null when the base model alone is measured. */
  private AdapterSource.AdapterFiles files(String tenant, EvaluationConfig config) {
    return config
        .adapter()
        .map(
            adapter ->
                adapter.isTextual()
                    ? adapters
                        .find(tenant, adapter.textValue())
                        .orElseThrow(
                            () ->
                                NeuroWeaverException.notFound(
                                    "evaluate: adapter names model '%s', which is not registered"
                                        .formatted(adapter.textValue())))
                    : new AdapterSource.AdapterFiles(
                        adapter.get("adapter_blob").textValue(),
                        adapter.get("adapter_config_blob").textValue()))
        .orElse(null);
  }

  @Override
  public ObjectNode run(JobContext context) throws Exception {
    EvaluationConfig config = EvaluationConfig.parse(context.parameters());
    return new EvaluationRun(context, config, files(context.tenant(), config)).run();
  }
}
