package com.auterity.neuroweaver.workflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A checked workflow: its steps in an order in which every step comes after those it needs. */
record Program(String name, List<Step> steps) {
  Program {
    steps = List.copyOf(steps);
  }

  /**
   * One job of the workflow.
   *
   * @param needs steps that must have succeeded before
   * @param with the job's parameters; references to steps are still in them
   */
  record Step(String name, StepKind kind, List<String> needs, ObjectNode with) {
    Step {
      needs = List.copyOf(needs);
    }

    /** Whether the parameters are all known before anything has run. */
    boolean isComplete() {
      boolean[] open = new boolean[1];
      References.find(with, "", (pointer, text) -> open[0] = true);
      return !open[0];
    }
  }

  Step step(String name) {
    return steps.stream()
        .filter(step -> step.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no step " + name));
  }
}
