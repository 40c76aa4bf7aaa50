package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.yaml.YamlDocument;
import com.auterity.neuroweaver.yaml.YamlSchema;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns the text of a workflow into a {@link Program}, or refuses it with INVALID_INPUT naming
 * file, line, place, what was found and what would be right. Thread-safe.
 */
final class WorkflowParser {
  private final YamlSchema schema =
      YamlSchema.resource(WorkflowParser.class, "workflow.schema.json");

  /**
   * Parses and checks everything that does not depend on the grid.
   *
   * @param file stands for the text in errors
   * @param given values for the program's parameters; texts are read as the default's type
   */
  Program parse(String file, String source, Map<String, JsonNode> given) {
    YamlDocument document = YamlDocument.parse(source, file);
    Map<String, JsonNode> values = parameters(document, given);
    Set<String> used = new LinkedHashSet<>();
    ObjectNode tree = document.tree().deepCopy();
    if (tree.path("steps") instanceof ObjectNode steps) {
      tree.set("steps", substitute(document, steps, values, used));
    }
    document.withTree(tree).check(schema);
    for (String name : values.keySet()) {
      if (!used.contains(name)) {
        throw document.error(
            "/parameters/" + name,
            "parameter `" + name + "` is used nowhere: use it as ${" + name + "} or leave it out");
      }
    }
    return new Program(tree.path("name").asText(), ordered(document, steps(document, tree)));
  }

  private static Map<String, JsonNode> parameters(
      YamlDocument document, Map<String, JsonNode> given) {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    JsonNode declared = document.tree().path("parameters");
    if (!declared.isObject()) {
      declared = document.tree().objectNode();
    }
    for (String name : given.keySet()) {
      if (!declared.has(name)) {
        throw document.error(
            "/parameters",
            "a value was given for parameter `"
                + name
                + "`, which the workflow does not have; it has "
                + names(declared));
      }
    }
    for (Map.Entry<String, JsonNode> parameter : declared.properties()) {
      String name = parameter.getKey();
      JsonNode value = given.get(name);
      if (value != null) {
        values.put(name, typed(document, name, value, parameter.getValue()));
      } else if (parameter.getValue().isNull()) {
        throw document.error(
            "/parameters/" + name,
            "parameter `" + name + "` has no default: give it a value (--set " + name + "=...)");
      } else {
        values.put(name, parameter.getValue());
      }
    }
    return values;
  }

  /** The given value as the type of the default; a parameter without one takes any value. */
  private static JsonNode typed(
      YamlDocument document, String name, JsonNode given, JsonNode standard) {
    if (standard.isNull() || standard.getNodeType() == given.getNodeType()) {
      return given;
    }
    String expected =
        standard.isNumber() ? "a number" : standard.isBoolean() ? "true or false" : "a text";
    if (given.isTextual()) {
      String text = given.asText().strip();
      if (standard.isBoolean() && (text.equals("true") || text.equals("false"))) {
        return BooleanNode.valueOf(text.equals("true"));
      }
      if (standard.isNumber()) {
        try {
          return text.matches("[+-]?[0-9]+")
              ? LongNode.valueOf(Long.parseLong(text))
              : DoubleNode.valueOf(Double.parseDouble(text));
        } catch (NumberFormatException e) {
          // Falls through to the refusal.
        }
      }
    }
    throw document.error(
        "/parameters/" + name,
        "parameter `"
            + name
            + "`: found "
            + given
            + ", right is "
            + expected
            + " as its default "
            + standard);
  }

  private static ObjectNode substitute(
      YamlDocument document, ObjectNode steps, Map<String, JsonNode> values, Set<String> used) {
    return (ObjectNode)
        References.replace(
            steps,
            "/steps",
            (pointer, text) -> {
              if (text.startsWith("steps.")) {
                return null;
              }
              JsonNode value = values.get(text);
              if (value == null) {
                throw document.error(
                    pointer,
                    "unknown reference `${"
                        + text
                        + "}`: right is ${steps.STEP.FIELD} or one of the parameters "
                        + new TreeSet<>(values.keySet()));
              }
              used.add(text);
              return value;
            },
            false);
  }

  private static Map<String, Program.Step> steps(YamlDocument document, ObjectNode tree) {
    Map<String, StepKind> kinds = new LinkedHashMap<>();
    tree.get("steps")
        .properties()
        .forEach(
            entry -> kinds.put(entry.getKey(), StepKind.of(entry.getValue().get("kind").asText())));
    Map<String, Program.Step> steps = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : tree.get("steps").properties()) {
      String name = entry.getKey();
      String at = "/steps/" + name;
      Set<String> needs = new LinkedHashSet<>();
      JsonNode explicit = entry.getValue().path("needs");
      for (int i = 0; i < explicit.size(); i++) {
        String need = explicit.get(i).asText();
        known(document, at + "/needs/" + i, need, kinds.keySet());
        needs.add(need);
      }
      ObjectNode with =
          entry.getValue().path("with") instanceof ObjectNode object ? object : tree.objectNode();
      References.find(
          with,
          at + "/with",
          (pointer, text) -> {
            StepReference reference =
                StepReference.parse(text)
                    .orElseThrow(
                        () ->
                            document.error(
                                pointer,
                                "reference `${"
                                    + text
                                    + "}`: right is ${steps.STEP}, ${steps.STEP.job_id} or"
                                    + " ${steps.STEP.FIELD}"));
            known(document, pointer, reference.step(), kinds.keySet());
            knownField(document, pointer, reference, kinds.get(reference.step()));
            needs.add(reference.step());
          });
      steps.put(name, new Program.Step(name, kinds.get(name), new ArrayList<>(needs), with));
    }
    return steps;
  }

  private static void known(YamlDocument document, String pointer, String step, Set<String> steps) {
    if (!steps.contains(step)) {
      throw document.error(
          pointer, "unknown step `" + step + "`: the steps here are " + String.join(", ", steps));
    }
  }

  private static void knownField(
      YamlDocument document, String pointer, StepReference reference, StepKind kind) {
    String field = reference.field();
    if (field != null
        && !field.equals(StepReference.JOB_ID)
        && !kind.resultFields().contains(field)) {
      throw document.error(
          pointer,
          "step `"
              + reference.step()
              + "` ("
              + kind.word()
              + ") has no result `"
              + field
              + "`: right is one of "
              + StepReference.JOB_ID
              + ", "
              + String.join(", ", kind.resultFields()));
    }
  }

  /** Steps after those they need, otherwise in the order of the file; a cycle is refused. */
  private static List<Program.Step> ordered(
      YamlDocument document, Map<String, Program.Step> steps) {
    List<Program.Step> order = new ArrayList<>();
    Map<String, Boolean> done = new HashMap<>();
    for (String name : steps.keySet()) {
      visit(document, name, steps, done, new ArrayList<>(), order);
    }
    return order;
  }

  private static void visit(
      YamlDocument document,
      String name,
      Map<String, Program.Step> steps,
      Map<String, Boolean> done,
      List<String> path,
      List<Program.Step> order) {
    Boolean state = done.get(name);
    if (Boolean.TRUE.equals(state)) {
      return;
    }
    path.add(name);
    if (state != null) {
      List<String> cycle = path.subList(path.indexOf(name), path.size());
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          document.place("/steps/" + name)
              + ": the steps need each other in a circle: "
              + String.join(" -> ", cycle),
          Map.of("file", document.name(), "at", "/steps/" + name, "cycle", List.copyOf(cycle)));
    }
    done.put(name, false);
    for (String need : steps.get(name).needs()) {
      visit(document, need, steps, done, path, order);
    }
    path.remove(path.size() - 1);
    done.put(name, true);
    order.add(steps.get(name));
  }

  private static String names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
