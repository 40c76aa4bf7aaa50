package com.auterity.neuroweaver.jobs.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a GGUF file says of a tokenizer: a byte-level byte-pair encoding (tokenizer.json) with its
 * special tokens and chat template (tokenizer_config.json). A tokenizer that llama.cpp would not
 * run alike is refused by the name of what differs.
 */
final class GgufTokenizer {
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  private static final String WORDS_OF_LLAMA_3 = words("\\p{N}{1,3}");
  private static final String WORDS_OF_QWEN_2 = words("\\p{N}");

  private final Path folder;
  private final Path file;
  private final JsonNode json;
  private final JsonNode settings;

  private GgufTokenizer(Path folder) {
    this.folder = folder;
    this.file = folder.resolve("tokenizer.json");
    this.json = JsonFile.read(file);
    this.settings = JsonFile.read(folder.resolve("tokenizer_config.json"));
  }

  /** The notes for the tokenizer of a model folder, padded to the model's {@code vocab_size}. */
  static Map<String, Object> notes(Path folder, ModelConfig config) {
    GgufTokenizer tokenizer = new GgufTokenizer(folder);
    tokenizer.refuseWhatDiffers();
    Map<String, Object> notes = new LinkedHashMap<>();
    String splitting = tokenizer.splitting();
    notes.put("tokenizer.ggml.model", "gpt2");
    notes.put("tokenizer.ggml.pre", splitting);
    tokenizer.vocabulary(notes, config.vocabSize());
    notes.put("tokenizer.ggml.merges", tokenizer.merges());
    tokenizer.specialTokens(notes, config);
    return notes;
  }

  /**
   * The notes for a vocabulary of no meaning (weights drawn at random): the 256 bytes, then {@code
   * [n]} for each further id.
   */
  static Map<String, Object> meaningless(int vocabSize) {
    List<String> tokens = new ArrayList<>();
    for (int id = 0; id < vocabSize; id++) {
      tokens.add(id < 256 ? String.valueOf(ByteLevel.character(id)) : "[" + id + "]");
    }
    int[] types = new int[vocabSize];
    Arrays.fill(types, NORMAL);
    Map<String, Object> notes = new LinkedHashMap<>();
    notes.put("tokenizer.ggml.model", "gpt2");
    notes.put("tokenizer.ggml.pre", "gpt-2");
    notes.put("tokenizer.ggml.tokens", tokens);
    notes.put("tokenizer.ggml.token_type", types);
    notes.put("tokenizer.ggml.merges", List.of());
    notes.put("tokenizer.ggml.add_bos_token", false);
    return notes;
  }

  private void refuseWhatDiffers() {
    JsonNode model = json.path("model");
    refuseUnless("model.type", model.path("type"), model.path("type").asText().equals("BPE"));
    refuseUnless(
        "model.byte_fallback",
        model.path("byte_fallback"),
        !model.path("byte_fallback").asBoolean(false));
    for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      refuseUnless("model." + affix, model.path(affix), model.path(affix).asText("").isEmpty());
    }
    JsonNode normalizer = json.path("normalizer");
    // llama.cpp composes no characters; text from anywhere but macOS file names is composed.
    refuseUnless(
        "normalizer",
        normalizer,
        !normalizer.isObject() || normalizer.path("type").asText().equals("NFC"));
    refuseUnless(
        "decoder",
        json.path("decoder").path("type"),
        json.path("decoder").path("type").asText().equals("ByteLevel"));
  }

  private void refuseUnless(String what, JsonNode found, boolean fits) {
    if (!fits) {
      throw GgufFile.invalid(
          file.toString(),
          "%s: %s is %s; GGUF files are written for byte-level byte-pair encodings only"
              .formatted(file, what, found.isMissingNode() ? "missing" : found));
    }
  }

  /** llama.cpp's name for how words are split before merging. */
  private String splitting() {
    String name = splitting(json.path("pre_tokenizer"));
    if (name == null) {
      throw GgufFile.invalid(
          file.toString(),
          "%s: pre_tokenizer is %s; GGUF files are written for that of gpt-2, llama-bpe, qwen2 and smollm"
              .formatted(file, json.path("pre_tokenizer")));
    }
    // llama.cpp takes whole words from the vocabulary before merging for llama-bpe, else never.
    boolean ignoresMerges = json.path("model").path("ignore_merges").asBoolean(false);
    if (ignoresMerges != name.equals("llama-bpe")) {
      throw GgufFile.invalid(
          file.toString(),
          "%s: model.ignore_merges is %s; llama.cpp runs a %s tokenizer with %s"
              .formatted(file, ignoresMerges, name, !ignoresMerges));
    }
    return name;
  }

  private static String splitting(JsonNode node) {
    if (node.path("type").asText().equals("ByteLevel")) {
      return isByteLevel(node, true) ? "gpt-2" : null;
    }
    JsonNode parts = node.path("pretokenizers");
    if (!node.path("type").asText().equals("Sequence") || parts.size() != 2) {
      return null;
    }
    JsonNode first = parts.get(0);
    if (first.path("type").asText().equals("Digits")
        && first.path("individual_digits").asBoolean(false)
        && isByteLevel(parts.get(1), true)) {
      return "smollm";
    }
    if (first.path("type").asText().equals("Split")
        && first.path("behavior").asText().equals("Isolated")
        && !first.path("invert").asBoolean(false)
        && isByteLevel(parts.get(1), false)) {
      String regex = first.path("pattern").path("Regex").asText();
      if (regex.equals(WORDS_OF_LLAMA_3)) {
        return "llama-bpe";
      }
      if (regex.equals(WORDS_OF_QWEN_2)) {
        return "qwen2";
      }
    }
    return null;
  }

  private static boolean isByteLevel(JsonNode node, boolean splits) {
    return node.path("type").asText().equals("ByteLevel")
        && !node.path("add_prefix_space").asBoolean(true)
        && node.path("use_regex").asBoolean(true) == splits;
  }

  private static String words(String numbers) {
    return "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
        + numbers
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }

  private void vocabulary(Map<String, Object> notes, int vocabSize) {
    String[] tokens = new String[vocabSize];
    int[] types = new int[vocabSize];
    json.path("model")
        .path("vocab")
        .fields()
        .forEachRemaining(
            entry -> {
              int id = id(entry.getValue(), entry.getKey(), vocabSize);
              tokens[id] = entry.getKey();
              types[id] = NORMAL;
            });
    for (JsonNode added : json.path("added_tokens")) {
      String content = added.path("content").asText();
      int id = id(added.path("id"), content, vocabSize);
      tokens[id] = content;
      types[id] = added.path("special").asBoolean(false) ? CONTROL : USER_DEFINED;
    }
    for (int id = 0; id < vocabSize; id++) {
      if (tokens[id] == null) {
        tokens[id] = "[PAD" + id + "]";
        types[id] = UNUSED;
      }
    }
    notes.put("tokenizer.ggml.tokens", List.of(tokens));
    notes.put("tokenizer.ggml.token_type", types);
  }

  private int id(JsonNode id, String token, int vocabSize) {
    if (!id.canConvertToInt() || id.asInt() < 0 || id.asInt() >= vocabSize) {
      throw GgufFile.invalid(
          file.toString(),
          "%s gives '%s' the id %s; config.json beside it says vocab_size %d"
              .formatted(file, token, id, vocabSize));
    }
    return id.asInt();
  }

  /** Both sides of a merge with one space between; newer files hold them as pairs. */
  private List<String> merges() {
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : json.path("model").path("merges")) {
      merges.add(
          merge.isArray() ? merge.path(0).asText() + " " + merge.path(1).asText() : merge.asText());
    }
    return merges;
  }

  private void specialTokens(Map<String, Object> notes, ModelConfig config) {
    List<Integer> ends = new ArrayList<>(config.eosTokenIds());
    Integer bos = named("bos_token");
    if (bos == null && config.bosTokenId() >= 0) {
      bos = config.bosTokenId();
    }
    Integer eos = named("eos_token");
    if (eos == null && !ends.isEmpty()) {
      eos = ends.get(0);
    }
    ends.remove(eos);
    put(notes, "tokenizer.ggml.bos_token_id", bos);
    put(notes, "tokenizer.ggml.eos_token_id", eos);
    // GGUF has no list of ends: end of turn and end of message are two more.
    put(notes, "tokenizer.ggml.eot_token_id", ends.size() > 0 ? ends.get(0) : null);
    put(notes, "tokenizer.ggml.eom_token_id", ends.size() > 1 ? ends.get(1) : null);
    put(notes, "tokenizer.ggml.padding_token_id", named("pad_token"));
    put(notes, "tokenizer.ggml.unknown_token_id", named("unk_token"));
    notes.put("tokenizer.ggml.add_bos_token", addsBos(bos));
    put(notes, "tokenizer.chat_template", chatTemplate());
  }

  private static void put(Map<String, Object> notes, String key, Object value) {
    if (value != null) {
      notes.put(key, value);
    }
  }

  private Integer named(String key) {
    JsonNode token = settings.path(key);
    String content = token.isObject() ? token.path("content").asText(null) : token.asText(null);
    if (content == null || token.isNull()) {
      return null;
    }
    for (JsonNode added : json.path("added_tokens")) {
      if (added.path("content").asText().equals(content)) {
        return added.path("id").asInt();
      }
    }
    JsonNode id = json.path("model").path("vocab").path(content);
    if (!id.isInt()) {
      throw GgufFile.invalid(
          file.toString(),
          "%s has no token '%s', which tokenizer_config.json names as %s"
              .formatted(file, content, key));
    }
    return id.asInt();
  }

  private boolean addsBos(Integer bos) {
    if (bos == null) {
      return false;
    }
    if (settings.path("add_bos_token").isBoolean()) {
      return settings.path("add_bos_token").asBoolean();
    }
    return addsBos(json.path("post_processor"));
  }

  private static boolean addsBos(JsonNode processor) {
    for (JsonNode part : processor.path("processors")) {
      if (addsBos(part)) {
        return true;
      }
    }
    return processor.path("type").asText().equals("TemplateProcessing")
        && processor.path("single").path(0).has("SpecialToken");
  }

  private String chatTemplate() {
    Path beside = folder.resolve("chat_template.jinja");
    if (Files.exists(beside)) {
      return new String(JsonFile.bytes(beside), StandardCharsets.UTF_8);
    }
    JsonNode template = settings.path("chat_template");
    for (JsonNode named : template) {
      if (named.path("name").asText().equals("default")) {
        template = named.path("template");
      }
    }
    return template.isTextual() ? template.asText() : null;
  }
}
