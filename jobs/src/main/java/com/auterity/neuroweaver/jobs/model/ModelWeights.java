package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's weights by their names in model hubs, (out x in), each read row by row from where it
 * lies: a mapped file, an array, or both plus an adapter. Nothing is copied.
 */
public final class ModelWeights {
  private final ModelConfig config;
  private final List<ModelTensor> tensors;
  private final Map<String, MatrixSource> sources;

  private ModelWeights(ModelConfig config, Map<String, MatrixSource> sources) {
    this.config = config;
    this.tensors = List.copyOf(LlamaModel.tensors(config));
    this.sources = sources;
  }

  /** Refused by name: a tensor that the configuration wants and is missing or misshapen. */
  public static ModelWeights of(ModelConfig config, Map<String, MatrixSource> sources) {
    Map<String, MatrixSource> kept = new LinkedHashMap<>();
    for (ModelTensor tensor : LlamaModel.tensors(config)) {
      MatrixSource source = sources.get(tensor.name());
      if (source == null) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "the model has no tensor " + tensor.name(),
            Map.of("tensor", tensor.name()));
      }
      if (source.rows() != tensor.rows() || source.cols() != tensor.cols()) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "tensor %s is %d x %d, its configuration wants %d x %d"
                .formatted(
                    tensor.name(), source.rows(), source.cols(), tensor.rows(), tensor.cols()),
            Map.of("tensor", tensor.name()));
      }
      kept.put(tensor.name(), source);
    }
    return new ModelWeights(config, kept);
  }

  /** Weights in one flat vector laid out as {@link LlamaModel#slices} says; read, not copied. */
  static ModelWeights of(ModelConfig config, float[] parameters) {
    Map<String, MatrixSource> sources = new LinkedHashMap<>();
    for (Slice slice : LlamaModel.slices(config)) {
      sources.put(
          slice.name(), MatrixSource.of(parameters, slice.offset(), slice.rows(), slice.cols()));
    }
    return new ModelWeights(config, sources);
  }

  public ModelConfig config() {
    return config;
  }

  /** Every tensor, in the order of {@link LlamaModel#tensors}. */
  public List<ModelTensor> tensors() {
    return tensors;
  }

  public MatrixSource source(String name) {
    MatrixSource source = sources.get(name);
    if (source == null) {
      throw new IllegalArgumentException("this model has no tensor " + name);
    }
    return source;
  }

  /** How many numbers all tensors hold. */
  public long count() {
    return count(tensors);
  }

  static long count(List<ModelTensor> tensors) {
    long count = 0;
    for (ModelTensor tensor : tensors) {
      count = Math.addExact(count, tensor.length());
    }
    return count;
  }

  /** These weights plus an adapter's: rows of W + scale B A, computed as they are read. */
  public ModelWeights merged(LoraAdapter adapter) {
    if (!adapter.model().equals(config)) {
      throw NeuroWeaverException.invalid("this adapter was made for a model of another shape");
    }
    Map<String, MatrixSource> merged = new LinkedHashMap<>(sources);
    for (LoraMap map : adapter.maps()) {
      String name = map.kind().weightName(map.layer());
      merged.put(name, sum(source(name), adapter, map));
    }
    return new ModelWeights(config, merged);
  }

  /** These weights, with the linear maps of the blocks rounded as if they were quantized. */
  ModelWeights rounded(FakeQuantization quantization) {
    Map<String, MatrixSource> rounded = new LinkedHashMap<>(sources);
    for (int l = 0; l < config.layers(); l++) {
      for (LinearKind kind : LinearKind.values()) {
        rounded.computeIfPresent(kind.weightName(l), (name, source) -> quantization.of(source));
      }
    }
    return new ModelWeights(config, rounded);
  }

  private static MatrixSource sum(MatrixSource base, LoraAdapter adapter, LoraMap map) {
    return new MatrixSource() {
      @Override
      public int rows() {
        return base.rows();
      }

      @Override
      public int cols() {
        return base.cols();
      }

      @Override
      public void read(int row, float[] to, int offset) {
        base.read(row, to, offset);
        adapter.addProductRow(map, row, to, offset);
      }
    };
  }

  /** Rows {@code from} to {@code from + count} of a matrix. */
  static MatrixSource rows(MatrixSource whole, int from, int count) {
    return new MatrixSource() {
      @Override
      public int rows() {
        return count;
      }

      @Override
      public int cols() {
        return whole.cols();
      }

      @Override
      public void read(int row, float[] to, int offset) {
        java.util.Objects.checkIndex(row, count);
        whole.read(from + row, to, offset);
      }
    };
  }
}
