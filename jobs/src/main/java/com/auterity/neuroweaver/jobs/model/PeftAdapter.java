package com.auterity.neuroweaver.jobs.model;

import java.nio.file.Path;

/**
 * A LoRA adapter in PEFT's two files: adapter_model.safetensors and adapter_config.json. Equal
 * adapters give equal bytes.
 */
public final class PeftAdapter {
  private PeftAdapter() {}

  /** Writes both files into a folder, which is made if missing. */
  public static void write(Path folder, LoraAdapter adapter, String baseModelName) {
    throw new UnsupportedOperationException();
  }

  /** Reads both files of a folder for a model of this shape. */
  public static LoraAdapter read(Path folder, ModelConfig model) {
    throw new UnsupportedOperationException();
  }

  /** The bytes of adapter_model.safetensors. */
  public static byte[] weightsFile(LoraAdapter adapter) {
    throw new UnsupportedOperationException();
  }

  /** The bytes of adapter_config.json. */
  public static byte[] configFile(LoraAdapter adapter, String baseModelName) {
    throw new UnsupportedOperationException();
  }

  /** The adapter that the bytes of both files hold, for a model of this shape. */
  public static LoraAdapter of(byte[] weightsFile, byte[] configFile, ModelConfig model) {
    throw new UnsupportedOperationException();
  }
}
