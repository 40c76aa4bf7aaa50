package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Workflow;
import com.auterity.neuroweaver.client.WorkflowRequest;
import java.util.List;

/** Workflows over HTTP. */
final class WorkflowResource {
  private final Workflows workflows;

  WorkflowResource(Workflows workflows) {
    this.workflows = workflows;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.post(
            "/workflows/create",
            "Check a workflow program and run it.",
            WorkflowRequest.class,
            Workflow.class,
            202,
            (call, body) -> workflows.create(call.tenant(), body, call.idempotencyKey())),
        Route.get(
            "/workflows/{workflow_id}",
            "A workflow run and its steps.",
            Workflow.class,
            call -> workflows.get(call.tenant(), call.path("workflow_id"))),
        Route.raw(
            "/workflows/{workflow_id}/report.json",
            "The report of a finished workflow.",
            Route.JSON,
            call -> new Route.Raw(workflows.reportJson(call.tenant(), call.path("workflow_id")))),
        Route.raw(
            "/workflows/{workflow_id}/report.html",
            "The report of a finished workflow as one self-contained page.",
            "text/html; charset=utf-8",
            call -> new Route.Raw(workflows.reportHtml(call.tenant(), call.path("workflow_id")))));
  }
}
