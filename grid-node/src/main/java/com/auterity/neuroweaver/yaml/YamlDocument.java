package com.auterity.neuroweaver.yaml;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * One YAML 1.2 file as a JSON tree that knows the line of each of its values. Duplicate keys,
 * anchors, aliases and tags are refused; the root is a mapping. Errors are INVALID_INPUT and begin
 * with {@code file:line:}.
 */
public final class YamlDocument {
  private final String name;
  private final ObjectNode tree;
  private final Map<String, String> places;

  private YamlDocument(String name, ObjectNode tree, Map<String, String> places) {
    this.name = name;
    this.tree = tree;
    this.places = places;
  }

  /** Reads a file; NOT_FOUND when there is none. */
  public static YamlDocument read(Path file) {
    try {
      return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString());
    } catch (NoSuchFileException e) {
      throw new NeuroWeaverException(
          ErrorKind.NOT_FOUND, "there is no file " + file, Map.of("file", file.toString()), e);
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          file + ": cannot be read as UTF-8 text: " + e.getMessage(),
          Map.of("file", file.toString()),
          e);
    }
  }

  /** Parses text; {@code name} stands for it in errors. Empty text is an empty mapping. */
  public static YamlDocument parse(String text, String name) {
    Map<String, String> places = new HashMap<>();
    places.put("", name + ":1");
    JsonNode tree = compose(text, name, new TreeBuilder(name, places));
    if (tree == null) {
      return new YamlDocument(name, JsonNodeFactory.instance.objectNode(), places);
    }
    if (tree instanceof ObjectNode object) {
      return new YamlDocument(name, object, places);
    }
    throw new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        places.get("")
            + ": found "
            + Found.describe(tree)
            + ", a mapping of keys to values is right",
        Map.of("file", name));
  }

  private static JsonNode compose(String text, String name, TreeBuilder builder) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(name).setSchema(new CoreSchema()).build();
    try {
      Node root = new Compose(settings).composeString(text).orElse(null);
      return root == null ? null : builder.convert(root, "");
    } catch (MarkedYamlEngineException e) {
      Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          name
              + (mark == null ? "" : ":" + (mark.getLine() + 1))
              + ": not YAML: "
              + (e.getContext() == null ? "" : e.getContext() + ", ")
              + e.getProblem(),
          Map.of("file", name),
          e);
    } catch (YamlEngineException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT, name + ": not YAML: " + e.getMessage(), Map.of("file", name), e);
    }
  }

  public String name() {
    return name;
  }

  /** The content; not to be changed. */
  public ObjectNode tree() {
    return tree;
  }

  /** {@code file:line} of the value at a JSON pointer, or of what encloses it. */
  public String place(String pointer) {
    for (String at = pointer; !at.isEmpty(); at = at.substring(0, at.lastIndexOf('/'))) {
      String place = places.get(at);
      if (place != null) {
        return place;
      }
    }
    return places.get("");
  }

  /** An INVALID_INPUT error at the value a JSON pointer names. */
  public NeuroWeaverException error(String pointer, String message) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        place(pointer) + ": " + message,
        Map.of("file", name, "at", pointer));
  }

  /** The same file and lines with another tree, for values put in after parsing. */
  public YamlDocument withTree(ObjectNode other) {
    return new YamlDocument(name, other, places);
  }

  /** Checks against a schema; throws one error that lists all that is wrong. */
  public YamlDocument check(YamlSchema schema) {
    List<String> problems = schema.problems(this);
    if (!problems.isEmpty()) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          String.join("\n", problems),
          Map.of("file", name, "problems", problems));
    }
    return this;
  }

  /**
   * A copy with one value replaced or added.
   *
   * @param key dotted: {@code memory.region_mb}
   * @param value YAML: {@code 512}, {@code [a, b]} ...
   * @param origin stands for file and line in errors about the value
   */
  public YamlDocument with(String key, String value, String origin) {
    ObjectNode copy = tree.deepCopy();
    Map<String, String> copiedPlaces = new HashMap<>(places);
    String[] parts = key.split("\\.", -1);
    ObjectNode at = copy;
    StringBuilder pointer = new StringBuilder();
    for (int i = 0; i < parts.length - 1; i++) {
      pointer.append('/').append(parts[i]);
      JsonNode next = at.get(parts[i]);
      if (next == null) {
        next = at.putObject(parts[i]);
        copiedPlaces.put(pointer.toString(), origin);
      }
      if (!(next instanceof ObjectNode object)) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            origin + ": " + parts[i] + " is " + Found.describe(next) + " and has no keys below it");
      }
      at = object;
    }
    String last = parts[parts.length - 1];
    pointer.append('/').append(last);
    JsonNode parsed = compose(value, origin, new TreeBuilder(origin, new HashMap<>()));
    at.set(last, parsed == null ? JsonNodeFactory.instance.nullNode() : parsed);
    copiedPlaces.keySet().removeIf(place -> place.startsWith(pointer + "/"));
    copiedPlaces.put(pointer.toString(), origin);
    return new YamlDocument(name, copy, copiedPlaces);
  }
}
