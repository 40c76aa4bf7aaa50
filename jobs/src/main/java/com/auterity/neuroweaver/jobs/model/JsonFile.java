package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** Reads a JSON object strictly; errors name the file, the place and what was expected. */
final class JsonFile {
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFile() {}

  static JsonNode read(Path file) {
    return parse(bytes(file), file.toString());
  }

  /** Parses an object; {@code source} names where the bytes came from. */
  static JsonNode parse(byte[] bytes, String source) {
    try {
      JsonNode node = STRICT.readTree(bytes);
      if (node == null || !node.isObject()) {
        throw invalid(source, "%s must hold a JSON object".formatted(source), null);
      }
      return node;
    } catch (JsonProcessingException e) {
      String place =
          e.getLocation() == null
              ? ""
              : " at line %d, column %d"
                  .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
      throw invalid(
          source, "%s is not valid JSON%s: %s".formatted(source, place, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw invalid(source, "cannot read %s: %s".formatted(source, e.getMessage()), e);
    }
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new NeuroWeaverException(
          ErrorKind.NOT_FOUND, "there is no file " + file, Map.of("file", file.toString()), e);
    } catch (IOException e) {
      throw invalid(file.toString(), "cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static NeuroWeaverException invalid(String source, String message, Throwable cause) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT, message, Map.of("file", source), cause);
  }
}
