package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.Device;
import java.nio.file.Path;

/**
 * A model in the layout of model hubs: config.json, tokenizer.json, tokenizer_config.json with its
 * chat template, model.safetensors. Opening reads and checks everything but the weights.
 */
public final class ModelFolder {
  /**
   * The folder of a base model: {@code config/models/NAME} below the home folder (system property
   * {@code neuroweaver.home}, else NEUROWEAVER_HOME, else the nearest parent that has
   * config/models), else the folder at that path; NOT_FOUND if neither is there.
   */
  public static Path resolve(String nameOrPath) {
    throw new UnsupportedOperationException();
  }

  /** Reads configuration, tokenizer and chat template. */
  public static ModelFolder open(Path folder) {
    throw new UnsupportedOperationException();
  }

  public Path path() {
    throw new UnsupportedOperationException();
  }

  public ModelConfig config() {
    throw new UnsupportedOperationException();
  }

  public Tokenizer tokenizer() {
    throw new UnsupportedOperationException();
  }

  public ChatTemplate chatTemplate() {
    throw new UnsupportedOperationException();
  }

  /** Loads the weights; a missing, superfluous or misshapen tensor is refused by name. */
  public LlamaModel load(Device device) {
    throw new UnsupportedOperationException();
  }

  /** A hash over the files that make the model (not its card), by name and content. */
  public String sha256() {
    throw new UnsupportedOperationException();
  }
}
