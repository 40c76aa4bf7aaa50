package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.jobs.SharedData;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The shared checkpoint in llama2.c's format, read just enough for the engine's tests. */
public final class Stories260K {
  private Stories260K() {}

  private static Path folder() {
    return SharedData.get("stories260K");
  }

  public static int[] greedyIds() throws IOException {
    com.fasterxml.jackson.databind.JsonNode json =
        new ObjectMapper().readTree(folder().resolve("greedy_ids.json").toFile());
    if (json.isObject()) {
      for (com.fasterxml.jackson.databind.JsonNode field : json) {
        if (field.isArray()) {
          json = field;
          break;
        }
      }
    }
    int[] ids = new int[json.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = json.get(i).asInt();
    }
    return ids;
  }

  public static ModelConfig config() {
    return new ModelConfig(64, 172, 5, 8, 4, 8, 512, 512, 10000, 1e-5, true, true, 1, List.of(2));
  }

  public static Map<String, float[]> weights() throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(folder().resolve("stories260K.bin")))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(28);
    FloatBuffer floats = bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    ModelConfig c = config();
    Map<String, float[]> weights = new LinkedHashMap<>();
    weights.put(LlamaModel.EMBEDDING, take(floats, c.vocabSize() * c.hiddenSize()));
    for (int l = 0; l < c.layers(); l++) {
      weights.put(LlamaModel.attentionNormName(l), take(floats, c.hiddenSize()));
    }
    linear(weights, floats, c, LinearKind.Q, LinearKind.K, LinearKind.V, LinearKind.O);
    for (int l = 0; l < c.layers(); l++) {
      weights.put(LlamaModel.mlpNormName(l), take(floats, c.hiddenSize()));
    }
    linear(weights, floats, c, LinearKind.GATE, LinearKind.DOWN, LinearKind.UP);
    weights.put(LlamaModel.FINAL_NORM, take(floats, c.hiddenSize()));
    return weights;
  }

  private static void linear(
      Map<String, float[]> weights, FloatBuffer floats, ModelConfig c, LinearKind... kinds) {
    for (LinearKind kind : kinds) {
      for (int l = 0; l < c.layers(); l++) {
        weights.put(kind.weightName(l), take(floats, kind.out(c) * kind.in(c)));
      }
    }
  }

  private static float[] take(FloatBuffer floats, int n) {
    float[] values = new float[n];
    floats.get(values);
    return values;
  }
}
