package com.auterity.neuroweaver.yaml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A JSON Schema (2020-12) for one kind of YAML file; its descriptions say what would be right. */
public final class YamlSchema {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final JsonNode source;
  private final Schema schema;

  private YamlSchema(String text) {
    try {
      source = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the schema is not JSON", e);
    }
    schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(text, InputFormat.JSON);
  }

  /** The schema in a resource beside a class. */
  public static YamlSchema resource(Class<?> beside, String resource) {
    try (InputStream in = beside.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource + " beside " + beside);
      }
      return new YamlSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static YamlSchema of(String json) {
    return new YamlSchema(json);
  }

  /** What is wrong with the document, each with its place; empty when nothing is. */
  List<String> problems(YamlDocument document) {
    Set<String> problems = new LinkedHashSet<>();
    for (Error error : schema.validate(document.tree().toString(), InputFormat.JSON)) {
      String pointer = pointer(error);
      JsonNode found = document.tree().at(pointer);
      String rule = String.valueOf(error.getSchemaLocation().getFragment());
      String parent = rule.contains("/") ? rule.substring(0, rule.lastIndexOf('/')) : "";
      JsonNode schemaThere = source.at(parent.startsWith("/") ? parent : "");
      problems.add(problem(document, error, pointer, found, schemaThere));
    }
    return new ArrayList<>(problems);
  }

  private static String problem(
      YamlDocument document, Error error, String pointer, JsonNode found, JsonNode there) {
    String where =
        pointer.isEmpty() ? "the file" : "`" + pointer.substring(1).replace('/', '.') + "`";
    switch (error.getKeyword()) {
      case "additionalProperties", "unevaluatedProperties" -> {
        String key = error.getProperty();
        List<String> known = new ArrayList<>();
        there.path("properties").fieldNames().forEachRemaining(known::add);
        return document.place(pointer + "/" + key)
            + ": unknown key `"
            + key
            + "` in "
            + where
            + "; known here: "
            + String.join(", ", known);
      }
      case "required", "dependentRequired" -> {
        return document.place(pointer)
            + ": "
            + where
            + " lacks the key `"
            + error.getProperty()
            + "`"
            + right(there.path("properties").path(String.valueOf(error.getProperty())));
      }
      case "type" -> {
        return document.place(pointer)
            + ": "
            + where
            + " is "
            + Found.describe(found)
            + ", right is "
            + types(there.path("type"))
            + right(there);
      }
      case "enum" -> {
        return document.place(pointer)
            + ": "
            + where
            + " is "
            + Found.describe(found)
            + ", right is one of "
            + there.path("enum");
      }
      default -> {
        return document.place(pointer)
            + ": "
            + where
            + " is "
            + Found.describe(found)
            + ": "
            + error.getMessage()
            + right(there);
      }
    }
  }

  private static String right(JsonNode schema) {
    JsonNode description = schema.path("description");
    return description.isTextual() ? " (" + description.asText() + ")" : "";
  }

  private static String types(JsonNode type) {
    if (type.isTextual()) {
      return type.asText();
    }
    List<String> names = new ArrayList<>();
    type.forEach(name -> names.add(name.asText()));
    return String.join(" or ", names);
  }

  private static String pointer(Error error) {
    StringBuilder pointer = new StringBuilder();
    for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
      String name = String.valueOf(error.getInstanceLocation().getElement(i));
      pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
    }
    return pointer.toString();
  }
}
