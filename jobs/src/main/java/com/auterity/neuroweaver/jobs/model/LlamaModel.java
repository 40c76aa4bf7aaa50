package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Heads;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.auterity.neuroweaver.jobs.tensor.RotaryTable;
import com.auterity.neuroweaver.jobs.tensor.Tensor;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import com.auterity.neuroweaver.jobs.tensor.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Llama-family model (RMSNorm, rotary embedding, grouped-query attention, SwiGLU) whose weights
 * lie prepared on a device. Safe for concurrent use while {@link #update} is not running.
 */
public final class LlamaModel implements AutoCloseable {
  static final String EMBEDDING = "model.embed_tokens.weight";
  static final String FINAL_NORM = "model.norm.weight";
  static final String HEAD = "lm_head.weight";

  private final ModelConfig config;
  private final Device device;
  private final float[] parameters;
  private final Map<String, Slice> slices;
  private final RotaryTable rotary;
  private final Heads heads;
  private final MatrixSource embedding;
  private final Tensor finalNorm;
  private final Weights head;
  private final List<Layer> layers;
  private final AtomicInteger users = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  /** One block. Query, key and value maps lie in one matrix, gate and up in another. */
  record Layer(
      Tensor attentionNorm,
      Weights qkv,
      Weights output,
      Tensor mlpNorm,
      Weights gateUp,
      Weights down) {}

  private LlamaModel(ModelConfig config, float[] parameters, Device device) {
    this.config = config;
    this.device = device;
    this.parameters = parameters;
    this.slices = new LinkedHashMap<>();
    slices(config).forEach(slice -> slices.put(slice.name(), slice));
    this.rotary =
        new RotaryTable(
            config.maxPositions(), config.headDim(), config.ropeTheta(), config.ropeInterleaved());
    this.heads = new Heads(config.heads(), config.kvHeads(), config.headDim());
    this.embedding = source(config.vocabSize(), config.hiddenSize(), EMBEDDING);
    this.finalNorm = constant(FINAL_NORM);
    this.head = weights(config.vocabSize(), config.hiddenSize(), headName());
    this.layers = new ArrayList<>();
    for (int l = 0; l < config.layers(); l++) {
      layers.add(
          new Layer(
              constant(attentionNormName(l)),
              weights(heads.width(), config.hiddenSize(), LinearKind.Q.weightName(l)),
              weights(config.hiddenSize(), config.queryWidth(), LinearKind.O.weightName(l)),
              constant(mlpNormName(l)),
              weights(
                  2 * config.intermediateSize(),
                  config.hiddenSize(),
                  LinearKind.GATE.weightName(l)),
              weights(
                  config.hiddenSize(), config.intermediateSize(), LinearKind.DOWN.weightName(l))));
    }
  }

  /** Builds a model from its weights by their names in model hubs; (out x in), row-major. */
  public static LlamaModel of(ModelConfig config, Map<String, float[]> weights, Device device) {
    List<Slice> slices = slices(config);
    Slice last = slices.get(slices.size() - 1);
    float[] parameters = new float[Math.addExact(last.offset(), last.length())];
    for (Slice slice : slices) {
      float[] values = weights.get(slice.name());
      if (values == null) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "the model has no tensor " + slice.name(),
            Map.of("tensor", slice.name()));
      }
      if (values.length != slice.length()) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "tensor %s has %d values, its configuration wants %d x %d"
                .formatted(slice.name(), values.length, slice.rows(), slice.cols()),
            Map.of("tensor", slice.name()));
      }
      System.arraycopy(values, 0, parameters, slice.offset(), values.length);
    }
    return new LlamaModel(config, parameters, device);
  }

  /** Builds a model from one flat vector laid out as {@link #slices} says; the vector is copied. */
  public static LlamaModel of(ModelConfig config, float[] parameters, Device device) {
    List<Slice> slices = slices(config);
    Slice last = slices.get(slices.size() - 1);
    if (parameters.length != last.offset() + last.length()) {
      throw NeuroWeaverException.invalid(
          "this configuration has %d parameters, found %d"
              .formatted(last.offset() + last.length(), parameters.length));
    }
    return new LlamaModel(config, parameters.clone(), device);
  }

  /**
   * Seeded weights for pretraining: normal with deviation 0.02, what writes into the residual
   * stream divided by sqrt(2 layers) (GPT-2), norms one.
   */
  public static Map<String, float[]> initialWeights(ModelConfig config, long seed) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    int number = 0;
    for (Slice slice : slices(config)) {
      float[] values = new float[slice.length()];
      if (slice.rows() == 1) {
        Arrays.fill(values, 1f);
      } else {
        boolean residual =
            slice.name().endsWith("o_proj.weight") || slice.name().endsWith("down_proj.weight");
        double deviation = residual ? 0.02 / Math.sqrt(2.0 * config.layers()) : 0.02;
        long stream = CounterRandom.stream(seed, number);
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (deviation * CounterRandom.normal(stream, i));
        }
      }
      weights.put(slice.name(), values);
      number++;
    }
    return weights;
  }

  /**
   * Every weight by its hub name, and its place in the flat vector of {@link #parameters()}:
   * embedding; for each layer attention norm, q, k, v, o, MLP norm, gate, up, down; final norm; and
   * the head unless it is tied. Norms are the slices of one row.
   */
  public static List<Slice> slices(ModelConfig config) {
    List<Slice> slices = new ArrayList<>();
    int hidden = config.hiddenSize();
    add(slices, EMBEDDING, config.vocabSize(), hidden);
    for (int l = 0; l < config.layers(); l++) {
      add(slices, attentionNormName(l), 1, hidden);
      for (LinearKind kind : LinearKind.values()) {
        if (kind == LinearKind.GATE) {
          add(slices, mlpNormName(l), 1, hidden);
        }
        add(slices, kind.weightName(l), kind.out(config), kind.in(config));
      }
    }
    add(slices, FINAL_NORM, 1, hidden);
    if (!config.tiedEmbeddings()) {
      add(slices, HEAD, config.vocabSize(), hidden);
    }
    return slices;
  }

  private static void add(List<Slice> slices, String name, int rows, int cols) {
    int offset = 0;
    if (!slices.isEmpty()) {
      Slice last = slices.get(slices.size() - 1);
      offset = Math.addExact(last.offset(), last.length());
    }
    slices.add(new Slice(name, rows, cols, offset));
  }

  static String attentionNormName(int layer) {
    return "model.layers." + layer + ".input_layernorm.weight";
  }

  static String mlpNormName(int layer) {
    return "model.layers." + layer + ".post_attention_layernorm.weight";
  }

  private String headName() {
    return config.tiedEmbeddings() ? EMBEDDING : HEAD;
  }

  private Tensor constant(String name) {
    Slice slice = slices.get(name);
    return device.constant(slice.rows(), slice.cols(), parameters, slice.offset());
  }

  private MatrixSource source(int rows, int cols, String firstName) {
    return MatrixSource.of(parameters, slices.get(firstName).offset(), rows, cols);
  }

  private Weights weights(int out, int in, String firstName) {
    return device.weights(source(out, in, firstName), WeightFormat.FULL, false);
  }

  public ModelConfig config() {
    return config;
  }

  public Device device() {
    return device;
  }

  /** A copy of all weights as one flat vector, laid out as {@link #slices} says. */
  public float[] parameters() {
    return parameters.clone();
  }

  /** Replaces all weights; no other call may run meanwhile. */
  public void update(float[] values) {
    if (values.length != parameters.length) {
      throw NeuroWeaverException.invalid(
          "this model has %d parameters, found %d".formatted(parameters.length, values.length));
    }
    System.arraycopy(values, 0, parameters, 0, parameters.length);
    update(head, headName());
    for (int l = 0; l < layers.size(); l++) {
      Layer layer = layers.get(l);
      update(layer.qkv, LinearKind.Q.weightName(l));
      update(layer.output, LinearKind.O.weightName(l));
      update(layer.gateUp, LinearKind.GATE.weightName(l));
      update(layer.down, LinearKind.DOWN.weightName(l));
    }
  }

  private void update(Weights weights, String firstName) {
    weights.update(source(weights.out(), weights.in(), firstName));
  }

  /** A copy of all weights by name. */
  public Map<String, float[]> weights() {
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (Slice slice : slices.values()) {
      weights.put(
          slice.name(),
          Arrays.copyOfRange(parameters, slice.offset(), slice.offset() + slice.length()));
    }
    return weights;
  }

  /** A model of its own whose weights are these plus the adapter's: W + scale B A. */
  public LlamaModel merged(LoraAdapter adapter) {
    return new LlamaModel(config, sums(adapter), device);
  }

  /** The same, with the linear maps of the blocks rounded as if they were quantized. */
  public LlamaModel merged(LoraAdapter adapter, FakeQuantization quantization) {
    float[] merged = sums(adapter);
    for (int l = 0; l < config.layers(); l++) {
      for (LinearKind kind : LinearKind.values()) {
        Slice w = slices.get(kind.weightName(l));
        MatrixSource rounded =
            quantization.of(MatrixSource.of(merged, w.offset(), w.rows(), w.cols()));
        for (int i = 0; i < w.rows(); i++) {
          rounded.read(i, merged, w.offset() + i * w.cols());
        }
      }
    }
    return new LlamaModel(config, merged, device);
  }

  private float[] sums(LoraAdapter adapter) {
    if (!adapter.model().equals(config)) {
      throw NeuroWeaverException.invalid("this adapter was made for a model of another shape");
    }
    float[] merged = parameters.clone();
    for (LoraMap map : adapter.maps()) {
      Slice w = slices.get(map.kind().weightName(map.layer()));
      for (int i = 0; i < w.rows(); i++) {
        adapter.addProductRow(map, i, merged, w.offset() + i * w.cols());
      }
    }
    return merged;
  }

  int parameterCount() {
    return parameters.length;
  }

  Slice slice(String name) {
    return slices.get(name);
  }

  Slice headSlice() {
    return slices.get(headName());
  }

  RotaryTable rotary() {
    return rotary;
  }

  Heads heads() {
    return heads;
  }

  MatrixSource embedding() {
    return embedding;
  }

  Tensor finalNorm() {
    return finalNorm;
  }

  Weights head() {
    return head;
  }

  List<Layer> layers() {
    return layers;
  }

  /** Called before the weights are used, with {@link #release} after: close waits for the last. */
  void retain() {
    if (users.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new IllegalStateException("this model is closed");
    }
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      head.close();
      for (Layer layer : layers) {
        layer.qkv.close();
        layer.output.close();
        layer.gateUp.close();
        layer.down.close();
      }
    }
  }

  /** Refuses further use; native memory goes back when the last running use ends. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release();
    }
  }
}
