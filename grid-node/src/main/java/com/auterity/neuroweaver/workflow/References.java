package com.auterity.neuroweaver.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * References in the texts of a tree: a dollar sign and a name in braces. A text that is just one
 * reference becomes the value with its type; inside a longer text the value is written out. Two
 * dollar signs before a brace stand for one, and are no reference.
 */
final class References {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\$\\{|\\$\\{([^{}]*)}");

  private References() {}

  /** Calls {@code seen} with the JSON pointer and inner text of every reference. */
  static void find(JsonNode tree, String pointer, BiConsumer<String, String> seen) {
    if (tree.isObject()) {
      tree.properties()
          .forEach(field -> find(field.getValue(), pointer + "/" + escape(field.getKey()), seen));
    } else if (tree.isArray()) {
      for (int i = 0; i < tree.size(); i++) {
        find(tree.get(i), pointer + "/" + i, seen);
      }
    } else if (tree.isTextual()) {
      Matcher matcher = REFERENCE.matcher(tree.asText());
      while (matcher.find()) {
        if (matcher.group(1) != null) {
          seen.accept(pointer, matcher.group(1).strip());
        }
      }
    }
  }

  /**
   * A copy of the tree with references replaced.
   *
   * @param value gives the value for (pointer, inner text), or null to leave the reference there
   * @param unescape whether doubled dollar signs become single ones: only in the last pass
   */
  static JsonNode replace(
      JsonNode tree, String pointer, BiFunction<String, String, JsonNode> value, boolean unescape) {
    if (tree.isObject()) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      tree.properties()
          .forEach(
              field ->
                  copy.set(
                      field.getKey(),
                      replace(
                          field.getValue(),
                          pointer + "/" + escape(field.getKey()),
                          value,
                          unescape)));
      return copy;
    }
    if (tree.isArray()) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      for (int i = 0; i < tree.size(); i++) {
        copy.add(replace(tree.get(i), pointer + "/" + i, value, unescape));
      }
      return copy;
    }
    return tree.isTextual() ? text(tree.asText(), pointer, value, unescape) : tree.deepCopy();
  }

  private static JsonNode text(
      String text, String pointer, BiFunction<String, String, JsonNode> value, boolean unescape) {
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder out = new StringBuilder();
    int from = 0;
    while (matcher.find()) {
      out.append(text, from, matcher.start());
      from = matcher.end();
      if (matcher.group(1) == null) {
        out.append(unescape ? "${" : matcher.group());
        continue;
      }
      JsonNode found = value.apply(pointer, matcher.group(1).strip());
      if (found == null) {
        out.append(matcher.group());
      } else if (matcher.start() == 0 && matcher.end() == text.length()) {
        return found;
      } else {
        out.append(found.isValueNode() ? found.asText() : found.toString());
      }
    }
    return TextNode.valueOf(out.append(text, from, text.length()).toString());
  }

  private static String escape(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }
}
