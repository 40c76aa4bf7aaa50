package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Job {@code train}: synchronous data-parallel LoRA over the grid, with the same adapter bytes from
 * any number of nodes of one numerics profile.
 */
public final class TrainHandler implements JobHandler {
  private final DatasetCatalog datasets;
  private final TrainLedger ledger;

  public TrainHandler(DatasetCatalog datasets, TrainLedger ledger) {
    this.datasets = datasets;
    this.ledger = ledger;
  }

  @Override
  public String kind() {
    return "train";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    TrainingConfig config = TrainingConfig.parse(parameters);
    check(config, datasets.get(tenant, config.dataset()));
  }

  /** Refuses what configuration, dataset and base model make impossible together. */
  static ModelFolder check(TrainingConfig config, Manifest manifest) {
    config.format().check(manifest.schema(), true);
    if (manifest.rows() == 0) {
      throw NeuroWeaverException.invalid(
          "train: dataset '%s' version %d has no rows"
              .formatted(manifest.name(), manifest.version()));
    }
    if (config.valSetSize() >= manifest.rows()) {
      throw NeuroWeaverException.invalid(
          "train: val_set_size must be below the dataset's %d rows, found %.0f"
              .formatted(manifest.rows(), config.valSetSize()));
    }
    ModelFolder folder = ModelFolder.open(ModelFolder.resolve(config.baseModel()));
    folder.chatTemplate();
    PromptFormat.endToken(folder);
    int context = folder.config().maxPositions();
    if (config.sequenceLen() > context) {
      throw NeuroWeaverException.invalid(
          "train: sequence_len must be at most %d, the context of base model %s, found %d"
              .formatted(context, config.baseModel(), config.sequenceLen()));
    }
    return folder;
  }

  @Override
  public ObjectNode run(JobContext context) throws Exception {
    return new TrainRun(
            context, ledger, TrainingConfig.parse(context.parameters()), System::nanoTime)
        .run();
  }
}
