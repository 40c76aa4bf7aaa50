package com.auterity.neuroweaver.weaver;

import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.ModelConfig;
import com.auterity.neuroweaver.jobs.model.Safetensors;
import com.auterity.neuroweaver.jobs.model.Slice;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A random Llama model of a few thousand weights whose tokens are bytes, in hub layout. */
public final class TinyModelFolder {
  private static final List<String> SPECIAL =
      List.of("<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>");
  private static final ObjectMapper JSON = new ObjectMapper();

  private TinyModelFolder() {}

  public static Path write(Path folder, long seed) throws IOException {
    return write(folder, seed, 20);
  }

  /** As above; embeddings (and with them the logits) are this much larger than a fresh model's. */
  public static Path write(Path folder, long seed, float scale) throws IOException {
    Files.createDirectories(folder);
    int vocabulary = SPECIAL.size() + 256;
    ModelConfig config =
        new ModelConfig(
            16, 24, 2, 4, 2, 4, vocabulary, 128, 10000, 1e-5, true, false, -1, List.of(4, 0));
    json(folder.resolve("config.json"), config(config));
    json(folder.resolve("tokenizer.json"), tokenizer());
    json(
        folder.resolve("tokenizer_config.json"),
        JSON.createObjectNode()
            .put("eos_token", "<|end|>")
            .put(
                "chat_template",
                "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content']"
                    + " + '<|end|>' }}{% endfor %}"
                    + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"));
    Map<String, float[]> weights = LlamaModel.initialWeights(config, seed);
    float[] embeddings = weights.get("model.embed_tokens.weight");
    for (int i = 0; i < embeddings.length; i++) {
      embeddings[i] *= scale;
    }
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    for (Slice slice : LlamaModel.slices(config)) {
      int[] shape =
          slice.name().endsWith("norm.weight")
              ? new int[] {slice.length()}
              : new int[] {slice.rows(), slice.cols()};
      tensors.add(
          new Safetensors.Tensor(
              slice.name(), Safetensors.Type.F32, shape, weights.get(slice.name())));
    }
    Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    return folder;
  }

  private static ObjectNode config(ModelConfig config) {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("architectures").add("LlamaForCausalLM");
    root.put("model_type", "llama").put("hidden_act", "silu");
    root.put("hidden_size", config.hiddenSize());
    root.put("intermediate_size", config.intermediateSize());
    root.put("num_hidden_layers", config.layers());
    root.put("num_attention_heads", config.heads());
    root.put("num_key_value_heads", config.kvHeads());
    root.put("head_dim", config.headDim());
    root.put("vocab_size", config.vocabSize());
    root.put("max_position_embeddings", config.maxPositions());
    root.put("rope_theta", config.ropeTheta());
    root.put("rms_norm_eps", config.rmsNormEps());
    root.put("tie_word_embeddings", config.tiedEmbeddings());
    config.eosTokenIds().forEach(root.putArray("eos_token_id")::add);
    return root;
  }

  private static ObjectNode tokenizer() {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    ArrayNode added = root.putArray("added_tokens");
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < SPECIAL.size(); id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", SPECIAL.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
      vocabulary.put(SPECIAL.get(id), id);
    }
    byteAlphabet().forEach((value, letter) -> vocabulary.put(letter, SPECIAL.size() + value));
    model.putArray("merges");
    ObjectNode byteLevel =
        JSON.createObjectNode()
            .put("type", "ByteLevel")
            .put("add_prefix_space", false)
            .put("trim_offsets", true)
            .put("use_regex", true);
    root.set("pre_tokenizer", byteLevel);
    root.set("decoder", byteLevel.deepCopy());
    return root;
  }

  /** GPT-2's letter for each byte: itself where it prints, else one from U+0100 on. */
  private static Map<Integer, String> byteAlphabet() {
    Map<Integer, String> letters = new LinkedHashMap<>();
    int next = 256;
    for (int value = 0; value < 256; value++) {
      boolean prints =
          (value >= '!' && value <= '~') || (value >= 0xA1 && value != 0xAD && value <= 0xFF);
      letters.put(value, String.valueOf((char) (prints ? value : next++)));
    }
    return letters;
  }

  private static void json(Path file, ObjectNode node) throws IOException {
    Files.writeString(file, node.toPrettyString());
  }
}
