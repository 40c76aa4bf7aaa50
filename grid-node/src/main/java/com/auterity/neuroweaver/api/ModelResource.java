package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.DeployRequest;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.Model;
import com.auterity.neuroweaver.client.Page;
import com.auterity.neuroweaver.client.PredictRequest;
import com.auterity.neuroweaver.client.Prediction;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Models, deployments and predictions over HTTP. */
final class ModelResource {
  private final Models models;
  private final Jobs jobs;
  private final JsonMapper mapper;

  ModelResource(Models models, Jobs jobs, JsonMapper mapper) {
    this.models = models;
    this.jobs = jobs;
    this.mapper = mapper;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.page("/models", "Registered models, by name.", Model.class, this::list).paged(),
        Route.get(
            "/models/{model_id}",
            "A model, by id or name, with its versions and deployments.",
            Model.class,
            call -> models.get(call.tenant(), call.path("model_id"))),
        Route.post(
            "/models/deploy",
            "Let a model version answer predictions.",
            DeployRequest.class,
            Job.class,
            202,
            this::deploy),
        Route.post(
            "/inference/predict",
            "An answer of a deployed model, with the probability of each token.",
            PredictRequest.class,
            Prediction.class,
            200,
            (call, body) -> models.predict(call.tenant(), body)));
  }

  private Page<Model> list(Call call) {
    List<Model> all = models.list(call.tenant());
    List<Model> page = all.stream().skip(call.offset()).limit(call.limit()).toList();
    return Page.of(page, all.size(), call.limit(), call.offset());
  }

  private Job deploy(Call call, DeployRequest body) {
    ObjectNode parameters = mapper.valueToTree(body);
    return jobs.submit(call.tenant(), "deploy", parameters, call.idempotencyKey(), null);
  }
}
