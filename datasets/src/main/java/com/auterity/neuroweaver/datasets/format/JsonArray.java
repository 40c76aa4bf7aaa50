package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;

/**
 * The objects of an array in a JSON file, one in memory at a time: the file's own array, or the one
 * a JSON pointer names in it.
 */
final class JsonArray implements JsonRecords {
  /** A longer element makes the file unreadable, in characters. */
  static final long LONGEST = 64L << 20;

  /** What follows an element is the next one. */
  private static final JsonMapper ELEMENTS =
      MAPPER.rebuild().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final Path file;
  private final FileOptions options;
  private final BoundedReader text;
  private final JsonParser parser;
  private long line;
  private JsonNode element;
  private boolean ended;

  JsonArray(Path file, FileOptions options) {
    this.file = file;
    this.options = options;
    BoundedReader reader = null;
    try {
      reader = new BoundedReader(TextInput.open(file, options), LONGEST);
      text = reader;
      parser = ELEMENTS.createParser(text);
      toArray();
    } catch (IOException e) {
      closeQuietly(reader, e);
      throw unreadable(e);
    } catch (NeuroWeaverException e) {
      closeQuietly(reader, e);
      throw e;
    }
  }

  @Override
  public boolean advance() {
    if (ended) {
      return false;
    }
    try {
      text.begin();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.END_ARRAY) {
        ended = true;
        if (options.records().isEmpty() && parser.nextToken() != null) {
          throw DatasetFile.refused(
              file, parser.currentLocation().getLineNr(), "something follows the array", null);
        }
        return false;
      }
      if (token == null) {
        throw DatasetFile.refused(
            file,
            parser.currentLocation().getLineNr(),
            "the array is not closed; the file may be cut off",
            null);
      }
      line = parser.currentTokenLocation().getLineNr();
      element = parser.readValueAsTree();
      return true;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public ObjectNode object() {
    return element instanceof ObjectNode object ? object : null;
  }

  @Override
  public String reason() {
    return RejectedRows.BAD_JSON;
  }

  @Override
  public String problem() {
    return "expected a JSON object, found " + element.getNodeType();
  }

  @Override
  public Object raw() {
    return element;
  }

  @Override
  public void close() {
    try {
      parser.close();
      text.close();
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be closed: " + e.getMessage(), e);
    }
  }

  /** Positions the parser behind the opening bracket. */
  private void toArray() throws IOException {
    text.begin();
    JsonToken token = next();
    if (token == null) {
      throw DatasetFile.refused(file, "is empty: it has no JSON value");
    }
    String records = options.records();
    String[] segments = records.isEmpty() ? new String[0] : records.substring(1).split("/", -1);
    for (String segment : segments) {
      token = descend(token, segment.replace("~1", "/").replace("~0", "~"));
    }
    if (token != JsonToken.START_ARRAY) {
      throw noArray(token);
    }
  }

  private JsonToken descend(JsonToken at, String segment) throws IOException {
    if (at == JsonToken.START_OBJECT) {
      while (next() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = next();
        if (name.equals(segment)) {
          return value;
        }
        skip();
      }
    } else if (at == JsonToken.START_ARRAY) {
      JsonToken value = next();
      for (int i = 0; value != null && value != JsonToken.END_ARRAY; i++) {
        if (segment.equals(Integer.toString(i))) {
          return value;
        }
        skip();
        value = next();
      }
    }
    throw DatasetFile.refused(file, "has nothing at " + options.records() + " (see records)");
  }

  /** Skips the value at hand however long it is. */
  private void skip() throws IOException {
    if (!parser.currentToken().isStructStart()) {
      return;
    }
    for (int open = 1; open > 0; ) {
      JsonToken token = next();
      if (token == null) {
        return;
      }
      open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
    }
  }

  private JsonToken next() throws IOException {
    text.begin();
    return parser.nextToken();
  }

  private NeuroWeaverException noArray(JsonToken found) throws IOException {
    String inside = found == JsonToken.START_OBJECT ? firstArray() : null;
    return DatasetFile.refused(
        file,
        (options.records().isEmpty() ? "is" : "holds at " + options.records())
            + " no array of objects"
            + (inside == null
                ? "; one object on each line is format jsonl"
                : "; name the array in it, for example records: " + inside));
  }

  /** Pointer to the first array of objects below the object at hand, or null. */
  private String firstArray() throws IOException {
    JsonToken before = null;
    JsonToken token;
    try {
      while ((token = next()) != null) {
        if (before == JsonToken.START_ARRAY && token == JsonToken.START_OBJECT) {
          return parser.getParsingContext().getParent().getParent() == null
              ? null
              : pointerOfArray();
        }
        before = token;
      }
    } catch (JsonProcessingException e) {
      return null;
    }
    return null;
  }

  private String pointerOfArray() {
    String element = parser.getParsingContext().getParent().pathAsPointer().toString();
    int slash = element.lastIndexOf('/');
    return element.substring(0, slash);
  }

  private NeuroWeaverException unreadable(IOException e) {
    if (e instanceof CharacterCodingException) {
      return DatasetFile.wrongBytes(file, options, e);
    }
    if (e instanceof JsonProcessingException json) {
      String place =
          json.getLocation() == null ? "" : " at column " + json.getLocation().getColumnNr();
      long at = json.getLocation() == null ? line : json.getLocation().getLineNr();
      return DatasetFile.refused(
          file, at, "is no JSON: " + json.getOriginalMessage() + place, json);
    }
    return DatasetFile.refused(
        file, "cannot be read after line " + line + ": " + e.getMessage(), e);
  }

  private static void closeQuietly(BoundedReader reader, Exception failure) {
    if (reader != null) {
      try {
        reader.close();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
