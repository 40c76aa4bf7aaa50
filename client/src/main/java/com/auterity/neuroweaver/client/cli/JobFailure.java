package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Problem;
import java.util.Set;

/** Turns the end of a job into the error the shell sees: wrong input is 2, everything else 1. */
final class JobFailure {
  private static final Set<String> WRONG_INPUT =
      Set.of("INVALID_INPUT", "NOT_FOUND", "TOO_LARGE", "UNPROCESSABLE");

  private JobFailure() {}

  static void throwUnlessSucceeded(String what, JobState state, Problem error) {
    if (state == JobState.SUCCEEDED) {
      return;
    }
    if (error == null) {
      throw new FailureException(
          what + " is " + state + (state.isFinal() ? "" : ": it goes on in the grid"));
    }
    StringBuilder message = new StringBuilder(what + " " + state + ": " + error.message());
    error
        .details()
        .forEach((name, value) -> message.append("\n  ").append(name).append(": ").append(value));
    if (WRONG_INPUT.contains(error.code())) {
      throw new UsageException(message.toString());
    }
    throw new FailureException(message.toString());
  }
}
