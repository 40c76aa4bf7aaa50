package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.LoraGradient;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.ModelLoad;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;

/** A base model on this node: its folder at once, its weights from first use. Thread-safe. */
public final class BaseModel {
  private final ModelFolder folder;
  private final WeightFormat format;
  private LlamaModel weights;
  private LoraGradient gradient;

  BaseModel(ModelFolder folder, WeightFormat format) {
    this.folder = folder;
    this.format = format;
  }

  public ModelFolder folder() {
    return folder;
  }

  public synchronized LlamaModel weights() {
    if (weights == null) {
      weights = folder.load(Devices.best(), new ModelLoad(format, false));
    }
    return weights;
  }

  public synchronized LoraGradient gradient() {
    if (gradient == null) {
      gradient = new LoraGradient(weights());
    }
    return gradient;
  }

  synchronized void close() {
    if (weights != null) {
      weights.close();
      weights = null;
      gradient = null;
    }
  }
}
