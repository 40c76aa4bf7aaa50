package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayList;
import java.util.List;

/**
 * A LoRA adapter: one flat vector, layer by layer, in each layer the adapted maps in the order of
 * {@link LoraConfig#ALL_MODULES}, for each first A (rank x in) and then B (out x rank), row-major,
 * named as PEFT names them. Rank, scale and whether there is an adapter may differ from map to map.
 */
public final class LoraAdapter {
  private final ModelConfig model;
  private final LoraConfig config;
  private final List<LoraMap> maps;
  private final List<Slice> slices;
  private final float[] parameters;

  private LoraAdapter(
      ModelConfig model, LoraConfig config, List<LoraMap> maps, float[] parameters) {
    this.model = model;
    this.config = config;
    this.maps = maps;
    this.slices = slices(maps);
    this.parameters = parameters;
    if (parameters.length != length(maps)) {
      throw NeuroWeaverException.invalid(
          "an adapter of %s on this model has %d parameters, found %d"
              .formatted(config, length(maps), parameters.length));
    }
  }

  /** A fresh adapter that changes nothing: A uniform in +-1/sqrt(in), as PEFT does, B zero. */
  public static LoraAdapter init(ModelConfig model, LoraConfig config, long seed) {
    List<LoraMap> maps = config.maps(model);
    float[] parameters = new float[length(maps)];
    for (int m = 0; m < maps.size(); m++) {
      Slice a = maps.get(m).a();
      // kaiming_uniform with a = sqrt(5): bound = sqrt(6 / ((1 + 5) * fan_in)).
      double bound = 1 / Math.sqrt(a.cols());
      long stream = CounterRandom.stream(seed, 2L * m);
      for (int i = 0; i < a.length(); i++) {
        parameters[a.offset() + i] = (float) ((2 * CounterRandom.uniform(stream, i) - 1) * bound);
      }
    }
    return new LoraAdapter(model, config, maps, parameters);
  }

  /** The adapter with these parameters; the array is kept, not copied. */
  public static LoraAdapter of(ModelConfig model, LoraConfig config, float[] parameters) {
    return new LoraAdapter(model, config, config.maps(model), parameters);
  }

  /** How the flat vector of such an adapter is laid out. */
  public static List<Slice> slices(ModelConfig model, LoraConfig config) {
    return slices(config.maps(model));
  }

  private static List<Slice> slices(List<LoraMap> maps) {
    List<Slice> slices = new ArrayList<>();
    for (LoraMap map : maps) {
      slices.add(map.a());
      slices.add(map.b());
    }
    return List.copyOf(slices);
  }

  static int length(List<LoraMap> maps) {
    Slice last = maps.get(maps.size() - 1).b();
    return last.offset() + last.length();
  }

  /** to[at] and after += row {@code row} of scale B A. */
  void addProductRow(LoraMap map, int row, float[] to, int at) {
    float[] product = new float[map.a().cols()];
    for (int k = 0; k < map.rank(); k++) {
      float factor = parameters[map.b().offset() + row * map.rank() + k];
      int from = map.a().offset() + k * product.length;
      for (int j = 0; j < product.length; j++) {
        product[j] += factor * parameters[from + j];
      }
    }
    for (int j = 0; j < product.length; j++) {
      to[at + j] += map.scale() * product[j];
    }
  }

  /** The adapted maps in the order of their parameters. */
  List<LoraMap> maps() {
    return maps;
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
