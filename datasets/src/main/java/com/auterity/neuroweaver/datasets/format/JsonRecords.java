package com.auterity.neuroweaver.datasets.format;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/** The objects of a JSON file, one after the other. */
interface JsonRecords extends AutoCloseable {
  JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  static JsonRecords open(Path file, FileOptions options) {
    return options.format() == FileFormat.JSON
        ? new JsonArray(file, options)
        : new JsonLines(file, options);
  }

  /** Goes to the next record; false at the end. */
  boolean advance();

  /** Where the record begins, from 1. */
  long line();

  /** The record's object, or null when it is none. */
  ObjectNode object();

  /** Why a record without an object is rejected. */
  String reason();

  /** What is wrong with a record without an object. */
  String problem();

  /** The record as it was read. */
  Object raw();

  @Override
  void close();
}
