package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every architecture, loaded from files as hubs hold them, against {@link HubReference}. */
final class ArchitecturesTest {
  private static final String SIZES =
      "'hidden_act': 'silu', 'hidden_size': 20, 'intermediate_size': 28, 'num_hidden_layers': 3,"
          + " 'num_attention_heads': 4, 'num_key_value_heads': 2, 'vocab_size': 300,"
          + " 'rms_norm_eps': 1e-5, 'eos_token_id': 2, ";

  @TempDir Path folder;

  /** By a name for messages, the keys of each configuration beside {@link #SIZES}. */
  private static Map<String, String> configurations() {
    Map<String, String> all = new LinkedHashMap<>();
    String llama = "'architectures': ['LlamaForCausalLM'], ";
    all.put(
        "llama 2",
        llama
            + "'head_dim': 6, 'rope_theta': 10000.0, 'tie_word_embeddings': false,"
            + " 'max_position_embeddings': 64, 'pretraining_tp': 1, 'rope_scaling': null");
    all.put(
        "llama 3.1",
        llama
            + "'head_dim': 8, 'rope_theta': 100.0, 'tie_word_embeddings': false,"
            + " 'max_position_embeddings': 2048, 'attention_bias': false, 'mlp_bias': false,"
            + " 'rope_scaling': {'factor': 8.0, 'low_freq_factor': 1.0, 'high_freq_factor': 4.0,"
            + " 'original_max_position_embeddings': 32, 'rope_type': 'llama3'}");
    all.put(
        "llama 3.2, as newer writers put it",
        llama
            + "'head_dim': 8, 'tie_word_embeddings': true, 'max_position_embeddings': 2048,"
            + " 'rope_parameters': {'factor': 32.0, 'low_freq_factor': 1.0, 'high_freq_factor':"
            + " 4.0, 'original_max_position_embeddings': 32, 'rope_type': 'llama3',"
            + " 'rope_theta': 100.0}");
    all.put(
        "llama, linear",
        llama
            + "'head_dim': 6, 'rope_theta': 10000.0, 'max_position_embeddings': 64,"
            + " 'tie_word_embeddings': false, 'rope_scaling': {'type': 'linear', 'factor': 2.5}");
    all.put(
        "llama with biases",
        llama
            + "'head_dim': 6, 'rope_theta': 10000.0, 'max_position_embeddings': 64,"
            + " 'tie_word_embeddings': true, 'attention_bias': true, 'mlp_bias': true");
    all.put(
        "smollm2",
        llama
            + "'rope_theta': 100000, 'hidden_size': 24, 'max_position_embeddings': 64,"
            + " 'tie_word_embeddings': true, 'is_llama_config': true, 'rope_interleaved': false,"
            + " 'rope_scaling': null, 'transformers.js_config': {'kv_cache_dtype': {}}");
    all.put(
        "mistral",
        "'architectures': ['MistralForCausalLM'], 'head_dim': 10, 'rope_theta': 10000.0,"
            + " 'max_position_embeddings': 64, 'tie_word_embeddings': false,"
            + " 'sliding_window': 5");
    all.put(
        "mistral without window",
        "'architectures': ['MistralForCausalLM'], 'head_dim': 6, 'rope_theta': 10000.0,"
            + " 'max_position_embeddings': 64, 'tie_word_embeddings': false,"
            + " 'sliding_window': null");
    all.put(
        "qwen2",
        "'architectures': ['Qwen2ForCausalLM'], 'hidden_size': 24, 'rope_theta': 1000000.0,"
            + " 'max_position_embeddings': 64, 'tie_word_embeddings': true,"
            + " 'use_sliding_window': false, 'sliding_window': 4, 'max_window_layers': 1");
    all.put(
        "qwen2 with windows",
        "'architectures': ['Qwen2ForCausalLM'], 'hidden_size': 24, 'rope_theta': 1000000.0,"
            + " 'max_position_embeddings': 64, 'tie_word_embeddings': false,"
            + " 'use_sliding_window': true, 'sliding_window': 4, 'max_window_layers': 1");
    all.put(
        "qwen3",
        "'architectures': ['Qwen3ForCausalLM'], 'head_dim': 10, 'rope_theta': 1000000.0,"
            + " 'max_position_embeddings': 64, 'tie_word_embeddings': true,"
            + " 'attention_bias': false, 'use_sliding_window': false, 'sliding_window': null,"
            + " 'max_window_layers': 3");
    all.put(
        "qwen3 with layer types and biases",
        "'architectures': ['Qwen3ForCausalLM'], 'head_dim': 6, 'rope_theta': 1000000.0,"
            + " 'max_position_embeddings': 64, 'tie_word_embeddings': false,"
            + " 'attention_bias': true, 'use_sliding_window': true, 'sliding_window': 3,"
            + " 'layer_types': ['full_attention', 'sliding_attention', 'full_attention']");
    all.put(
        "phi-3",
        "'architectures': ['Phi3ForCausalLM'], 'hidden_size': 32, 'rope_theta': 10000.0,"
            + " 'max_position_embeddings': 64, 'original_max_position_embeddings': 64,"
            + " 'tie_word_embeddings': false, 'attention_bias': false, 'rope_scaling': null,"
            + " 'sliding_window': 6, 'resid_pdrop': 0.0, 'embd_pdrop': 0.0,"
            + " 'partial_rotary_factor': 0.5");
    return all;
  }

  private HubFolder folder(String name, String keys) throws Exception {
    // Later keys win over the common sizes.
    String sizes = SIZES;
    for (String key : List.of("'hidden_size'")) {
      if (keys.contains(key)) {
        sizes = sizes.replaceAll(key + ": \\d+, ", "");
      }
    }
    return new HubFolder(folder.resolve(name), sizes + keys, 7);
  }

  @Test
  void eachComputesWhatItsDefinitionSaysInThePassAndStepByStep() throws Exception {
    for (Map.Entry<String, String> each : configurations().entrySet()) {
      String name = each.getKey();
      HubFolder hub = folder(name, each.getValue()).write(Safetensors.Type.F32);
      int[] text = text(13);
      double[][] expected = hub.reference().logits(text);
      try (LlamaModel model = ModelFolder.open(hub.path).load(Devices.float32());
          LlamaDecoder decoder = new LlamaDecoder(model)) {
        for (int prompt : new int[] {1, 7}) {
          try (LlamaDecoder.Sequence sequence = decoder.open(text.length, 0)) {
            LlamaDecoder.Next next = decoder.prefill(sequence, Arrays.copyOf(text, prompt));
            check(name, prompt - 1, expected, next);
            for (int i = prompt; i < text.length; i++) {
              next = decoder.step(List.of(sequence), new int[] {text[i]})[0];
              check(name, i, expected, next);
            }
          }
        }
        LoraGradient pass = new LoraGradient(model);
        for (int i = 0; i < text.length; i++) {
          int target = 17 * i % HubFolder.VOCAB;
          int[] targets = new int[text.length];
          int[] positions = new int[text.length];
          Arrays.fill(targets, -1);
          Arrays.setAll(positions, p -> p);
          targets[i] = target;
          double loss =
              pass.loss(null, new MicroBatch(text, targets, positions, new int[text.length]))
                  .lossSum();
          double sum = 0;
          for (double logit : expected[i]) {
            sum += Math.exp(logit - expected[i][target]);
          }
          assertEquals(Math.log(sum), loss, 1e-4 * (1 + Math.log(sum)), name + " at " + i);
        }
      }
    }
  }

  private static void check(String name, int at, double[][] expected, LlamaDecoder.Next next) {
    for (int v = 0; v < HubFolder.VOCAB; v++) {
      assertEquals(
          expected[at][v],
          next.logits()[v],
          1e-4 * (1 + Math.abs(expected[at][v])),
          name + ": token " + v + " after " + at);
    }
  }

  private static int[] text(int length) {
    Random random = new Random(3);
    return random.ints(length, 0, HubFolder.VOCAB).toArray();
  }

  @Test
  void eachTypeOfNumberIsRead() throws Exception {
    String keys = configurations().get("qwen2");
    for (Safetensors.Type type : Safetensors.Type.values()) {
      HubFolder hub = folder(type.name(), keys).write(type);
      int[] text = text(5);
      double[][] expected = hub.reference().logits(text);
      try (LlamaModel model = ModelFolder.open(hub.path).load(Devices.float32());
          LlamaDecoder decoder = new LlamaDecoder(model);
          LlamaDecoder.Sequence sequence = decoder.open(text.length, 0)) {
        check(type.name(), 4, expected, decoder.prefill(sequence, text));
      }
    }
  }

  @Test
  void positionsBeyondTheFirstTableAreRotatedAsWell() throws Exception {
    HubFolder hub = folder("long", configurations().get("llama 3.1")).write(Safetensors.Type.F32);
    int[] text = text(1100);
    int[] last = {text.length - 1};
    try (LlamaModel model = ModelFolder.open(hub.path).load(Devices.float32());
        LlamaDecoder decoder = new LlamaDecoder(model);
        LlamaDecoder.Sequence sequence = decoder.open(text.length, 0)) {
      LlamaDecoder.Next next = decoder.prefill(sequence, text);
      check("long", last[0], hub.reference().logits(text), next);
    }
  }

  @Test
  void whatChangesTheMathematicsAndIsNotComputedIsRefusedByName() throws Exception {
    String phi = configurations().get("phi-3");
    String qwen = configurations().get("qwen3 with layer types and biases");
    String mistral = configurations().get("mistral");
    String llama = configurations().get("llama 3.1");
    refused(
        phi.replace(
            "'rope_scaling': null",
            "'rope_scaling': {'type': 'longrope', 'short_factor': [1], 'long_factor': [1]}"),
        "rope_scaling",
        "longrope");
    refused(llama.replace("'rope_type': 'llama3'", "'rope_type': 'yarn'"), "yarn", "llama3");
    refused(llama.replace("'low_freq_factor': 1.0, ", ""), "rope_scaling", "low_freq_factor");
    refused(
        llama.replace("'low_freq_factor': 1.0, ", "'low_freq_factor': 5.0, "), "low_freq_factor");
    refused(llama + ", 'partial_rotary_factor': 0.5", "partial_rotary_factor");
    refused(llama + ", 'sliding_window': 8", "sliding_window");
    refused(llama + ", 'num_local_experts': 8", "num_local_experts");
    refused(llama + ", 'quantization_config': {'bits': 4}", "quantization_config");
    refused(llama.replace("LlamaFor", "GemmaFor"), "GemmaForCausalLM", "Phi3ForCausalLM");
    refused(llama.replace("'attention_bias': false", "'attention_bias': 'no'"), "attention_bias");
    refused(mistral.replace("'sliding_window': 5", "'sliding_window': -5"), "sliding_window");
    refused(mistral + ", 'attention_bias': true", "attention_bias", "MistralForCausalLM");
    refused(mistral + ", 'hidden_act': 'gelu'", "hidden_act");
    refused(phi.replace("0.5", "1.5"), "partial_rotary_factor");
    refused(qwen.replace("'sliding_attention', ", "'chunked_attention', "), "chunked_attention");
    refused(qwen.replace("'sliding_attention', ", ""), "layer_types");
    refused(qwen.replace("'use_sliding_window': true", "'use_sliding_window': false"), "layer");
    refused(
        qwen + ", 'num_key_value_heads': 2000000000, 'num_attention_heads': 2000000000", "wide");
  }

  private void refused(String keys, String... parts) throws Exception {
    HubFolder hub = folder("refused", configurations().get("mistral")).write(Safetensors.Type.F32);
    String sizes = SIZES;
    for (String key : List.of("hidden_act", "num_key_value_heads", "num_attention_heads")) {
      if (keys.contains("'" + key + "'")) {
        sizes = sizes.replaceAll("'" + key + "': [^,]*, ", "");
      }
    }
    if (keys.contains("'hidden_size'")) {
      sizes = sizes.replace("'hidden_size': 20, ", "");
    }
    Files.writeString(
        hub.path.resolve("config.json"), ("{" + sizes + keys + "}").replace('\'', '"'));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ModelFolder.open(hub.path), keys);
    assertTrue(e.getMessage().contains("config.json"), e.getMessage());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
