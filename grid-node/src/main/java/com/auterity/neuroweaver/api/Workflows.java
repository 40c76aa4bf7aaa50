package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Workflow;
import com.auterity.neuroweaver.client.WorkflowRequest;

/** Workflow programs and their runs, as the API needs them. */
public interface Workflows {
  /** Parses, checks and submits; INVALID_INPUT names file, line, place, and what would be right. */
  Workflow create(String tenant, WorkflowRequest request, String idempotencyKey);

  /** The run with its steps, or NOT_FOUND. */
  Workflow get(String tenant, String workflowId);

  /** {@code report.json}, or NOT_FOUND while there is none. */
  byte[] reportJson(String tenant, String workflowId);

  /** {@code report.html}, or NOT_FOUND while there is none. */
  byte[] reportHtml(String tenant, String workflowId);
}
