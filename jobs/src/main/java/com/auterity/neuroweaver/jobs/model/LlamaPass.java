package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Heads;
import com.auterity.neuroweaver.jobs.tensor.Lane;
import com.auterity.neuroweaver.jobs.tensor.RotaryTable;
import com.auterity.neuroweaver.jobs.tensor.Tensor;
import com.auterity.neuroweaver.jobs.tensor.Weights;
import java.util.Arrays;

/**
 * One micro-batch through a model, forward and (when a gradient is wanted) backward: of all
 * weights, or of an adapter's, in which case nothing below the lowest adapter is computed. Rows are
 * padded to a multiple of 16 with tokens that are targets of nothing. With gradient checkpointing
 * (Chen et al. 2016) forward keeps the input of a layer only, and backward computes the rest once
 * more, to the same bytes.
 */
final class LlamaPass {
  private static final int ROW_STEP = 16;
  private static final int LOGITS = 1 << 25;

  /** What a gradient is taken of. */
  enum Gradient {
    NONE,
    ADAPTER,
    /** Of an adapter that the model's weights hold already. */
    ADAPTER_WITHIN,
    ALL;

    boolean ofAdapter() {
      return this == ADAPTER || this == ADAPTER_WITHIN;
    }
  }

  private final LlamaModel model;
  private final ModelConfig config;
  private final Heads heads;
  private final Lane lane;
  private final Gradient wanted;
  private final boolean checkpointing;
  private final float[] gradient;
  private final LoraPart[][] parts;
  private final int lowestLayer;
  private final int lowest;

  private final int size;
  private final int rows;
  private final int[] tokens;
  private final int[] positions;
  private final RotaryTable rotary;
  private final int[] bounds;
  private final int[] targets;
  private final int[] targetRows;
  private final int targetCount;

  private double loss;
  // Of each sample; null unless asked for.
  private double[] losses;

  /** Everything of one layer's forward pass that backward reads. */
  private static final class Activations {
    Tensor x;
    Tensor normed;
    Tensor inverse;
    Tensor qkv;
    // Before the norms of the heads, where a model has them.
    Tensor rawQkv;
    Tensor headInverse;
    Tensor attended;
    Tensor stats;
    Tensor middle;
    Tensor middleNormed;
    Tensor middleInverse;
    Tensor gateUp;
    Tensor activated;
  }

  LlamaPass(
      LlamaModel model,
      Lane lane,
      MicroBatch batch,
      LoraAdapter adapter,
      long dropoutSeed,
      Gradient wanted,
      boolean checkpointing,
      float[] gradient) {
    this.model = model;
    this.config = model.config();
    this.heads = model.heads(0);
    this.lane = lane;
    this.wanted = wanted;
    this.checkpointing = checkpointing;
    this.gradient = gradient;
    this.size = batch.size();
    this.rows = roundUp(size);
    this.tokens = Arrays.copyOf(batch.tokens(), rows);
    this.positions = Arrays.copyOf(batch.positions(), rows);
    this.bounds = bounds(batch.segments(), rows);
    check(batch);
    this.rotary = model.rotary(Arrays.stream(positions).max().orElse(0) + 1);

    int count = 0;
    for (int target : batch.targets()) {
      count += target >= 0 ? 1 : 0;
    }
    this.targetCount = count;
    int padded = roundUp(count);
    this.targets = new int[padded];
    this.targetRows = new int[padded];
    Arrays.fill(targets, -1);
    Arrays.fill(targetRows, -1);
    for (int i = 0, n = 0; i < size; i++) {
      if (batch.targets()[i] >= 0) {
        targets[n] = batch.targets()[i];
        targetRows[n] = i;
        n++;
      }
    }

    this.parts = new LoraPart[config.layers()][LinearKind.values().length];
    int firstLayer = 0;
    int firstKind = -1;
    if (adapter != null) {
      double dropout = wanted.ofAdapter() ? adapter.config().dropout() : 0;
      for (LoraMap map : adapter.maps()) {
        int kind = map.kind().ordinal();
        long key =
            CounterRandom.stream(
                dropoutSeed, (long) map.layer() * LinearKind.values().length + kind);
        parts[map.layer()][kind] =
            new LoraPart(lane, adapter, map, dropout, key, wanted == Gradient.ADAPTER_WITHIN);
      }
      if (wanted.ofAdapter()) {
        firstLayer = adapter.maps().get(0).layer();
        firstKind = adapter.maps().get(0).kind().ordinal();
      }
    }
    this.lowestLayer = firstLayer;
    this.lowest = firstKind;
  }

  private static int roundUp(int n) {
    return (n + ROW_STEP - 1) / ROW_STEP * ROW_STEP;
  }

  /** Where each run of equal segments begins, and the end; each padding row stands alone. */
  private static int[] bounds(int[] segments, int rows) {
    int[] bounds = new int[rows + 1];
    int n = 1;
    for (int i = 1; i < rows; i++) {
      if (i >= segments.length || segments[i] != segments[i - 1]) {
        bounds[n++] = i;
      }
    }
    bounds[n++] = rows;
    return Arrays.copyOf(bounds, n);
  }

  private void check(MicroBatch batch) {
    for (int i = 0; i < size; i++) {
      if (tokens[i] < 0 || tokens[i] >= config.vocabSize()) {
        throw NeuroWeaverException.invalid(
            "token %d of a micro-batch is %d; the vocabulary has %d"
                .formatted(i, tokens[i], config.vocabSize()));
      }
      if (batch.targets()[i] >= config.vocabSize()) {
        throw NeuroWeaverException.invalid(
            "target %d of a micro-batch is %d; the vocabulary has %d"
                .formatted(i, batch.targets()[i], config.vocabSize()));
      }
      if (positions[i] < 0 || positions[i] >= config.maxPositions()) {
        throw NeuroWeaverException.invalid(
            "position %d of token %d is beyond the context of %d tokens"
                .formatted(positions[i], i, config.maxPositions()));
      }
    }
  }

  Result run() {
    Activations[] kept = new Activations[config.layers()];
    Tensor x = lane.tensor(rows, config.hiddenSize());
    lane.embed(model.embedding(), tokens, x);
    for (int l = 0; l < kept.length; l++) {
      kept[l] = new Activations();
      x = forward(l, x, kept[l]);
      if (wanted == Gradient.NONE || l < lowestLayer) {
        release(l, kept[l]);
      } else if (checkpointing && l < kept.length - 1) {
        // Of the last layer, backward reads all at once.
        kept[l] = releaseAllButInput(l, kept[l]);
      }
    }
    Tensor dx = head(x);
    if (wanted != Gradient.NONE) {
      for (int l = kept.length - 1; l >= lowestLayer; l--) {
        if (checkpointing && l < kept.length - 1) {
          again(l, kept[l]);
        }
        backward(l, dx, kept[l]);
      }
      if (wanted == Gradient.ALL) {
        embeddingGradient(dx);
      }
    }
    return new Result(loss, targetCount, size);
  }

  /** Forward alone: the sum of the targets' losses of each sample, in their order. */
  double[] losses() {
    losses = new double[bounds.length - 1];
    run();
    int samples = 1;
    while (bounds[samples] < size) {
      samples++;
    }
    return Arrays.copyOf(losses, samples);
  }

  /** A layer's result. */
  private Tensor forward(int l, Tensor x, Activations a) {
    activate(l, x, a);
    LlamaModel.Layer layer = model.layers().get(l);
    Tensor y = lane.tensor(rows, config.hiddenSize());
    lane.linear(a.activated, layer.down(), y);
    addBias(layer.downBias(), y);
    adapt(l, LinearKind.DOWN, a.activated, y, 0, config.hiddenSize());
    lane.add(a.middle, y);
    return y;
  }

  /** What backward reads of a layer whose input alone was kept: all but its result. */
  private void again(int l, Activations a) {
    activate(l, a.x, a);
    LoraPart down = parts[l][LinearKind.DOWN.ordinal()];
    if (down != null) {
      down.lower(a.activated);
    }
  }

  /** A layer up to the input of its last map. */
  private void activate(int l, Tensor x, Activations a) {
    LlamaModel.Layer layer = model.layers().get(l);
    int hidden = config.hiddenSize();
    a.x = x;
    a.inverse = lane.tensor(rows, 1);
    a.normed = lane.narrow(rows, hidden);
    lane.rmsNorm(x, layer.attentionNorm(), config.rmsNormEps(), a.normed, a.inverse);

    a.qkv = lane.narrow(rows, heads.width());
    lane.linear(a.normed, layer.qkv(), a.qkv);
    addBias(layer.qkvBias(), a.qkv);
    adapt(l, LinearKind.Q, a.normed, a.qkv, 0, heads.queryWidth());
    adapt(l, LinearKind.K, a.normed, a.qkv, heads.queryWidth(), heads.keyWidth());
    adapt(
        l, LinearKind.V, a.normed, a.qkv, heads.queryWidth() + heads.keyWidth(), heads.keyWidth());
    int rotated = heads.heads() + heads.kvHeads();
    if (layer.headNorm() != null) {
      a.rawQkv = a.qkv;
      a.qkv = lane.narrow(rows, heads.width());
      a.headInverse = lane.tensor(rows, rotated);
      int values = heads.queryWidth() + heads.keyWidth();
      lane.copy(
          lane.columns(a.rawQkv, values, heads.keyWidth()),
          lane.columns(a.qkv, values, heads.keyWidth()));
      lane.headNorm(a.rawQkv, layer.headNorm(), config.rmsNormEps(), a.qkv, a.headInverse);
    }
    lane.rotary(a.qkv, rotated, heads.headDim(), positions, rotary, false);

    a.attended = lane.narrow(rows, heads.queryWidth());
    a.stats = lane.tensor(rows, 2 * heads.heads());
    lane.attention(a.qkv, model.heads(l), bounds, a.attended, a.stats);

    a.middle = lane.tensor(rows, hidden);
    lane.linear(a.attended, layer.output(), a.middle);
    addBias(layer.outputBias(), a.middle);
    adapt(l, LinearKind.O, a.attended, a.middle, 0, hidden);
    lane.add(x, a.middle);

    a.middleInverse = lane.tensor(rows, 1);
    a.middleNormed = lane.narrow(rows, hidden);
    lane.rmsNorm(a.middle, layer.mlpNorm(), config.rmsNormEps(), a.middleNormed, a.middleInverse);

    int m = config.intermediateSize();
    a.gateUp = lane.narrow(rows, 2 * m);
    lane.linear(a.middleNormed, layer.gateUp(), a.gateUp);
    addBias(layer.gateUpBias(), a.gateUp);
    adapt(l, LinearKind.GATE, a.middleNormed, a.gateUp, 0, m);
    adapt(l, LinearKind.UP, a.middleNormed, a.gateUp, m, m);
    a.activated = lane.narrow(rows, m);
    lane.swiglu(a.gateUp, a.activated);
  }

  private void addBias(Tensor bias, Tensor y) {
    if (bias != null) {
      lane.addRow(bias, y);
    }
  }

  private void adapt(int l, LinearKind kind, Tensor x, Tensor y, int from, int count) {
    LoraPart part = parts[l][kind.ordinal()];
    if (part != null) {
      part.forward(x, lane.columns(y, from, count));
    }
  }

  private Activations releaseAllButInput(int l, Activations a) {
    Activations input = new Activations();
    input.x = a.x;
    a.x = null;
    release(l, a);
    return input;
  }

  private void release(int l, Activations a) {
    for (LoraPart part : parts[l]) {
      if (part != null) {
        part.release();
      }
    }
    for (Tensor tensor :
        new Tensor[] {
          a.x,
          a.normed,
          a.inverse,
          a.qkv,
          a.rawQkv,
          a.headInverse,
          a.attended,
          a.stats,
          a.middle,
          a.middleNormed,
          a.middleInverse,
          a.gateUp,
          a.activated
        }) {
      if (tensor != null) {
        lane.free(tensor);
      }
    }
  }

  /** Adds up the losses of the targets from {@code from} on by the samples they belong to. */
  private void lossesOfSamples(Tensor logits, int from, int n) {
    int sample = 0;
    for (int i = from; i < from + n && targetRows[i] >= 0; ) {
      while (bounds[sample + 1] <= targetRows[i]) {
        sample++;
      }
      int end = i;
      while (end < from + n && targetRows[end] >= 0 && targetRows[end] < bounds[sample + 1]) {
        end++;
      }
      Tensor own = lane.rows(logits, i - from, end - i);
      losses[sample] += lane.crossEntropy(own, targets, i, null);
      i = end;
    }
  }

  /** Loss of the target rows, a few rows of logits at a time; the gradient of x, or null. */
  private Tensor head(Tensor x) {
    boolean backward = wanted != Gradient.NONE;
    int hidden = config.hiddenSize();
    int vocab = config.vocabSize();
    int count = targets.length;
    Tensor dx = backward ? lane.zeros(rows, hidden) : null;
    if (wanted == Gradient.ALL) {
      Slice head = model.headSlice();
      Slice norm = model.slice(LlamaModel.FINAL_NORM);
      Arrays.fill(gradient, head.offset(), head.offset() + head.length(), 0f);
      Arrays.fill(gradient, norm.offset(), norm.offset() + norm.length(), 0f);
    }
    if (count == 0) {
      return dx;
    }
    Tensor chosen = lane.tensor(count, hidden);
    lane.gather(x, targetRows, 0, chosen);
    Tensor normed = lane.narrow(count, hidden);
    Tensor inverse = lane.tensor(count, 1);
    lane.rmsNorm(chosen, model.finalNorm(), config.rmsNormEps(), normed, inverse);
    Tensor dNormed = backward ? lane.narrow(count, hidden) : null;
    Tensor dHead = wanted == Gradient.ALL ? lane.tensor(vocab, hidden) : null;

    int step = Math.max(ROW_STEP, Math.min(512, LOGITS / vocab / ROW_STEP * ROW_STEP));
    for (int from = 0; from < count; from += step) {
      int n = Math.min(step, count - from);
      Tensor logits = lane.tensor(n, vocab);
      Tensor part = lane.rows(normed, from, n);
      lane.linear(part, model.head(), logits);
      Tensor dLogits = backward ? lane.narrow(n, vocab) : null;
      if (losses == null) {
        loss += lane.crossEntropy(logits, targets, from, dLogits);
      } else {
        lossesOfSamples(logits, from, n);
      }
      lane.free(logits);
      if (backward) {
        lane.linearInput(dLogits, model.head(), lane.rows(dNormed, from, n));
      }
      if (dHead != null) {
        lane.linearWeight(dLogits, part, dHead, from > 0);
      }
      if (backward) {
        lane.free(dLogits);
      }
    }
    if (backward) {
      Tensor dChosen = lane.zeros(count, hidden);
      Tensor dNorm = wanted == Gradient.ALL ? lane.zeros(1, hidden) : null;
      lane.rmsNormBackward(dNormed, chosen, model.finalNorm(), inverse, dChosen, dNorm);
      lane.scatterAdd(dChosen, targetRows, 0, dx);
      if (dNorm != null) {
        lane.read(dNorm, gradient, model.slice(LlamaModel.FINAL_NORM).offset());
        lane.read(dHead, gradient, model.headSlice().offset());
        lane.free(dHead);
      }
    }
    return dx;
  }

  /** dx, the gradient of the layer's output, becomes that of its input. */
  private void backward(int l, Tensor dx, Activations a) {
    LlamaModel.Layer layer = model.layers().get(l);
    // Of an adapter's gradient, nothing below the lowest adapter is needed.
    int stop = l == lowestLayer ? lowest : -1;
    int hidden = config.hiddenSize();
    int m = config.intermediateSize();

    boolean below = stop < LinearKind.DOWN.ordinal();
    Tensor dActivated = input(dx, layer.down(), below);
    weight(l, LinearKind.DOWN, dx, a.activated);
    adaptBackward(l, LinearKind.DOWN, dx, 0, hidden, dActivated);
    if (!below) {
      return;
    }
    Tensor dGateUp = lane.narrow(rows, 2 * m);
    lane.swigluBackward(dActivated, a.gateUp, dGateUp);
    lane.free(dActivated);

    below = stop < LinearKind.GATE.ordinal();
    Tensor dMiddleNormed = input(dGateUp, layer.gateUp(), below);
    weight(l, LinearKind.GATE, dGateUp, a.middleNormed);
    adaptBackward(l, LinearKind.GATE, dGateUp, 0, m, dMiddleNormed);
    adaptBackward(l, LinearKind.UP, dGateUp, m, m, dMiddleNormed);
    lane.free(dGateUp);
    if (!below) {
      return;
    }
    norm(LlamaModel.mlpNormName(l), dMiddleNormed, a.middle, layer.mlpNorm(), a.middleInverse, dx);
    lane.free(dMiddleNormed);

    below = stop < LinearKind.O.ordinal();
    Tensor dAttended = input(dx, layer.output(), below);
    weight(l, LinearKind.O, dx, a.attended);
    adaptBackward(l, LinearKind.O, dx, 0, hidden, dAttended);
    if (!below) {
      return;
    }
    Tensor dQkv = lane.narrow(rows, heads.width());
    lane.attentionBackward(dAttended, a.qkv, a.attended, a.stats, model.heads(l), bounds, dQkv);
    lane.free(dAttended);
    lane.rotary(dQkv, heads.heads() + heads.kvHeads(), heads.headDim(), positions, rotary, true);
    if (layer.headNorm() != null) {
      headNormBackward(l, dQkv, a);
    }

    below = stop < 0;
    Tensor dNormed = input(dQkv, layer.qkv(), below);
    weight(l, LinearKind.Q, dQkv, a.normed);
    int queries = heads.queryWidth();
    int keys = heads.keyWidth();
    adaptBackward(l, LinearKind.Q, dQkv, 0, queries, dNormed);
    adaptBackward(l, LinearKind.K, dQkv, queries, keys, dNormed);
    adaptBackward(l, LinearKind.V, dQkv, queries + keys, keys, dNormed);
    lane.free(dQkv);
    if (!below) {
      return;
    }
    norm(LlamaModel.attentionNormName(l), dNormed, a.x, layer.attentionNorm(), a.inverse, dx);
    lane.free(dNormed);
    release(l, a);
  }

  private Tensor input(Tensor dy, Weights weights, boolean needed) {
    if (!needed) {
      return null;
    }
    Tensor dx = lane.narrow(rows, weights.in());
    lane.linearInput(dy, weights, dx);
    return dx;
  }

  /**
   * The gradient of a weight matrix that begins with this kind's (q with k and v, gate with up),
   * and of its bias.
   */
  private void weight(int l, LinearKind first, Tensor dy, Tensor x) {
    if (wanted != Gradient.ALL) {
      return;
    }
    Tensor dw = lane.tensor(dy.cols(), x.cols());
    lane.linearWeight(dy, x, dw, false);
    lane.read(dw, gradient, model.slice(first.weightName(l)).offset());
    lane.free(dw);
    if (first.hasBias(config)) {
      sumRows(first.biasName(l), dy);
    }
  }

  private void sumRows(String name, Tensor x) {
    Tensor sums = lane.zeros(1, x.cols());
    lane.sumRows(x, sums);
    lane.read(sums, gradient, model.slice(name).offset());
    lane.free(sums);
  }

  /** dQkv, the gradient of normalized heads, becomes that of the maps' results. */
  private void headNormBackward(int l, Tensor dQkv, Activations a) {
    Tensor weight = model.layers().get(l).headNorm();
    Tensor dWeight = wanted == Gradient.ALL ? lane.zeros(weight.rows(), weight.cols()) : null;
    lane.headNormBackward(dQkv, a.rawQkv, weight, a.headInverse, dWeight);
    if (dWeight != null) {
      sumRows(LlamaModel.queryNormName(l), lane.rows(dWeight, 0, heads.heads()));
      sumRows(LlamaModel.keyNormName(l), lane.rows(dWeight, heads.heads(), heads.kvHeads()));
      lane.free(dWeight);
    }
  }

  private void adaptBackward(int l, LinearKind kind, Tensor dy, int from, int count, Tensor dx) {
    LoraPart part = parts[l][kind.ordinal()];
    if (part != null && wanted.ofAdapter()) {
      part.backward(lane.columns(dy, from, count), dx, gradient);
    }
  }

  private void norm(String name, Tensor dy, Tensor x, Tensor weight, Tensor inverse, Tensor dx) {
    Tensor dWeight = wanted == Gradient.ALL ? lane.zeros(1, config.hiddenSize()) : null;
    lane.rmsNormBackward(dy, x, weight, inverse, dx, dWeight);
    if (dWeight != null) {
      lane.read(dWeight, gradient, model.slice(name).offset());
      lane.free(dWeight);
    }
  }

  /** Adds to what the head left there when it is tied, else overwrites. */
  private void embeddingGradient(Tensor dx) {
    Slice slice = model.slice(LlamaModel.EMBEDDING);
    Tensor table = lane.tensor(slice.rows(), slice.cols());
    if (config.tiedEmbeddings()) {
      lane.write(table, gradient, slice.offset());
    } else {
      table = lane.zeros(slice.rows(), slice.cols());
    }
    int[] real = tokens.clone();
    Arrays.fill(real, size, rows, -1);
    lane.scatterAdd(dx, real, 0, table);
    lane.read(table, gradient, slice.offset());
  }
}
