package com.auterity.neuroweaver.jobs.refinement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Puts the contents of files that a recipe names into it, once and where the job begins, so that
 * every node works with the same words.
 */
final class RecipeFiles {
  static final String WORDS_FILE = "words_file";
  static final String RULES_FILE = "rules_file";
  private static final long MOST_BYTES = 1 << 20;

  private RecipeFiles() {}

  /**
   * A copy in which {@code words_file} has become {@code words}, {@code rules_file} rules, and the
   * hash of a tokenizer stands beside its name.
   */
  static JsonNode inlined(JsonNode stages) {
    if (stages == null || !stages.isArray()) {
      return stages;
    }
    JsonNode copy = stages.deepCopy();
    for (int i = 0; i < copy.size(); i++) {
      if (copy.get(i) instanceof ObjectNode stage
          && ToxicityFilter.NAME.equals(stage.path("stage").asText())
          && stage.hasNonNull(WORDS_FILE)) {
        String place = "stages[" + i + "] (" + ToxicityFilter.NAME + ")";
        if (stage.has("words")) {
          throw Knobs.invalid(place, "has both words and words_file", "one of the two");
        }
        String file = new Knobs(stage, place).text(WORDS_FILE);
        ArrayNode words = stage.putArray("words");
        lines(file, place + "." + WORDS_FILE).forEach(words::add);
        stage.remove(WORDS_FILE);
      }
      if (copy.get(i).path("stage").asText().equals(Augment.NAME)) {
        rules(
            copy.get(i).path("operations"), "stages[" + i + "] (" + Augment.NAME + ").operations");
      }
      if (copy.get(i) instanceof ObjectNode stage
          && Sample.NAME.equals(stage.path("stage").asText())) {
        TokenCount.pin(stage, "stages[" + i + "] (" + Sample.NAME + ")");
      }
    }
    return copy;
  }

  /** In each {@code paraphrase}, {@code rules_file} becomes {@code rules}. */
  private static void rules(JsonNode operations, String place) {
    for (int i = 0; i < operations.size(); i++) {
      if (operations.path(i).path(Paraphrase.NAME) instanceof ObjectNode options
          && options.hasNonNull(RULES_FILE)) {
        String at = place + "[" + i + "]." + Paraphrase.NAME;
        if (options.has(Paraphrase.RULES)) {
          throw Knobs.invalid(at, "has both rules and rules_file", "one of the two");
        }
        String file = new Knobs(options, at).text(RULES_FILE);
        options.set(
            Paraphrase.RULES,
            ParaphraseRules.parsed(text(file, at + "." + RULES_FILE), at + "." + RULES_FILE));
        options.remove(RULES_FILE);
      }
    }
  }

  /** Lines that are neither blank nor begin with #. */
  private static Iterable<String> lines(String file, String place) {
    return text(file, place)
        .lines()
        .map(String::strip)
        .filter(l -> !l.isEmpty() && l.charAt(0) != '#')
        .toList();
  }

  private static String text(String file, String place) {
    String right = "a UTF-8 text file of at most 1 MiB that this node can read";
    try {
      Path path = Path.of(file);
      if (!Files.isRegularFile(path) || Files.size(path) > MOST_BYTES) {
        throw Knobs.invalid(
            place,
            "is \"" + file + "\", which is " + (Files.exists(path) ? "too large" : "not there"),
            right);
      }
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
              .toString();
      return text.startsWith("\ufeff") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw Knobs.invalid(place, "is \"" + file + "\", which is no UTF-8", right);
    } catch (IOException | InvalidPathException e) {
      throw Knobs.invalid(place, "is \"" + file + "\", which cannot be read", right);
    }
  }
}
