package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayList;
import java.util.List;

/**
 * A LoRA adapter: one flat vector, layer by layer, in each layer the target modules in the order of
 * {@link LoraConfig#ALL_MODULES}, for each first A (r x in) and then B (out x r), row-major, named
 * as PEFT names them.
 */
public final class LoraAdapter {
  private final ModelConfig model;
  private final LoraConfig config;
  private final List<Slice> slices;
  private final float[] parameters;

  private LoraAdapter(ModelConfig model, LoraConfig config, float[] parameters) {
    this.model = model;
    this.config = config;
    this.slices = slices(model, config);
    this.parameters = parameters;
    Slice last = slices.get(slices.size() - 1);
    if (parameters.length != last.offset() + last.length()) {
      throw NeuroWeaverException.invalid(
          "an adapter of %s on this model has %d parameters, found %d"
              .formatted(config, last.offset() + last.length(), parameters.length));
    }
  }

  /** A fresh adapter that changes nothing: A uniform in +-1/sqrt(in), as PEFT does, B zero. */
  public static LoraAdapter init(ModelConfig model, LoraConfig config, long seed) {
    List<Slice> slices = slices(model, config);
    Slice last = slices.get(slices.size() - 1);
    float[] parameters = new float[last.offset() + last.length()];
    for (int s = 0; s < slices.size(); s += 2) {
      Slice a = slices.get(s);
      // kaiming_uniform with a = sqrt(5): bound = sqrt(6 / ((1 + 5) * fan_in)).
      double bound = 1 / Math.sqrt(a.cols());
      long stream = CounterRandom.stream(seed, s);
      for (int i = 0; i < a.length(); i++) {
        parameters[a.offset() + i] = (float) ((2 * CounterRandom.uniform(stream, i) - 1) * bound);
      }
    }
    return new LoraAdapter(model, config, parameters);
  }

  /** The adapter with these parameters; the array is kept, not copied. */
  public static LoraAdapter of(ModelConfig model, LoraConfig config, float[] parameters) {
    return new LoraAdapter(model, config, parameters);
  }

  /** How the flat vector of such an adapter is laid out. */
  public static List<Slice> slices(ModelConfig model, LoraConfig config) {
    List<Slice> slices = new ArrayList<>();
    int offset = 0;
    for (int layer = 0; layer < model.layers(); layer++) {
      for (String module : config.targetModules()) {
        LinearKind kind = LinearKind.of(module);
        String prefix = "base_model.model.model.layers.%d.%s".formatted(layer, kind.path());
        Slice a = new Slice(prefix + ".lora_A.weight", config.r(), kind.in(model), offset);
        offset += a.length();
        Slice b = new Slice(prefix + ".lora_B.weight", kind.out(model), config.r(), offset);
        offset += b.length();
        slices.add(a);
        slices.add(b);
      }
    }
    return List.copyOf(slices);
  }

  /**
   * to[at] and after += row {@code row} of scale B A; A and B are slices {@code s}, {@code s + 1}.
   */
  void addProductRow(int s, int row, float[] to, int at) {
    Slice a = slices.get(s);
    Slice b = slices.get(s + 1);
    float scale = config.scale();
    float[] product = new float[a.cols()];
    for (int k = 0; k < a.rows(); k++) {
      float factor = parameters[b.offset() + row * b.cols() + k];
      int from = a.offset() + k * a.cols();
      for (int j = 0; j < product.length; j++) {
        product[j] += factor * parameters[from + j];
      }
    }
    for (int j = 0; j < product.length; j++) {
      to[at + j] += scale * product[j];
    }
  }

  public ModelConfig model() {
    return model;
  }

  public LoraConfig config() {
    return config;
  }

  public List<Slice> slices() {
    return slices;
  }

  /** The flat vector itself, not a copy. */
  public float[] parameters() {
    return parameters;
  }
}
