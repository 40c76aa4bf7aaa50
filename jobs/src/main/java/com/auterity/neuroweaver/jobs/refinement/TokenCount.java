package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.Tokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.function.ToIntFunction;

/**
 * How a budget counts the tokens of a text: as a base model's tokenizer does, or by a stated rule.
 *
 * @param tokenizer a base model's name or path; null when a rule counts
 * @param sha256 of its tokenizer.json; null where nobody has looked yet
 * @param rule null when a tokenizer counts
 */
record TokenCount(String tokenizer, String sha256, Rule rule) {
  private static final String TOKENIZER = "tokenizer";
  private static final String SHA256 = "tokenizer_sha256";

  /** Without a tokenizer. */
  enum Rule {
    /** Runs of characters that are no white space. */
    WORDS,
    /** Bytes of UTF-8 by four, rounded up. */
    QUARTER_BYTES
  }

  /** Tokenizers of a node, by their file's hash. */
  private static final class Tokenizers {
    final Cache<String, Tokenizer> opened = Caffeine.newBuilder().maximumSize(4).build();
  }

  /** Reads the knobs; null without a budget, where they would say nothing. */
  static TokenCount of(Knobs knobs, boolean budget) {
    boolean byTokenizer = knobs.has(TOKENIZER);
    boolean byRule = knobs.has("count");
    boolean hashed = knobs.has(SHA256);
    if (!budget && (byTokenizer || byRule || hashed)) {
      throw Knobs.invalid(
          knobs.place(),
          "has " + (byTokenizer ? TOKENIZER : byRule ? "count" : SHA256) + " without max_tokens",
          "both or neither");
    }
    if (hashed && !byTokenizer) {
      throw Knobs.invalid(
          knobs.place(), "has tokenizer_sha256 without tokenizer", "both or neither");
    }
    if (!budget) {
      return null;
    }
    if (byTokenizer == byRule) {
      throw Knobs.invalid(
          knobs.place() + ".max_tokens",
          byRule ? "is counted by both tokenizer and count" : "does not say what counts as a token",
          "tokenizer: NAME of a base model, or count: words or quarter_bytes");
    }
    return byRule
        ? new TokenCount(null, null, knobs.choice("count", Rule.class, null))
        : new TokenCount(knobs.text(TOKENIZER), knobs.text(SHA256, null), null);
  }

  /** Adds what the tokenizer is now to a stage that names one, so that no node counts otherwise. */
  static void pin(ObjectNode stage, String place) {
    JsonNode name = stage.get(TOKENIZER);
    if (name == null || !name.isTextual()) {
      return; // the stage itself says what is wrong with it
    }
    Path file = file(name.asText(), place);
    String found = sha256(file);
    if (!stage.hasNonNull(SHA256)) {
      stage.put(SHA256, found);
    } else if (!stage.get(SHA256).asText().equals(found)) {
      throw Knobs.invalid(
          place + "." + SHA256,
          "is " + stage.get(SHA256) + ", but " + file + " hashes to " + found,
          "that hash, or another model");
    }
  }

  private static Path file(String name, String place) {
    try {
      Path folder = ModelFolder.resolve(name);
      ModelFolder.open(folder);
      return folder.resolve("tokenizer.json");
    } catch (NeuroWeaverException e) {
      throw Knobs.invalid(
          place + "." + TOKENIZER,
          "is \"" + name + "\": " + e.getMessage(),
          "the name or path of a base model with a tokenizer.json");
    }
  }

  private static String sha256(Path file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Counts texts on a node. */
  ToIntFunction<Row> on(NodeContext node, List<Integer> columns) {
    ToIntFunction<String> one =
        rule == Rule.WORDS
            ? text -> new StringTokenizer(text).countTokens()
            : rule == Rule.QUARTER_BYTES
                ? text -> (text.getBytes(StandardCharsets.UTF_8).length + 3) / 4
                : tokenizer(node);
    return row -> {
      int sum = 0;
      for (int column : columns) {
        String text = row.text(column);
        sum += text == null ? 0 : one.applyAsInt(text);
      }
      return sum;
    };
  }

  private ToIntFunction<String> tokenizer(NodeContext node) {
    Tokenizer opened =
        node.shared(Tokenizers.class, Tokenizers::new).opened.get(sha256, key -> open(node));
    return text -> opened.encode(text).length;
  }

  private Tokenizer open(NodeContext node) {
    Path folder = ModelFolder.resolve(tokenizer);
    String found = sha256(folder.resolve("tokenizer.json"));
    if (!found.equals(sha256)) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          ("the tokenizer of base model %s hashes to %s on node %s, but the job counts with %s;"
                  + " bring the same folder to every node")
              .formatted(tokenizer, found, node.nodeName(), sha256),
          Map.of("base_model", tokenizer, "found", found, "expected", sha256));
    }
    return ModelFolder.open(folder).tokenizer();
  }
}
