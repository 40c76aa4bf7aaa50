package com.auterity.neuroweaver.datasets.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;

/** The objects of a JSON Lines file, one after the other; blank lines are skipped. */
final class JsonLines implements AutoCloseable {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  private final Path file;
  private final BufferedReader text;
  private long line;
  private ObjectNode object;
  private String problem;

  JsonLines(Path file) {
    this.file = file;
    try {
      this.text = new BufferedReader(TextInput.open(file), 1 << 16);
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Goes to the next line with text; false at the end. */
  boolean advance() {
    try {
      String next;
      do {
        next = text.readLine();
        line++;
      } while (next != null && next.isBlank());
      if (next == null) {
        return false;
      }
      parse(next);
      return true;
    } catch (CharacterCodingException e) {
      throw DatasetFile.refused(file, "is not UTF-8: a wrong byte stands after line " + line, e);
    } catch (IOException e) {
      throw DatasetFile.refused(file, line, "cannot be read: " + e.getMessage(), e);
    }
  }

  /** From 1. */
  long line() {
    return line;
  }

  /** The line's object, or null when it holds none. */
  ObjectNode object() {
    return object;
  }

  /** What is wrong with a line without an object. */
  String problem() {
    return problem;
  }

  @Override
  public void close() {
    try {
      text.close();
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be closed: " + e.getMessage(), e);
    }
  }

  private void parse(String json) {
    object = null;
    problem = null;
    try {
      JsonNode node = MAPPER.readTree(json);
      if (node instanceof ObjectNode found) {
        object = found;
      } else {
        problem = "expected a JSON object, found " + node.getNodeType();
      }
    } catch (JsonProcessingException e) {
      problem =
          e.getOriginalMessage()
              + (e.getLocation() == null ? "" : " at column " + e.getLocation().getColumnNr());
    }
  }
}
