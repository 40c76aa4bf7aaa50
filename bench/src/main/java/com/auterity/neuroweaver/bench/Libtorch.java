package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.jobs.model.ModelConfig;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** libtorch's side of {@code lora-step}: one process with one model, under changing settings. */
final class Libtorch implements AutoCloseable {
  static final String NAME = "libtorch 2.10.0";
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final PeerProcess process;

  /** Starts the process and gives it the model. */
  Libtorch(
      String classpath,
      Map<String, String> environment,
      int cores,
      BenchModel model,
      boolean bf16,
      int[][] tokens,
      int[][] targets)
      throws InterruptedException {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("OMP_NUM_THREADS", String.valueOf(cores));
    variables.putAll(environment);
    process =
        PeerProcess.start(
            "libtorch",
            classpath,
            "com.auterity.neuroweaver.bench.libtorch.LibtorchPeer",
            List.of("-Xmx1g", "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"),
            variables);
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("op", "open");
    request.put("shape", shape(model.config()));
    request.put("precision", bf16 ? "bf16" : "float32");
    request.put("seed", BenchModel.SEED);
    request.put("tokens", tokens);
    request.put("targets", targets);
    try {
      process.ask(request, PATIENCE);
    } catch (PeerException | InterruptedException e) {
      process.close();
      throw e;
    }
  }

  private static Map<String, Object> shape(ModelConfig config) {
    Map<String, Object> shape = new LinkedHashMap<>();
    shape.put("hidden_size", config.hiddenSize());
    shape.put("intermediate_size", config.intermediateSize());
    shape.put("num_hidden_layers", config.layers());
    shape.put("num_attention_heads", config.heads());
    shape.put("num_key_value_heads", config.kvHeads());
    shape.put("head_dim", config.headDim());
    shape.put("vocab_size", config.vocabSize());
    shape.put("rope_theta", config.ropeTheta());
    shape.put("rms_norm_eps", config.rmsNormEps());
    shape.put("attention_bias", config.variant().qkvBias());
    shape.put("lora_r", LoraSettings.LORA.r());
    shape.put("lora_alpha", LoraSettings.LORA.alpha());
    return shape;
  }

  /** Begins again from the seeded adapter. */
  void configure(LibtorchSettings settings) throws InterruptedException {
    process.ask(Map.of("op", "configure", "settings", settings.request()), PATIENCE);
  }

  OurLoraStep.Look look() throws InterruptedException {
    JsonNode answer = process.ask(Map.of("op", "look"), PATIENCE);
    return new OurLoraStep.Look(
        answer.get("loss").asDouble(), answer.get("gradient_norm").asDouble());
  }

  /** Tokens a second over whole steps, about this long. */
  double rate(double seconds) throws InterruptedException {
    long tokens = 0;
    double passed = 0;
    int count = 1;
    while (passed < seconds) {
      JsonNode answer = process.ask(Map.of("op", "steps", "count", count), PATIENCE);
      tokens += answer.get("tokens").asLong();
      passed += answer.get("seconds").asDouble();
      // The rest in one request, so that hardly any time goes into talking.
      double step = answer.get("seconds").asDouble() / count;
      count = (int) Math.max(1, Math.min(10_000, Math.ceil((seconds - passed) / step)));
    }
    return tokens / passed;
  }

  @Override
  public void close() {
    process.close();
  }
}
