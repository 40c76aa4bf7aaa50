package com.auterity.neuroweaver.jobs.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A tokenizer.json run by the Hugging Face library, offline. Its native library unpacks below
 * DJL_CACHE_DIR (environment or system property), else below the user's home.
 */
final class HubTokenizer implements Tokenizer {
  static {
    // The library would otherwise look for newer natives, CUDA builds and a cloud's metadata.
    setUnlessGiven("DJL_OFFLINE", "true");
    setUnlessGiven("OPT_OUT_TRACKING", "true");
    setUnlessGiven("RUST_FLAVOR", "cpu");
  }

  private final HuggingFaceTokenizer tokenizer;
  private final Map<String, Integer> ids;
  private final int size;
  private final Path file;

  private HubTokenizer(Path file, HuggingFaceTokenizer tokenizer, Map<String, Integer> ids) {
    this.file = file;
    this.tokenizer = tokenizer;
    this.ids = ids;
    this.size = ids.values().stream().mapToInt(id -> id + 1).max().orElse(0);
  }

  static HubTokenizer open(Path file) {
    JsonNode json = JsonFile.read(file);
    Map<String, Integer> ids = new HashMap<>();
    json.path("model").path("vocab").fields().forEachRemaining(e -> put(ids, file, e));
    json.path("added_tokens")
        .forEach(token -> ids.put(token.path("content").asText(), token.path("id").asInt()));
    if (ids.isEmpty()) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          file + " has no model.vocab object; a tokenizer.json of a byte-pair encoding has one",
          Map.of("file", file.toString()));
    }
    try {
      // Truncation is on by default, at 512 tokens and without a word.
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(file)
              .optTruncation(false)
              .optPadding(false)
              .optAddSpecialTokens(false)
              .build();
      return new HubTokenizer(file, tokenizer, ids);
    } catch (IOException | RuntimeException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "%s is no tokenizer that can be loaded: %s".formatted(file, e.getMessage()),
          Map.of("file", file.toString()),
          e);
    }
  }

  @Override
  public int[] encode(String text) {
    long[] found = tokenizer.encode(wellFormed(text), false, false).getIds();
    int[] out = new int[found.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (int) found[i];
    }
    return out;
  }

  @Override
  public String decode(int[] tokens) {
    return tokenizer.decode(longs(tokens), true);
  }

  @Override
  public String text(int id) {
    return tokenizer.decode(longs(new int[] {id}), false);
  }

  @Override
  public int vocabSize() {
    return size;
  }

  @Override
  public int id(String token) {
    Integer id = ids.get(token);
    if (id == null) {
      throw NeuroWeaverException.notFound("%s has no token named %s".formatted(file, token));
    }
    return id;
  }

  /** Half surrogate pairs, which no UTF-8 can hold, as question marks. */
  private static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      }
    }
    return text;
  }

  private long[] longs(int[] tokens) {
    long[] out = new long[tokens.length];
    for (int i = 0; i < out.length; i++) {
      if (tokens[i] < 0 || tokens[i] >= size) {
        throw NeuroWeaverException.invalid(
            "token %d is none of the %d of %s".formatted(tokens[i], size, file));
      }
      out[i] = tokens[i];
    }
    return out;
  }

  private static void put(Map<String, Integer> ids, Path file, Map.Entry<String, JsonNode> entry) {
    if (!entry.getValue().canConvertToInt() || entry.getValue().asInt() < 0) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "%s: model.vocab gives '%s' the id %s; ids are integers from 0"
              .formatted(file, entry.getKey(), entry.getValue()),
          Map.of("file", file.toString()));
    }
    ids.put(entry.getKey(), entry.getValue().asInt());
  }

  private static void setUnlessGiven(String name, String value) {
    if (System.getenv(name) == null && System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
