package com.auterity.neuroweaver.jobs.loading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.format.FileOptions;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A YAML file that says how files are laid out and what their columns are: the load parameters
 * {@code format}, {@code delimiter}, {@code header}, {@code quote}, {@code encoding}, {@code
 * records} and {@code columns}. {@code dataset inspect} writes one.
 */
public final class SchemaFile {
  private static final int LARGEST = 4 << 20;
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode tree;
  private final String name;
  private final Map<String, Integer> lines;

  private SchemaFile(ObjectNode tree, String name, Map<String, Integer> lines) {
    this.tree = tree;
    this.name = name;
    this.lines = lines;
  }

  /**
   * @throws NeuroWeaverException NOT_FOUND, or INVALID_INPUT naming file and line
   */
  static SchemaFile read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new NeuroWeaverException(
          ErrorKind.NOT_FOUND,
          "schema: there is no file " + file + " on this node",
          Map.of("path", file.toString()));
    }
    try {
      if (Files.size(file) > LARGEST) {
        throw NeuroWeaverException.invalid("schema: " + file + " has more than 4 MiB");
      }
      String text = Files.readString(file);
      Map<String, Integer> lines = lines(file, text);
      JsonNode tree = YAML.readTree(text);
      if (tree instanceof ObjectNode object) {
        return new SchemaFile(object, file.toString(), lines);
      }
      throw NeuroWeaverException.invalid(
          file + ":1: expected keys such as columns, found " + tree.getNodeType());
    } catch (JsonProcessingException e) {
      throw NeuroWeaverException.invalid(
          file
              + ":"
              + (e.getLocation() == null ? 1 : e.getLocation().getLineNr())
              + ": not YAML: "
              + e.getOriginalMessage());
    } catch (IOException e) {
      throw NeuroWeaverException.invalid(
          "schema: " + file + " cannot be read as UTF-8 text: " + e.getMessage());
    }
  }

  ObjectNode tree() {
    return tree;
  }

  /** {@code file:line: } of what a JSON pointer names, to begin an error with. */
  String place(String pointer) {
    return name + ":" + lines.getOrDefault(pointer, 1) + ": ";
  }

  /** The line of each value; refuses anchors, which a reader of the file would have to follow. */
  private static Map<String, Integer> lines(Path file, String text) throws IOException {
    Map<String, Integer> lines = new HashMap<>();
    try (YAMLParser parser = (YAMLParser) YAML.getFactory().createParser(text)) {
      JsonToken token;
      while ((token = parser.nextToken()) != null) {
        int line = parser.currentTokenLocation().getLineNr();
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
          throw NeuroWeaverException.invalid(
              file + ":" + line + ": anchors and aliases are not taken: write the value out");
        }
        if (token != JsonToken.END_OBJECT && token != JsonToken.END_ARRAY) {
          lines.putIfAbsent(parser.getParsingContext().pathAsPointer().toString(), line);
        }
      }
    }
    return lines;
  }

  /** The file that says what a schema and layout are. */
  static String write(FileOptions options, Schema schema) {
    StringBuilder yaml = new StringBuilder();
    yaml.append("format: ").append(options.format().word()).append('\n');
    if (options.format().delimited() && options.format().word().length() == 3) {
      yaml.append("delimiter: ").append(quoted(String.valueOf(options.delimiter()))).append('\n');
      yaml.append("header: ").append(options.header()).append('\n');
      yaml.append("quote: ").append(options.quoted()).append('\n');
    }
    if (options.encoding() != null) {
      yaml.append("encoding: ").append(options.encoding().name()).append('\n');
    }
    if (!options.records().isEmpty()) {
      yaml.append("records: ").append(quoted(options.records())).append('\n');
    }
    yaml.append("columns:\n");
    for (Column column : schema.columns()) {
      yaml.append("  - {name: ").append(quoted(column.name()));
      yaml.append(", type: ").append(column.type().name().toLowerCase(Locale.ROOT));
      if (column.semantic() != SemanticType.NONE) {
        yaml.append(", semantic: ").append(column.semantic().name().toLowerCase(Locale.ROOT));
      }
      if (!column.nullable()) {
        yaml.append(", nullable: false");
      }
      yaml.append("}\n");
    }
    return yaml.toString();
  }

  /** Bare when it is a plain word; JSON's quotes are YAML's too. */
  private static String quoted(String text) {
    boolean plain =
        text.matches("[A-Za-z_][A-Za-z0-9_]*")
            && !text.matches("(?i)true|false|null|yes|no|on|off|y|n");
    try {
      return plain ? text : JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
