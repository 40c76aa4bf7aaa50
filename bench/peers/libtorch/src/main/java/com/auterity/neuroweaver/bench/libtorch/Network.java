package com.auterity.neuroweaver.bench.libtorch;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The forward pass in torch's operations, for one worker and fixed settings. Shapes: batch b,
 * tokens t, hidden h. Temporaries that autograd does not keep are given back as soon as a C++
 * program would.
 */
final class Network {
  private final Shape shape;
  private final Settings settings;
  private final Weights weights;
  private final Adapter.Leaves leaves;
  private final torch.ScalarType type;
  private final int tokens;
  private final Tensor cos;
  private final Tensor sin;
  private final Tensor mask;
  private final Scalar loraScale;
  private final Deque<PointerScope> scopes = new ArrayDeque<>();

  Network(
      Shape shape,
      Settings settings,
      Weights weights,
      Adapter.Leaves leaves,
      torch.ScalarType type,
      int tokens) {
    this.shape = shape;
    this.settings = settings;
    this.weights = weights;
    this.leaves = leaves;
    this.type = type;
    this.tokens = tokens;
    this.loraScale = new Scalar(shape.alpha() / shape.rank());
    int half = shape.headDim() / 2;
    float[] cosines = new float[tokens * shape.headDim()];
    float[] sines = new float[tokens * shape.headDim()];
    for (int p = 0; p < tokens; p++) {
      for (int i = 0; i < shape.headDim(); i++) {
        double angle = p * Math.pow(shape.ropeTheta(), -2.0 * (i % half) / shape.headDim());
        cosines[p * shape.headDim() + i] = (float) Math.cos(angle);
        sines[p * shape.headDim() + i] = (float) Math.sin(angle);
      }
    }
    this.cos = table(cosines, tokens, shape.headDim());
    this.sin = table(sines, tokens, shape.headDim());
    float[] causal = new float[tokens * tokens];
    for (int q = 0; q < tokens; q++) {
      for (int k = q + 1; k < tokens; k++) {
        causal[q * tokens + k] = Float.NEGATIVE_INFINITY;
      }
    }
    this.mask = table(causal, tokens, tokens);
  }

  private Tensor table(float[] values, long rows, long cols) {
    Tensor table = torch.empty(rows, cols);
    table.data_ptr_float().put(values, 0, values.length);
    return table.to(type);
  }

  /** The mean loss over all tokens; ids and targets are (b x t). The caller holds a scope. */
  Tensor loss(Tensor ids, Tensor targets) {
    Tensor x = torch.embedding(weights.embedding, ids);
    for (int l = 0; l < shape.layers(); l++) {
      x = block(l, x);
    }
    return head(x, targets);
  }

  private Tensor block(int l, Tensor input) {
    Weights.Layer layer = weights.layers.get(l);
    open();
    Tensor attended = attention(l, layer, norm(input, layer.attentionNorm()));
    Tensor middle = input.add(project(l, 3, attended, layer.output(), null));
    middle = close(middle);
    open();
    Tensor normed = norm(middle, layer.mlpNorm());
    Tensor[] gateUp =
        projections(l, new int[] {4, 5}, normed, layer.gateUp(), layer.gateUpParts(), null, null);
    Tensor activated = torch.silu(gateUp[0]).mul(gateUp[1]);
    return close(middle.add(project(l, 6, activated, layer.down(), null)));
  }

  private Tensor attention(int l, Weights.Layer layer, Tensor x) {
    open();
    long b = x.size(0);
    int heads = shape.heads();
    int kv = shape.kvHeads();
    int d = shape.headDim();
    Tensor[] parts =
        projections(
            l,
            new int[] {0, 1, 2},
            x,
            layer.qkv(),
            layer.qkvParts(),
            layer.qkvBias(),
            layer.biasParts());
    Tensor q = rotate(parts[0].view(b, tokens, heads, d).transpose(1, 2));
    Tensor k = rotate(parts[1].view(b, tokens, kv, d).transpose(1, 2));
    Tensor v = parts[2].view(b, tokens, kv, d).transpose(1, 2);
    Tensor out;
    if (settings.attention().equals("fused")) {
      out =
          torch.scaled_dot_product_attention(
              q, k, v, new TensorOptional(), 0, true, new DoubleOptional(), heads != kv);
    } else {
      // Heads that share keys stand one below the other, so that keys are not copied.
      int group = heads / kv;
      Tensor queries = q.mul(new Scalar(1 / Math.sqrt(d))).reshape(b, kv, group * tokens, d);
      Tensor scores = queries.matmul(k.transpose(2, 3)).view(b, kv, group, tokens, tokens);
      Tensor shares =
          torch
              .softmax(scores.add(mask), -1, new ScalarTypeOptional())
              .view(b, kv, group * tokens, tokens);
      out = shares.matmul(v).view(b, heads, tokens, d);
    }
    return close(out.transpose(1, 2).reshape(b, tokens, shape.queryWidth()));
  }

  /** Rotary embedding by halves of each head: x (b x heads x t x d). */
  private Tensor rotate(Tensor x) {
    open();
    int half = shape.headDim() / 2;
    Tensor turned =
        torch.cat(new TensorVector(x.narrow(3, half, half).neg(), x.narrow(3, 0, half)), 3);
    return close(x.mul(cos).add(turned.mul(sin)));
  }

  private Tensor norm(Tensor x, Tensor weight) {
    if (settings.norm().equals("fused")) {
      return torch.rms_norm(
          x,
          new long[] {shape.hidden()},
          new TensorOptional(weight),
          new DoubleOptional(shape.eps()));
    }
    open();
    Tensor wide = x.to(torch.ScalarType.Float);
    Tensor inverse =
        torch.rsqrt(
            torch
                .mean(wide.pow(new Scalar(2.0)), new long[] {-1}, true, new ScalarTypeOptional())
                .add(new Scalar(shape.eps())));
    return close(wide.mul(inverse).to(type).mul(weight));
  }

  private Tensor project(int l, int module, Tensor x, Tensor weight, Tensor bias) {
    open();
    Tensor base = linear(x, weight, bias);
    Tensor low = torch.linear(x, cast(leaves.a(l, module)));
    return close(base.add(torch.linear(low, cast(leaves.b(l, module))), loraScale));
  }

  private Tensor[] projections(
      int l,
      int[] modules,
      Tensor x,
      Tensor stacked,
      Tensor[] parts,
      Tensor bias,
      Tensor[] biasParts) {
    Tensor[] result = new Tensor[modules.length];
    if (!settings.fusedProjections()) {
      for (int i = 0; i < modules.length; i++) {
        result[i] = project(l, modules[i], x, parts[i], biasParts == null ? null : biasParts[i]);
      }
      return result;
    }
    open();
    long[] widths = new long[modules.length];
    Tensor[] down = new Tensor[modules.length];
    for (int i = 0; i < modules.length; i++) {
      widths[i] = shape.out(modules[i]);
      down[i] = leaves.a(l, modules[i]);
    }
    TensorVector base = linear(x, stacked, bias).split(widths, -1);
    TensorVector low =
        torch.linear(x, cast(torch.cat(new TensorVector(down)))).split(shape.rank(), -1);
    for (int i = 0; i < modules.length; i++) {
      result[i] =
          base.get(i).add(torch.linear(low.get(i), cast(leaves.b(l, modules[i]))), loraScale);
    }
    return close(result);
  }

  private static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return bias == null
        ? torch.linear(x, weight)
        : torch.linear(x, weight, new TensorOptional(bias));
  }

  private Tensor cast(Tensor parameter) {
    return type == torch.ScalarType.Float ? parameter : parameter.to(type);
  }

  private Tensor head(Tensor x, Tensor targets) {
    open();
    Tensor logits = torch.linear(norm(x, weights.finalNorm), weights.embedding);
    logits = logits.view(-1, shape.vocab());
    if (settings.logits().equals("float32")) {
      logits = logits.to(torch.ScalarType.Float);
    }
    return close(torch.cross_entropy_loss(logits, targets.view(-1)).to(torch.ScalarType.Float));
  }

  private void open() {
    scopes.push(new PointerScope());
  }

  /** Ends the innermost scope; the results live on in the one around it. */
  private Tensor close(Tensor result) {
    return close(new Tensor[] {result})[0];
  }

  private Tensor[] close(Tensor[] results) {
    for (Tensor result : results) {
      result.retainReference();
    }
    scopes.pop().close();
    PointerScope around = PointerScope.getInnerScope();
    for (Tensor result : results) {
      around.attach(result);
      result.releaseReference();
    }
    return results;
  }
}
