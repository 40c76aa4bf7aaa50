package com.auterity.neuroweaver.jobs.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes a trained vocabulary and its chat format as the files that model hubs expect. */
final class TokenizerFiles {
  static final String END_OF_TEXT = "<|endoftext|>";
  static final String SYSTEM = "<|system|>";
  static final String USER = "<|user|>";
  static final String ASSISTANT = "<|assistant|>";
  static final String END = "<|end|>";
  static final List<String> SPECIAL_TOKENS = List.of(END_OF_TEXT, SYSTEM, USER, ASSISTANT, END);

  static final String CHAT_TEMPLATE =
      "{% for message in messages %}"
          + "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
          + "{% endfor %}"
          + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

  private static final ObjectMapper JSON = new ObjectMapper();

  private TokenizerFiles() {}

  /** tokenizer.json, tokenizer_config.json and special_tokens_map.json. */
  static void write(Path folder, BpeVocabulary vocabulary, int maxLength) {
    AtomicFile.write(folder.resolve("tokenizer.json"), bytes(tokenizer(vocabulary)));
    AtomicFile.write(
        folder.resolve("tokenizer_config.json"), bytes(tokenizerConfig(vocabulary, maxLength)));
    AtomicFile.write(folder.resolve("special_tokens_map.json"), bytes(specialTokensMap()));
  }

  /** What {@link #CHAT_TEMPLATE} renders, without interpreting it for each of many texts. */
  static String chat(List<Message> messages) {
    StringBuilder out = new StringBuilder();
    for (Message message : messages) {
      out.append("<|").append(message.role()).append("|>").append(message.content()).append(END);
    }
    return out.toString();
  }

  private static ObjectNode tokenizer(BpeVocabulary vocabulary) {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (int id = 0; id < vocabulary.specialTokens().size(); id++) {
      added.add(addedToken(vocabulary.specialTokens().get(id)).put("id", id));
    }
    root.putNull("normalizer");
    root.set("pre_tokenizer", byteLevel(false));
    root.putNull("post_processor");
    root.set("decoder", byteLevel(true));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    String[] names = vocabulary.names();
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < names.length; id++) {
      vocab.put(names[id], id);
    }
    ArrayNode merges = model.putArray("merges");
    for (BpeVocabulary.Merge merge : vocabulary.merges()) {
      merges.add(names[merge.left()] + " " + names[merge.right()]);
    }
    return root;
  }

  private static ObjectNode tokenizerConfig(BpeVocabulary vocabulary, int maxLength) {
    ObjectNode root = JSON.createObjectNode();
    root.put("tokenizer_class", "PreTrainedTokenizerFast");
    root.put("model_max_length", maxLength);
    root.put("clean_up_tokenization_spaces", false);
    root.putNull("bos_token");
    root.put("eos_token", END).put("pad_token", END_OF_TEXT).putNull("unk_token");
    ObjectNode decoder = root.putObject("added_tokens_decoder");
    for (int id = 0; id < vocabulary.specialTokens().size(); id++) {
      decoder.set(String.valueOf(id), addedToken(vocabulary.specialTokens().get(id)));
    }
    root.put("chat_template", CHAT_TEMPLATE);
    return root;
  }

  private static ObjectNode specialTokensMap() {
    ObjectNode root = JSON.createObjectNode();
    root.put("eos_token", END).put("pad_token", END_OF_TEXT);
    ArrayNode others = root.putArray("additional_special_tokens");
    List.of(SYSTEM, USER, ASSISTANT).forEach(others::add);
    return root;
  }

  private static ObjectNode addedToken(String content) {
    return JSON.createObjectNode()
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
  }

  private static ObjectNode byteLevel(boolean addPrefixSpace) {
    return JSON.createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", addPrefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  static byte[] bytes(ObjectNode node) {
    return (node.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
