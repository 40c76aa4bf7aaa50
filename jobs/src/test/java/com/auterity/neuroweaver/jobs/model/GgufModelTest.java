package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufModelTest {
  private static final ModelConfig SHAPE =
      new ModelConfig(24, 40, 2, 4, 2, 6, 300, 64, 10000, 1e-5, true, false, 1, List.of(2));
  private static final ModelConfig UNTIED =
      new ModelConfig(64, 96, 1, 2, 1, 32, 300, 64, 10000, 1e-5, false, true, 1, List.of(2));

  @TempDir Path folder;

  @Test
  void aLlamaHasItsQueriesAndKeysInPairs() {
    Map<String, MatrixSource> weights = weights(SHAPE);
    GgufFile file =
        write(SHAPE, "{\"architectures\":[\"LlamaForCausalLM\"]}", weights, GgufType.F32);
    assertEquals("llama", file.text("general.architecture"));
    assertEquals(64, file.integer("llama.context_length"));
    assertEquals(2, file.integer("llama.attention.head_count_kv"));
    assertEquals(6, file.integer("llama.rope.dimension_count"));
    assertEquals(1e-5f, (float) file.number("llama.attention.layer_norm_rms_epsilon"));
    assertFalse(file.tensors().containsKey("output.weight"));
    assertArrayEquals(
        whole(weights.get("model.layers.1.self_attn.v_proj.weight")),
        file.values("blk.1.attn_v.weight"));
    // Head 1 begins at row 6; of its rows 0 1 2 | 3 4 5 the pairs are 0 3, 1 4, 2 5.
    int[] order = {6, 9, 7, 10, 8, 11};
    MatrixSource q = weights.get("model.layers.1.self_attn.q_proj.weight");
    for (int i = 0; i < order.length; i++) {
      assertArrayEquals(row(q, order[i]), row(file.rows("blk.1.attn_q.weight"), 6 + i));
    }
    assertArrayEquals(
        row(weights.get("model.layers.0.self_attn.k_proj.weight"), 3),
        row(file.rows("blk.0.attn_k.weight"), 1));
  }

  @Test
  void rotatedPairsStayWhereTheyAreAndTheHeadOf4BitsHas8() {
    Map<String, MatrixSource> weights = weights(UNTIED);
    GgufFile file =
        write(UNTIED, "{\"architectures\":[\"LlamaForCausalLM\"]}", weights, GgufType.Q4_0);
    assertEquals(GgufType.Q4_0, file.tensors().get("blk.0.attn_q.weight").type());
    assertEquals(GgufType.Q4_0, file.tensors().get("token_embd.weight").type());
    assertEquals(GgufType.Q8_0, file.tensors().get("output.weight").type());
    assertEquals(GgufType.F32, file.tensors().get("blk.0.attn_norm.weight").type());
    assertEquals(2, file.integer("general.file_type"));
    float[] expected = row(weights.get("model.layers.0.self_attn.q_proj.weight"), 1);
    float[] found = row(file.rows("blk.0.attn_q.weight"), 1);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], 0.4);
    }
  }

  @Test
  void qwenHasBiasesOrHeadNormsAndItsHalves() {
    Map<String, MatrixSource> weights = weights(SHAPE);
    vector(weights, "self_attn.q_proj.bias", 24);
    vector(weights, "self_attn.k_proj.bias", 12);
    vector(weights, "self_attn.v_proj.bias", 12);
    GgufFile two =
        write(
            SHAPE,
            "{\"architectures\":[\"Qwen2ForCausalLM\"],\"sliding_window\":16,\"use_sliding_window\":false}",
            weights,
            GgufType.F16);
    assertArrayEquals(
        whole(weights.get("model.layers.1.self_attn.q_proj.bias")),
        two.values("blk.1.attn_q.bias"));
    assertEquals(GgufType.F32, two.tensors().get("blk.0.attn_k.bias").type());
    assertEquals(64, two.integer("qwen2.context_length"));

    vector(weights, "self_attn.q_norm.weight", 6);
    vector(weights, "self_attn.k_norm.weight", 6);
    GgufFile three =
        write(SHAPE, "{\"architectures\":[\"Qwen3ForCausalLM\"]}", weights, GgufType.F32);
    assertArrayEquals(
        whole(weights.get("model.layers.0.self_attn.k_norm.weight")),
        three.values("blk.0.attn_k_norm.weight"));
    assertArrayEquals(
        whole(weights.get("model.layers.0.self_attn.q_proj.weight")),
        three.values("blk.0.attn_q.weight"));
    assertFalse(three.tensors().containsKey("blk.0.attn_q.bias"));
    assertEquals(6, three.integer("qwen3.attention.key_length"));
  }

  @Test
  void phiIsFusedWhetherItsPartsComeFusedOrNot() {
    Map<String, MatrixSource> parts = weights(SHAPE);
    String json = "{\"architectures\":[\"Phi3ForCausalLM\"],\"sliding_window\":48}";
    GgufFile file = write(SHAPE, json, parts, GgufType.F32);
    assertEquals(List.of(24L, 48L), file.tensors().get("blk.0.attn_qkv.weight").shape());
    assertEquals(List.of(24L, 80L), file.tensors().get("blk.0.ffn_up.weight").shape());
    assertEquals(48, file.integer("phi3.context_length"));
    assertEquals(48, file.integer("phi3.attention.sliding_window"));
    Map<String, MatrixSource> fused = new LinkedHashMap<>();
    parts.forEach(
        (name, rows) -> {
          String layer = name.replaceFirst("(layers\\.\\d+\\.).*", "$1");
          if (name.contains("q_proj")) {
            String attention = layer + "self_attn.";
            fused.put(
                attention + "qkv_proj.weight",
                MatrixSource.stacked(
                    List.of(
                        rows,
                        parts.get(attention + "k_proj.weight"),
                        parts.get(attention + "v_proj.weight"))));
          } else if (name.contains("gate_proj")) {
            fused.put(
                layer + "mlp.gate_up_proj.weight",
                MatrixSource.stacked(List.of(rows, parts.get(layer + "mlp.up_proj.weight"))));
          } else if (!name.matches(".*\\.(k|v|up)_proj\\.weight")) {
            fused.put(name, rows);
          }
        });
    GgufFile same = write(SHAPE, json, fused, GgufType.F32);
    assertArrayEquals(file.values("blk.1.attn_qkv.weight"), same.values("blk.1.attn_qkv.weight"));
    assertArrayEquals(file.values("blk.1.ffn_up.weight"), same.values("blk.1.ffn_up.weight"));
  }

  @Test
  void llama3ScalesItsFrequenciesByATensor() {
    ModelConfig config =
        new ModelConfig(64, 96, 1, 1, 1, 64, 300, 131072, 500000, 1e-5, true, false, 1, List.of(2));
    GgufFile file =
        write(
            config,
            "{\"architectures\":[\"LlamaForCausalLM\"],\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,"
                + "\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":8192}}",
            weights(config),
            GgufType.F32);
    float[] factors = file.values("rope_freqs.weight");
    assertEquals(32, factors.length);
    assertEquals(1, factors[0]);
    assertEquals(8, factors[31]);
    // Between: wavelength 2 pi 500000^(2i/64), i = 15 is 2946 of 8192, so smooth = (2.78 - 1) / 3.
    double smooth = (8192 / (2 * Math.PI * Math.pow(500000, 30 / 64.0)) - 1) / 3;
    assertEquals(1 / ((1 - smooth) / 8 + smooth), factors[15], 1e-6);
    for (int i = 1; i < 32; i++) {
      assertTrue(factors[i] >= factors[i - 1]);
    }
  }

  @Test
  void aMistralPromisesNoMoreThanItsWindow() {
    String json = "{\"architectures\":[\"MistralForCausalLM\"],\"sliding_window\":%s}";
    Map<String, MatrixSource> weights = weights(SHAPE);
    assertEquals(
        32,
        write(SHAPE, json.formatted("32"), weights, GgufType.F32).integer("llama.context_length"));
    assertEquals(
        64,
        write(SHAPE, json.formatted("null"), weights, GgufType.F32)
            .integer("llama.context_length"));
  }

  @Test
  void whatLlamaCppDoesNotComputeIsRefusedByName() {
    refused("architectures", "{\"architectures\":[\"GemmaForCausalLM\"]}");
    refused(
        "rope_scaling",
        "{\"architectures\":[\"Qwen2ForCausalLM\"],\"rope_scaling\":{\"rope_type\":\"llama3\"}}");
    refused(
        "rope_scaling",
        "{\"architectures\":[\"Phi3ForCausalLM\"],\"rope_scaling\":{\"type\":\"longrope\"}}");
    refused("attention_bias", "{\"architectures\":[\"Qwen3ForCausalLM\"],\"attention_bias\":true}");
    refused(
        "partial_rotary_factor",
        "{\"architectures\":[\"LlamaForCausalLM\"],\"partial_rotary_factor\":0.5}");
    Map<String, MatrixSource> weights = weights(SHAPE);
    weights.remove("model.layers.1.mlp.up_proj.weight");
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                write(SHAPE, "{\"architectures\":[\"LlamaForCausalLM\"]}", weights, GgufType.F32));
    assertTrue(e.getMessage().contains("model.layers.1.mlp.up_proj.weight"), e.getMessage());
  }

  @Test
  void anAdapterStandsBesideTheTensorsItChanges() {
    LoraAdapter adapter = adapter(List.of("q_proj", "down_proj"));
    Path path = folder.resolve("adapter.gguf");
    model(SHAPE, "{\"architectures\":[\"LlamaForCausalLM\"]}")
        .writeAdapter(path, adapter, GgufType.F32);
    GgufFile file = GgufFile.read(path);
    assertEquals("adapter", file.text("general.type"));
    assertEquals("lora", file.text("adapter.type"));
    assertEquals(9, file.number("adapter.lora.alpha"));
    assertEquals(8, file.tensors().size());
    assertEquals(List.of(40L, 6L), file.tensors().get("blk.0.ffn_down.weight.lora_a").shape());
    assertEquals(List.of(6L, 24L), file.tensors().get("blk.1.attn_q.weight.lora_b").shape());
    // B's rows follow the rows of the query map: 1 comes from 3.
    Slice b = adapter.slices().get(1);
    assertArrayEquals(
        Arrays.copyOfRange(adapter.parameters(), b.offset() + 18, b.offset() + 24),
        row(file.rows("blk.0.attn_q.weight.lora_b"), 1));
    assertThrows(
        NeuroWeaverException.class,
        () ->
            model(SHAPE, "{\"architectures\":[\"LlamaForCausalLM\"]}")
                .writeAdapter(path, adapter, GgufType.Q8_0));
  }

  @Test
  void aFusedAdapterAddsWhatItsPartsAdd() {
    LoraAdapter adapter = adapter(List.of("q_proj", "v_proj", "gate_proj", "o_proj"));
    Path path = folder.resolve("fused.gguf");
    model(SHAPE, "{\"architectures\":[\"Phi3ForCausalLM\"]}")
        .writeAdapter(path, adapter, GgufType.F32);
    GgufFile file = GgufFile.read(path);
    Map<String, MatrixSource> zero = new LinkedHashMap<>();
    for (Slice slice : LlamaModel.slices(SHAPE)) {
      zero.put(
          slice.name(), MatrixSource.of(new float[slice.length()], 0, slice.rows(), slice.cols()));
    }
    Function<String, MatrixSource> added = GgufModel.merged(zero::get, adapter);
    MatrixSource expected =
        MatrixSource.stacked(
            List.of(
                added.apply("model.layers.1.self_attn.q_proj.weight"),
                added.apply("model.layers.1.self_attn.k_proj.weight"),
                added.apply("model.layers.1.self_attn.v_proj.weight")));
    MatrixSource a = file.rows("blk.1.attn_qkv.weight.lora_a");
    MatrixSource b = file.rows("blk.1.attn_qkv.weight.lora_b");
    assertEquals(12, a.rows());
    assertEquals(48, b.rows());
    double scale = file.number("adapter.lora.alpha") / a.rows();
    for (int r = 0; r < b.rows(); r++) {
      float[] factors = row(b, r);
      float[] sum = row(expected, r);
      for (int c = 0; c < sum.length; c++) {
        double found = 0;
        for (int k = 0; k < factors.length; k++) {
          found += scale * factors[k] * row(a, k)[c];
        }
        assertEquals(sum[c], found, 1e-6);
      }
    }
    assertEquals(List.of(6L, 80L), file.tensors().get("blk.0.ffn_up.weight.lora_b").shape());
    assertTrue(file.tensors().containsKey("blk.0.attn_output.weight.lora_a"));
  }

  @Test
  void mergedRowsAreThoseOfTheMergedModel() {
    LoraAdapter adapter = adapter(LoraConfig.ALL_MODULES);
    Map<String, float[]> values = TinyModels.weights(SHAPE, 5, 0.2);
    try (LlamaModel base = LlamaModel.of(SHAPE, values, Devices.float32());
        LlamaModel merged = base.merged(adapter)) {
      float[] expected = merged.parameters();
      Function<String, MatrixSource> found = GgufModel.merged(weights(SHAPE)::get, adapter);
      for (Slice slice : LlamaModel.slices(SHAPE)) {
        assertArrayEquals(
            Arrays.copyOfRange(expected, slice.offset(), slice.offset() + slice.length()),
            whole(found.apply(slice.name())),
            1e-6f,
            slice.name());
      }
    }
    assertNull(GgufModel.merged(name -> null, adapter).apply("model.norm.weight"));
  }

  @Test
  void aVocabularyOfNoMeaningNamesEveryIdOnce() {
    Path path = folder.resolve("random.gguf");
    GgufModel.of(SHAPE, "LlamaForCausalLM", "random")
        .write(path, weights(SHAPE)::get, GgufType.F32);
    List<?> tokens = (List<?>) GgufFile.read(path).metadata().get("tokenizer.ggml.tokens");
    Set<Object> different = new HashSet<>(tokens);
    assertEquals(300, different.size());
    assertEquals("[299]", tokens.get(299));
  }

  private void refused(String why, String json) {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> model(SHAPE, json), why);
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private static GgufModel model(ModelConfig config, String json) {
    return new GgufModel(
        config,
        JsonFile.parse(json.getBytes(StandardCharsets.UTF_8), "config"),
        "config",
        "tiny",
        GgufTokenizer.meaningless(config.vocabSize()));
  }

  private GgufFile write(
      ModelConfig config, String json, Map<String, MatrixSource> weights, GgufType type) {
    Path path = folder.resolve("model.gguf");
    model(config, json).write(path, weights::get, type);
    return GgufFile.read(path);
  }

  private static LoraAdapter adapter(List<String> modules) {
    LoraAdapter adapter = LoraAdapter.init(SHAPE, new LoraConfig(6, 9, 0, modules), 3);
    Random random = new Random(4);
    for (int i = 0; i < adapter.parameters().length; i++) {
      adapter.parameters()[i] = (float) random.nextGaussian() / 4;
    }
    return adapter;
  }

  private static Map<String, MatrixSource> weights(ModelConfig config) {
    Map<String, float[]> values = TinyModels.weights(config, 5, 0.2);
    Map<String, MatrixSource> sources = new LinkedHashMap<>();
    for (Slice slice : LlamaModel.slices(config)) {
      sources.put(
          slice.name(), MatrixSource.of(values.get(slice.name()), 0, slice.rows(), slice.cols()));
    }
    return sources;
  }

  private static void vector(Map<String, MatrixSource> weights, String name, int length) {
    for (int layer = 0; layer < 2; layer++) {
      float[] values = new float[length];
      for (int i = 0; i < length; i++) {
        values[i] = layer + i / 100f;
      }
      weights.put("model.layers." + layer + "." + name, MatrixSource.of(values, 0, 1, length));
    }
  }

  private static float[] row(MatrixSource rows, int number) {
    float[] row = new float[rows.cols()];
    rows.read(number, row, 0);
    return row;
  }

  private static float[] whole(MatrixSource rows) {
    float[] all = new float[rows.rows() * rows.cols()];
    for (int r = 0; r < rows.rows(); r++) {
      rows.read(r, all, r * rows.cols());
    }
    return all;
  }
}
