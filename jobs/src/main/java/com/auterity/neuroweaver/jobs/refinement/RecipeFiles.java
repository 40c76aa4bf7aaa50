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
  private static final long MOST_BYTES = 1 << 20;

  private RecipeFiles() {}

  /**
   * A copy in which every stage's {@code words_file} has become {@code words}, and the hash of a
   * tokenizer stands beside its name.
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
      if (copy.get(i) instanceof ObjectNode stage
          && Sample.NAME.equals(stage.path("stage").asText())) {
        TokenCount.pin(stage, "stages[" + i + "] (" + Sample.NAME + ")");
      }
    }
    return copy;
  }

  /** Lines that are neither blank nor begin with #. */
  private static Iterable<String> lines(String file, String place) {
    String right = "a UTF-8 text file of at most 1 MiB that this node can read, one entry a line";
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
      text = text.startsWith("\ufeff") ? text.substring(1) : text;
      return text.lines()
          .map(String::strip)
          .filter(l -> !l.isEmpty() && l.charAt(0) != '#')
          .toList();
    } catch (CharacterCodingException e) {
      throw Knobs.invalid(place, "is \"" + file + "\", which is no UTF-8", right);
    } catch (IOException | InvalidPathException e) {
      throw Knobs.invalid(place, "is \"" + file + "\", which cannot be read", right);
    }
  }
}
