package com.auterity.neuroweaver.yaml;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Turns YAML nodes into a JSON tree and remembers the place of each under its JSON pointer. */
final class TreeBuilder {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final String file;
  private final Map<String, String> places;

  TreeBuilder(String file, Map<String, String> places) {
    this.file = file;
    this.places = places;
  }

  JsonNode convert(Node node, String pointer) {
    places.putIfAbsent(pointer, place(node));
    if (node.getAnchor().isPresent()) {
      throw refuse(
          node,
          "found anchor &"
              + node.getAnchor().get()
              + "; anchors and aliases are not taken: write the"
              + " value out where it is used");
    }
    if (!(node instanceof ScalarNode)
        && !node.getTag().equals(Tag.MAP)
        && !node.getTag().equals(Tag.SEQ)) {
      throw refuse(node, "found tag " + node.getTag().getValue() + "; tags are not taken");
    }
    if (node instanceof MappingNode mapping) {
      return object(mapping, pointer);
    }
    if (node instanceof SequenceNode sequence) {
      ArrayNode array = JSON.arrayNode();
      for (Node item : sequence.getValue()) {
        array.add(convert(item, pointer + "/" + array.size()));
      }
      return array;
    }
    return scalar((ScalarNode) node);
  }

  private ObjectNode object(MappingNode mapping, String pointer) {
    ObjectNode object = JSON.objectNode();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode keyNode)) {
        throw refuse(entry.getKeyNode(), "a key must be a word, found a list or mapping");
      }
      if (keyNode.getAnchor().isPresent()) {
        throw refuse(keyNode, "found anchor &" + keyNode.getAnchor().get() + " on a key");
      }
      String key = keyNode.getValue();
      String at = pointer + "/" + key.replace("~", "~0").replace("/", "~1");
      if (object.has(key)) {
        throw refuse(
            keyNode,
            "key `" + key + "` stands here twice (first at " + places.get(at) + "): keep one");
      }
      places.put(at, place(keyNode));
      object.set(key, convert(entry.getValueNode(), at));
    }
    return object;
  }

  private JsonNode scalar(ScalarNode node) {
    Tag tag = node.getTag();
    String text = node.getValue();
    if (tag.equals(Tag.STR) || tag.equals(Tag.ENV_TAG)) { // ${...} is our own reference
      return JSON.textNode(text);
    }
    if (tag.equals(Tag.NULL)) {
      return JSON.nullNode();
    }
    if (tag.equals(Tag.BOOL)) {
      return JSON.booleanNode(text.toLowerCase(Locale.ROOT).equals("true"));
    }
    if (tag.equals(Tag.INT)) {
      return integer(text);
    }
    if (tag.equals(Tag.FLOAT)) {
      return real(node, text);
    }
    throw refuse(node, "found tag " + tag.getValue() + "; tags are not taken");
  }

  private static JsonNode integer(String text) {
    BigInteger value;
    if (text.startsWith("0x")) {
      value = new BigInteger(text.substring(2), 16);
    } else if (text.startsWith("0o")) {
      value = new BigInteger(text.substring(2), 8);
    } else {
      value = new BigInteger(text);
    }
    if (value.bitLength() < 32) {
      return JSON.numberNode(value.intValue());
    }
    return value.bitLength() < 64 ? JSON.numberNode(value.longValue()) : JSON.numberNode(value);
  }

  private JsonNode real(ScalarNode node, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".inf") || lower.endsWith(".nan")) {
      throw refuse(node, "found " + text + ", a finite number is right");
    }
    return JSON.numberNode(Double.parseDouble(text));
  }

  private String place(Node node) {
    return file + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
  }

  private NeuroWeaverException refuse(Node node, String message) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT, place(node) + ": " + message, Map.of("file", file));
  }
}
