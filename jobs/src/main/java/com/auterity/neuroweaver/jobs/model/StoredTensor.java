package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A tensor as model hubs store it: one of a model's, or several of equal width, stacked. */
record StoredTensor(String name, List<ModelTensor> parts) {
  /** Everything a model of this configuration has in its files, in the order of its tensors. */
  static List<StoredTensor> of(ModelConfig config) {
    boolean fused = config.variant().architecture() == Architecture.PHI3;
    List<StoredTensor> stored = new ArrayList<>();
    List<ModelTensor> open = new ArrayList<>();
    for (ModelTensor tensor : LlamaModel.tensors(config)) {
      open.add(tensor);
      String name = tensor.name();
      if (fused && name.matches(".*\\.(q|k|gate)_proj\\.weight")) {
        continue;
      }
      if (fused) {
        name = name.replace(".v_proj.", ".qkv_proj.").replace(".up_proj.", ".gate_up_proj.");
      }
      stored.add(new StoredTensor(name, List.copyOf(open)));
      open.clear();
    }
    return stored;
  }

  long[] shape() {
    if (parts.size() == 1) {
      return parts.get(0).shape();
    }
    long rows = 0;
    for (ModelTensor part : parts) {
      rows += part.rows();
    }
    return new long[] {rows, parts.get(0).cols()};
  }

  /** Cuts what was stored into the model's tensors. */
  void cut(MatrixSource whole, Map<String, MatrixSource> into) {
    int from = 0;
    for (ModelTensor part : parts) {
      into.put(
          part.name(), parts.size() == 1 ? whole : ModelWeights.rows(whole, from, part.rows()));
      from += part.rows();
    }
  }

  /** What is to be stored of a model. */
  MatrixSource source(ModelWeights weights) {
    return parts.size() == 1
        ? weights.source(name)
        : MatrixSource.stacked(parts.stream().map(p -> weights.source(p.name())).toList());
  }
}
