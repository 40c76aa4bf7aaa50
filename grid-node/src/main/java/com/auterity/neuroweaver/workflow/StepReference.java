package com.auterity.neuroweaver.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code steps.NAME}, {@code steps.NAME.job_id} or {@code steps.NAME.FIELD}: the whole result of a
 * step (with its {@code job_id}), or a field of it.
 *
 * @param field null for the whole result
 */
record StepReference(String step, String field) {
  static final String JOB_ID = "job_id";
  private static final Pattern FORM = Pattern.compile("steps\\.([a-z0-9_-]+)(?:\\.([a-z0-9_]+))?");

  static Optional<StepReference> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(new StepReference(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  /** The value in a finished step's result, or null when the result lacks it. */
  JsonNode in(String jobId, ObjectNode result) {
    if (field == null) {
      return result.deepCopy().put(JOB_ID, jobId);
    }
    return field.equals(JOB_ID) ? result.textNode(jobId) : result.get(field);
  }
}
