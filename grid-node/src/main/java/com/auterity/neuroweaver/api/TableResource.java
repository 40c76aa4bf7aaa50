package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.DiffRequest;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.PublishRequest;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Datasets beside SQL, and beside each other, over HTTP. */
final class TableResource {
  private final Jobs jobs;
  private final JsonMapper mapper;

  TableResource(Jobs jobs, JsonMapper mapper) {
    this.jobs = jobs;
    this.mapper = mapper;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.post(
            "/datasets/{dataset_id}/publish",
            "Make a dataset version an SQL table, or replace the table there is.",
            PublishRequest.class,
            Job.class,
            202,
            this::publish),
        Route.post(
            "/tables/{table}/unpublish",
            "Remove the SQL table that shows a dataset.",
            Void.class,
            Job.class,
            202,
            this::unpublish),
        Route.post(
                "/datasets/{dataset_id}/profile",
                "Figures of a dataset version's columns; what is profiled already is not read again.",
                Void.class,
                Job.class,
                202,
                this::profile)
            .query(
                "with",
                Route.Query.Type.STRING,
                "Versions of the same columns that are counted with it: a,b."),
        Route.post(
            "/datasets/diff",
            "Compare two dataset versions: columns, counts, and by a key rows.",
            DiffRequest.class,
            Job.class,
            202,
            this::diff));
  }

  private Job publish(Call call, PublishRequest body) {
    ObjectNode parameters = mapper.valueToTree(body);
    parameters.put("dataset", call.path("dataset_id"));
    return jobs.submit(call.tenant(), "publish", parameters, call.idempotencyKey(), null);
  }

  private Job unpublish(Call call, Void none) {
    ObjectNode parameters = mapper.createObjectNode().put("table", call.path("table"));
    return jobs.submit(call.tenant(), "unpublish", parameters, call.idempotencyKey(), null);
  }

  private Job profile(Call call, Void none) {
    ObjectNode parameters = mapper.createObjectNode().put("dataset", call.path("dataset_id"));
    List<String> with = RowsResource.names(call.query("with"));
    if (!with.isEmpty()) {
      with.forEach(parameters.putArray("with")::add);
    }
    return jobs.submit(call.tenant(), "profile", parameters, call.idempotencyKey(), null);
  }

  private Job diff(Call call, DiffRequest body) {
    return jobs.submit(
        call.tenant(), "diff", mapper.valueToTree(body), call.idempotencyKey(), null);
  }
}
