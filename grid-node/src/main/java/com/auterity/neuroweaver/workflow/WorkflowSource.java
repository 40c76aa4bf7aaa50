package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Reads the program out of a {@code workflow} job's parameters: file, source, parameters. */
public final class WorkflowSource {
  private static final Set<String> KEYS = Set.of("file", "source", "parameters");

  private final WorkflowParser parser = new WorkflowParser();
  private final StepCheck steps;

  /** Checks the parameters of one kind of job as its handler does. */
  @FunctionalInterface
  public interface StepCheck {
    void validate(String tenant, String kind, ObjectNode parameters);
  }

  public WorkflowSource(StepCheck steps) {
    this.steps = steps;
  }

  Program program(ObjectNode parameters) {
    parameters
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!KEYS.contains(name)) {
                throw new NeuroWeaverException(
                    ErrorKind.INVALID_INPUT,
                    "unknown parameter " + name + " of a workflow: known are " + KEYS,
                    Map.of("field", name));
              }
            });
    JsonNode source = parameters.path("source");
    if (!source.isTextual() || source.asText().isBlank()) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "source is missing: expected the YAML text of the workflow",
          Map.of("field", "source"));
    }
    Map<String, JsonNode> given = new LinkedHashMap<>();
    parameters.path("parameters").properties().forEach(e -> given.put(e.getKey(), e.getValue()));
    return parser.parse(parameters.path("file").asText("workflow.yaml"), source.asText(), given);
  }

  /** Parses, and asks the handlers of those steps whose parameters are known before the run. */
  void check(String tenant, ObjectNode parameters) {
    Program program = program(parameters);
    for (Program.Step step : program.steps()) {
      if (step.kind() == StepKind.REPORT || !step.isComplete()) {
        continue;
      }
      ObjectNode with =
          (ObjectNode) References.replace(step.with(), "", (pointer, text) -> null, true);
      try {
        steps.validate(tenant, step.kind().word(), with);
      } catch (NeuroWeaverException e) {
        Map<String, Object> details = new LinkedHashMap<>(e.details());
        details.put("step", step.name());
        throw new NeuroWeaverException(
            e.kind(),
            parameters.path("file").asText("workflow.yaml")
                + ": step "
                + step.name()
                + ": "
                + e.getMessage(),
            details,
            e);
      }
    }
  }
}
