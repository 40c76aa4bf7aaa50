package com.auterity.neuroweaver.datasets.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;

/** The objects of a JSON Lines file; blank lines are skipped. */
final class JsonLines implements JsonRecords {
  /** Longer lines are rejected, in characters. */
  static final int LONGEST = 16 << 20;

  private final Path file;
  private final FileOptions options;
  private final LineReader lines;
  private long line;
  private String text;
  private ObjectNode object;
  private String reason;
  private String problem;

  JsonLines(Path file, FileOptions options) {
    this.file = file;
    this.options = options;
    try {
      this.lines = new LineReader(TextInput.open(file, options), LONGEST);
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean advance() {
    try {
      do {
        text = lines.next();
        line++;
      } while (text != null && text.isBlank());
      if (text == null) {
        return false;
      }
      parse();
      return true;
    } catch (CharacterCodingException e) {
      throw DatasetFile.wrongBytes(file, options, e);
    } catch (IOException e) {
      throw DatasetFile.refused(file, line, "cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public ObjectNode object() {
    return object;
  }

  @Override
  public String reason() {
    return reason;
  }

  @Override
  public String problem() {
    return problem;
  }

  @Override
  public Object raw() {
    return text;
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (IOException e) {
      throw DatasetFile.refused(file, "cannot be closed: " + e.getMessage(), e);
    }
  }

  private void parse() {
    object = null;
    reason = RejectedRows.BAD_JSON;
    if (lines.length() > LONGEST) {
      reason = RejectedRows.TOO_LONG;
      problem = "a line of " + lines.length() + " characters; at most " + LONGEST + " are taken";
      return;
    }
    try {
      JsonNode node = MAPPER.readTree(text);
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
