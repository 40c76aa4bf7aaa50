package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Heads;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.auterity.neuroweaver.jobs.tensor.RotaryTable;
import com.auterity.neuroweaver.jobs.tensor.Tensor;
import com.auterity.neuroweaver.jobs.tensor.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A Llama-family model (RMSNorm, rotary embedding, grouped-query attention, SwiGLU) whose weights
 * lie prepared on a device. Safe for concurrent use while {@link #update} is not running.
 */
public final class LlamaModel implements AutoCloseable {
  static final String EMBEDDING = "model.embed_tokens.weight";
  static final String FINAL_NORM = "model.norm.weight";
  static final String HEAD = "lm_head.weight";
  private static final int FIRST_POSITIONS = 1024;

  private final ModelConfig config;
  private final Device device;
  private final ModelWeights weights;
  private final ModelLoad load;
  private final float[] flat;
  private final Map<String, Slice> slices;
  private final double[] frequencies;
  private final List<Heads> heads = new ArrayList<>();
  private final MatrixSource embedding;
  private final List<Constant> constants = new ArrayList<>();
  private final Tensor finalNorm;
  private final Weights head;
  private final List<Layer> layers = new ArrayList<>();
  private volatile RotaryTable rotary;
  private final AtomicInteger users = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * One block. Query, key and value maps lie in one matrix, gate and up in another. Biases and the
   * weights of head norms ((heads + kvHeads) x headDim) are null where the model has none.
   */
  record Layer(
      Tensor attentionNorm,
      Weights qkv,
      Tensor qkvBias,
      Tensor headNorm,
      Weights output,
      Tensor outputBias,
      Tensor mlpNorm,
      Weights gateUp,
      Tensor gateUpBias,
      Weights down,
      Tensor downBias) {}

  /** A small tensor whose values are read anew when the model is updated. */
  private record Constant(MatrixSource source, float[] values) {
    void read() {
      for (int r = 0; r < source.rows(); r++) {
        source.read(r, values, r * source.cols());
      }
    }
  }

  private LlamaModel(ModelWeights weights, float[] flat, ModelLoad load, Device device) {
    this.config = weights.config();
    this.device = device;
    this.weights = weights;
    this.load = load;
    this.flat = flat;
    this.slices = new LinkedHashMap<>();
    if (weights.count() <= Integer.MAX_VALUE) {
      slices(config).forEach(slice -> slices.put(slice.name(), slice));
    }
    this.frequencies =
        config.variant().ropeScaling().frequencies(config.ropeTheta(), config.rotaryDim());
    this.rotary =
        new RotaryTable(
            Math.min(FIRST_POSITIONS, config.maxPositions()),
            frequencies,
            config.ropeInterleaved());
    for (int l = 0; l < config.layers(); l++) {
      heads.add(new Heads(config.heads(), config.kvHeads(), config.headDim(), config.window(l)));
    }
    this.embedding = weights.source(EMBEDDING);
    List<Weights> made = new ArrayList<>();
    try {
      this.finalNorm = constant(weights.source(FINAL_NORM));
      this.head =
          kept(made, device.weights(head(config, weights), load.head(), load.forwardOnly()));
      for (int l = 0; l < config.layers(); l++) {
        layers.add(
            new Layer(
                constant(weights.source(attentionNormName(l))),
                kept(made, linear(qkv(l))),
                bias(l, LinearKind.Q, LinearKind.K, LinearKind.V),
                headNorm(l),
                kept(made, linear(weights.source(LinearKind.O.weightName(l)))),
                bias(l, LinearKind.O),
                constant(weights.source(mlpNormName(l))),
                kept(made, linear(gateUp(l))),
                bias(l, LinearKind.GATE, LinearKind.UP),
                kept(made, linear(weights.source(LinearKind.DOWN.weightName(l)))),
                bias(l, LinearKind.DOWN)));
      }
    } catch (RuntimeException | Error e) {
      // For instance a NaN found while its row was read.
      made.forEach(Weights::close);
      throw e;
    }
  }

  private static Weights kept(List<Weights> made, Weights weights) {
    made.add(weights);
    return weights;
  }

  private Weights linear(MatrixSource source) {
    return device.weights(source, load.linear(), load.forwardOnly());
  }

  private static MatrixSource head(ModelConfig config, ModelWeights weights) {
    return weights.source(config.tiedEmbeddings() ? EMBEDDING : HEAD);
  }

  private MatrixSource qkv(int layer) {
    return stacked(layer, LinearKind.Q, LinearKind.K, LinearKind.V);
  }

  private MatrixSource gateUp(int layer) {
    return stacked(layer, LinearKind.GATE, LinearKind.UP);
  }

  private MatrixSource stacked(int layer, LinearKind... kinds) {
    return MatrixSource.stacked(
        Stream.of(kinds).map(kind -> weights.source(kind.weightName(layer))).toList());
  }

  /** Biases one beside the other as one row, or null. */
  private Tensor bias(int layer, LinearKind... kinds) {
    if (!kinds[0].hasBias(config)) {
      return null;
    }
    List<MatrixSource> parts =
        Stream.of(kinds).map(kind -> weights.source(kind.biasName(layer))).toList();
    int cols = parts.stream().mapToInt(MatrixSource::cols).sum();
    return constant(
        new MatrixSource() {
          @Override
          public int rows() {
            return 1;
          }

          @Override
          public int cols() {
            return cols;
          }

          @Override
          public void read(int row, float[] to, int offset) {
            int at = offset;
            for (MatrixSource part : parts) {
              part.read(row, to, at);
              at += part.cols();
            }
          }
        });
  }

  /** One row for each query head, then one for each key head, or null. */
  private Tensor headNorm(int layer) {
    if (!config.variant().headNorm()) {
      return null;
    }
    List<MatrixSource> rows = new ArrayList<>();
    rows.addAll(Collections.nCopies(config.heads(), weights.source(queryNormName(layer))));
    rows.addAll(Collections.nCopies(config.kvHeads(), weights.source(keyNormName(layer))));
    return constant(MatrixSource.stacked(rows));
  }

  private Tensor constant(MatrixSource source) {
    Constant constant =
        new Constant(source, new float[Math.multiplyExact(source.rows(), source.cols())]);
    constant.read();
    constants.add(constant);
    return device.constant(source.rows(), source.cols(), constant.values(), 0);
  }

  /** Reads the weights row by row into the device; the embedding stays where it lies. */
  public static LlamaModel of(ModelWeights weights, ModelLoad load, Device device) {
    return new LlamaModel(weights, null, load, device);
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
    return flat(config, parameters, device);
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
    return flat(config, parameters.clone(), device);
  }

  private static LlamaModel flat(ModelConfig config, float[] parameters, Device device) {
    return new LlamaModel(ModelWeights.of(config, parameters), parameters, ModelLoad.FULL, device);
  }

  /**
   * Seeded weights for pretraining: normal with deviation 0.02, what writes into the residual
   * stream divided by sqrt(2 layers) (GPT-2), norms one, biases zero.
   */
  public static Map<String, float[]> initialWeights(ModelConfig config, long seed) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    int number = 0;
    for (Slice slice : slices(config)) {
      float[] values = new float[slice.length()];
      if (slice.name().endsWith("norm.weight")) {
        Arrays.fill(values, 1f);
      } else if (!slice.name().endsWith(".bias")) {
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
   * Every weight by its hub name: embedding; for each layer attention norm, q, k, v, o, MLP norm,
   * gate, up, down; final norm; and the head unless it is tied. Vectors have one row. Where there
   * are biases, those of q, k and v follow v's weight, then head norms; those of gate and up follow
   * up's weight, o's and down's their own.
   */
  public static List<ModelTensor> tensors(ModelConfig config) {
    List<ModelTensor> tensors = new ArrayList<>();
    int hidden = config.hiddenSize();
    tensors.add(new ModelTensor(EMBEDDING, config.vocabSize(), hidden));
    for (int l = 0; l < config.layers(); l++) {
      tensors.add(new ModelTensor(attentionNormName(l), 1, hidden));
      for (LinearKind kind : LinearKind.values()) {
        if (kind == LinearKind.GATE) {
          tensors.add(new ModelTensor(mlpNormName(l), 1, hidden));
        }
        tensors.add(new ModelTensor(kind.weightName(l), kind.out(config), kind.in(config)));
        switch (kind) {
          case V -> {
            biases(tensors, config, l, LinearKind.Q, LinearKind.K, LinearKind.V);
            if (config.variant().headNorm()) {
              tensors.add(new ModelTensor(queryNormName(l), 1, config.headDim()));
              tensors.add(new ModelTensor(keyNormName(l), 1, config.headDim()));
            }
          }
          case UP -> biases(tensors, config, l, LinearKind.GATE, LinearKind.UP);
          case O, DOWN -> biases(tensors, config, l, kind);
          case Q, K, GATE -> {}
        }
      }
    }
    tensors.add(new ModelTensor(FINAL_NORM, 1, hidden));
    if (!config.tiedEmbeddings()) {
      tensors.add(new ModelTensor(HEAD, config.vocabSize(), hidden));
    }
    return tensors;
  }

  /**
   * Where each of {@link #tensors} lies in the flat vector of {@link #parameters()}; refused for
   * models too large for one vector.
   */
  public static List<Slice> slices(ModelConfig config) {
    List<ModelTensor> tensors = tensors(config);
    long count = ModelWeights.count(tensors);
    if (count > Integer.MAX_VALUE) {
      throw NeuroWeaverException.invalid(
          "a model of %d parameters does not go into one vector (at most %d): train an adapter"
              .formatted(count, Integer.MAX_VALUE));
    }
    List<Slice> slices = new ArrayList<>();
    int offset = 0;
    for (ModelTensor tensor : tensors) {
      Slice slice = new Slice(tensor.name(), tensor.rows(), tensor.cols(), offset);
      slices.add(slice);
      offset += slice.length();
    }
    return slices;
  }

  private static void biases(
      List<ModelTensor> tensors, ModelConfig config, int layer, LinearKind... kinds) {
    for (LinearKind kind : kinds) {
      if (kind.hasBias(config)) {
        tensors.add(new ModelTensor(kind.biasName(layer), 1, kind.out(config)));
      }
    }
  }

  static String queryNormName(int layer) {
    return "model.layers." + layer + ".self_attn.q_norm.weight";
  }

  static String keyNormName(int layer) {
    return "model.layers." + layer + ".self_attn.k_norm.weight";
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

  public ModelConfig config() {
    return config;
  }

  public Device device() {
    return device;
  }

  public ModelWeights weights() {
    return weights;
  }

  /** A copy of all weights as one flat vector, laid out as {@link #slices} says. */
  public float[] parameters() {
    float[] parameters = new float[Math.toIntExact(parameterCount())];
    for (Slice slice : slices(config)) {
      MatrixSource source = weights.source(slice.name());
      for (int r = 0; r < slice.rows(); r++) {
        source.read(r, parameters, slice.offset() + r * slice.cols());
      }
    }
    return parameters;
  }

  /** Replaces all weights of a model made of a flat vector; no other call may run meanwhile. */
  public void update(float[] values) {
    if (flat == null) {
      throw new IllegalStateException("only a model made of a flat vector can be updated");
    }
    if (values.length != flat.length) {
      throw NeuroWeaverException.invalid(
          "this model has %d parameters, found %d".formatted(flat.length, values.length));
    }
    System.arraycopy(values, 0, flat, 0, flat.length);
    constants.forEach(Constant::read);
    head.update(head(config, weights));
    for (int l = 0; l < layers.size(); l++) {
      Layer layer = layers.get(l);
      layer.qkv.update(qkv(l));
      layer.output.update(weights.source(LinearKind.O.weightName(l)));
      layer.gateUp.update(gateUp(l));
      layer.down.update(weights.source(LinearKind.DOWN.weightName(l)));
    }
  }

  /**
   * A model of its own whose weights are these plus the adapter's: W + scale B A. Rows of this
   * model are read where they lie, so it must not be updated while the merged one is in use.
   */
  public LlamaModel merged(LoraAdapter adapter) {
    return merged(adapter, load);
  }

  /** The same, put on the device in another way. */
  public LlamaModel merged(LoraAdapter adapter, ModelLoad wanted) {
    return of(weights.merged(adapter), wanted, device);
  }

  /** The merged model, with the linear maps of its blocks rounded as if they were quantized. */
  public LlamaModel merged(LoraAdapter adapter, FakeQuantization quantization) {
    return of(weights.merged(adapter).rounded(quantization), load, device);
  }

  /** Device memory of all prepared weight matrices, the output matrix among them. */
  public long weightBytes() {
    return linearBytes() + head.bytes();
  }

  /** Device memory for each parameter of the blocks' linear maps. */
  public double bytesPerLinearParameter() {
    long parameters = 0;
    for (LinearKind kind : LinearKind.values()) {
      parameters += (long) kind.out(config) * kind.in(config);
    }
    return (double) linearBytes() / (parameters * config.layers());
  }

  private long linearBytes() {
    long bytes = 0;
    for (Layer layer : layers) {
      bytes += layer.qkv.bytes() + layer.output.bytes() + layer.gateUp.bytes() + layer.down.bytes();
    }
    return bytes;
  }

  public long parameterCount() {
    return weights.count();
  }

  Slice slice(String name) {
    return slices.get(name);
  }

  Slice headSlice() {
    return slices.get(headName());
  }

  /** A table of at least this many positions; it grows with what is asked for. */
  RotaryTable rotary(int positions) {
    RotaryTable table = rotary;
    if (table.positions() < positions) {
      synchronized (constants) {
        table = rotary;
        if (table.positions() < positions) {
          long rows = Math.max(positions, 2L * table.positions());
          table =
              new RotaryTable(
                  (int) Math.min(config.maxPositions(), rows),
                  frequencies,
                  config.ropeInterleaved());
          rotary = table;
        }
      }
    }
    return table;
  }

  /** How a row of queries, keys and values of this layer is cut. */
  Heads heads(int layer) {
    return heads.get(layer);
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

  /** Whether its maps take single rows, {@link Weights#singleRows}. */
  boolean singleRows() {
    boolean all = head.singleRows();
    for (Layer layer : layers) {
      all &=
          layer.qkv.singleRows()
              && layer.output.singleRows()
              && layer.gateUp.singleRows()
              && layer.down.singleRows();
    }
    return all;
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
