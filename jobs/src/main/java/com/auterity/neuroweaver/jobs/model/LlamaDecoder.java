package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Heads;
import com.auterity.neuroweaver.jobs.tensor.KeyValues;
import com.auterity.neuroweaver.jobs.tensor.Lane;
import com.auterity.neuroweaver.jobs.tensor.RotaryTable;
import com.auterity.neuroweaver.jobs.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a model token by token over KV caches, on one lane and so on one thread. Each sequence's
 * numbers are the same whatever other sequences a step holds.
 */
public final class LlamaDecoder implements AutoCloseable {
  private static final int ROW_STEP = 16;
  private static final int STEP_ROWS = 4;

  private final LlamaModel model;
  private final ModelConfig config;
  private final Heads heads;
  private final Lane lane;
  private final boolean singleRows;
  private Tensor logits;
  private int calls;
  private boolean closed;

  /** The keys and values of one sequence, for each layer. */
  public final class Sequence implements AutoCloseable {
    private final int capacity;
    private final KeyValues[] caches;
    private int length;

    private Sequence(int tokens) {
      capacity = tokens;
      caches = new KeyValues[config.layers()];
      for (int l = 0; l < caches.length; l++) {
        caches[l] = lane.keyValues(model.heads(l), capacity);
      }
    }

    /** Tokens taken in so far. */
    public int length() {
      return length;
    }

    /** How many tokens can be taken in. */
    public int capacity() {
      return capacity;
    }

    @Override
    public void close() {
      for (KeyValues cache : caches) {
        cache.close();
      }
    }
  }

  /**
   * What is said of one sequence's next token. Logits are read when asked for, before the next
   * call.
   */
  public final class Next {
    private final int call;
    private final int row;
    private final int likeliest;
    private final float probability;
    private float[] read;

    private Next(int row, int likeliest, float probability) {
      this.call = calls;
      this.row = row;
      this.likeliest = likeliest;
      this.probability = probability;
    }

    /** The likeliest token; of equal ones the first. */
    public int likeliest() {
      return likeliest;
    }

    /** A token's probability. */
    public float probability(int token) {
      if (token == likeliest) {
        return probability;
      }
      double above = (double) logits()[token] - logits()[likeliest];
      return (float) (probability * StrictMath.exp(above));
    }

    /** Unnormalized logits over the vocabulary. */
    public float[] logits() {
      if (read == null) {
        if (call != calls) {
          throw new IllegalStateException("logits are to be read before the decoder's next call");
        }
        read = new float[config.vocabSize()];
        lane.read(lane.rows(logits, row, 1), read, 0);
      }
      return read;
    }
  }

  public LlamaDecoder(LlamaModel model) {
    this(model, 1);
  }

  /** Shares each step's work out among this many threads, the caller's included. */
  public LlamaDecoder(LlamaModel model, int threads) {
    this.model = model;
    this.singleRows = model.singleRows();
    this.config = model.config();
    this.heads = model.heads(0);
    model.retain();
    this.lane = model.device().lane(threads);
  }

  /** An empty sequence with room for a prompt and what follows, at most the model's context. */
  public Sequence open(int promptTokens, int moreTokens) {
    return new Sequence((int) Math.min(config.maxPositions(), (long) promptTokens + moreTokens));
  }

  /** Takes a whole prompt into an empty sequence. */
  public Next prefill(Sequence sequence, int[] prompt) {
    if (sequence.length != 0 || prompt.length == 0 || prompt.length > sequence.capacity) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens does not go into a sequence of %d that holds %d"
              .formatted(prompt.length, sequence.capacity, sequence.length));
    }
    check(prompt);
    int n = prompt.length;
    int rows = (n + ROW_STEP - 1) / ROW_STEP * ROW_STEP;
    int[] tokens = Arrays.copyOf(prompt, rows);
    int[] positions = new int[rows];
    int[] bounds = new int[2 + rows - n];
    for (int i = 0; i < n; i++) {
      positions[i] = i;
    }
    for (int i = 1; i < bounds.length; i++) {
      bounds[i] = n + i - 1;
    }
    Tensor stats = lane.tensor(rows, 2 * heads.heads());
    Tensor x =
        layers(
            tokens,
            positions,
            (l, qkv, attended) -> {
              lane.attention(qkv, model.heads(l), bounds, attended, stats);
              lane.cache(qkv, 0, n, sequence.caches[l], 0);
            });
    lane.free(stats);
    sequence.length = n;
    int kept = rowsFor(1);
    Tensor last = lane.tensor(kept, config.hiddenSize());
    int[] row = new int[kept];
    Arrays.fill(row, -1);
    row[0] = n - 1;
    lane.gather(x, row, 0, last);
    lane.free(x);
    return head(last, 1)[0];
  }

  /** A single row of float weights would go through another kernel: pad. */
  private int rowsFor(int n) {
    return singleRows ? n : (n + STEP_ROWS - 1) / STEP_ROWS * STEP_ROWS;
  }

  /** Rounding to bf16 pays where a product reads it as it lies. */
  private Tensor factor(int rows, int cols) {
    return singleRows ? lane.tensor(rows, cols) : lane.narrow(rows, cols);
  }

  /** Takes one more token into each sequence; all have room. */
  public Next[] step(List<Sequence> sequences, int[] nextTokens) {
    int n = sequences.size();
    for (Sequence sequence : sequences) {
      if (sequence.length >= sequence.capacity) {
        throw new IllegalArgumentException(
            "a sequence of " + sequence.capacity + " tokens takes no more");
      }
    }
    check(nextTokens);
    int rows = rowsFor(n);
    int[] tokens = Arrays.copyOf(nextTokens, rows);
    int[] positions = new int[rows];
    int[] lengths = new int[n];
    for (int i = 0; i < n; i++) {
      positions[i] = sequences.get(i).length;
      lengths[i] = positions[i] + 1;
    }
    Tensor x =
        layers(
            tokens,
            positions,
            (l, qkv, attended) -> {
              List<KeyValues> caches = new ArrayList<>(n);
              for (int i = 0; i < n; i++) {
                Sequence s = sequences.get(i);
                lane.cache(qkv, i, 1, s.caches[l], s.length);
                caches.add(s.caches[l]);
              }
              lane.attentionCached(qkv, caches, lengths, attended);
            });
    for (Sequence sequence : sequences) {
      sequence.length++;
    }
    return head(x, n);
  }

  private void check(int[] tokens) {
    for (int token : tokens) {
      if (token < 0 || token >= config.vocabSize()) {
        throw NeuroWeaverException.invalid(
            "token %d is outside the vocabulary of %d".formatted(token, config.vocabSize()));
      }
    }
  }

  private interface Attention {
    void run(int layer, Tensor qkv, Tensor attended);
  }

  private Tensor layers(int[] tokens, int[] positions, Attention attention) {
    int rows = tokens.length;
    int hidden = config.hiddenSize();
    Tensor x = lane.tensor(rows, hidden);
    Tensor normed = factor(rows, hidden);
    Tensor inverse = lane.tensor(rows, 1);
    Tensor qkv = factor(rows, heads.width());
    Tensor attended = factor(rows, heads.queryWidth());
    // Padding rows are attended by nobody; what they hold must be numbers.
    lane.write(attended, new float[rows * heads.queryWidth()], 0);
    Tensor added = lane.tensor(rows, hidden);
    Tensor gateUp = factor(rows, 2 * config.intermediateSize());
    Tensor activated = factor(rows, config.intermediateSize());
    int rotated = heads.heads() + heads.kvHeads();
    Tensor headInverse = config.variant().headNorm() ? lane.tensor(rows, rotated) : null;
    RotaryTable rotary = model.rotary(Arrays.stream(positions).max().getAsInt() + 1);
    lane.embed(model.embedding(), tokens, x);
    for (int l = 0; l < config.layers(); l++) {
      LlamaModel.Layer layer = model.layers().get(l);
      lane.rmsNorm(x, layer.attentionNorm(), config.rmsNormEps(), normed, inverse);
      lane.linear(normed, layer.qkv(), qkv);
      addBias(layer.qkvBias(), qkv);
      if (headInverse != null) {
        lane.headNorm(qkv, layer.headNorm(), config.rmsNormEps(), qkv, headInverse);
      }
      lane.rotary(qkv, rotated, heads.headDim(), positions, rotary, false);
      attention.run(l, qkv, attended);
      lane.linear(attended, layer.output(), added);
      addBias(layer.outputBias(), added);
      lane.add(added, x);
      lane.rmsNorm(x, layer.mlpNorm(), config.rmsNormEps(), normed, inverse);
      lane.linear(normed, layer.gateUp(), gateUp);
      addBias(layer.gateUpBias(), gateUp);
      lane.swiglu(gateUp, activated);
      lane.linear(activated, layer.down(), added);
      addBias(layer.downBias(), added);
      lane.add(added, x);
    }
    for (Tensor tensor : List.of(normed, inverse, qkv, attended, added, gateUp, activated)) {
      lane.free(tensor);
    }
    if (headInverse != null) {
      lane.free(headInverse);
    }
    return x;
  }

  private void addBias(Tensor bias, Tensor y) {
    if (bias != null) {
      lane.addRow(bias, y);
    }
  }

  /** Frees x. */
  private Next[] head(Tensor x, int n) {
    int rows = x.rows();
    calls++;
    if (logits != null) {
      lane.free(logits);
    }
    logits = lane.tensor(rows, config.vocabSize());
    Tensor normed = factor(rows, config.hiddenSize());
    Tensor inverse = lane.tensor(rows, 1);
    lane.rmsNorm(x, model.finalNorm(), config.rmsNormEps(), normed, inverse);
    lane.linear(normed, model.head(), logits);
    int[] likeliest = new int[rows];
    float[] probability = new float[rows];
    lane.likeliest(logits, likeliest, probability);
    Next[] next = new Next[n];
    for (int i = 0; i < n; i++) {
      next[i] = new Next(i, likeliest[i], probability[i]);
    }
    for (Tensor tensor : List.of(x, normed, inverse)) {
      lane.free(tensor);
    }
    return next;
  }

  /** CPU time of the threads that help the caller's; for metering. */
  public long helperCpuNanos() {
    return lane.helperCpuNanos();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      lane.close();
      model.release();
    }
  }
}
