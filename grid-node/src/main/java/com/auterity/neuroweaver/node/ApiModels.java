package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.api.Models;
import com.auterity.neuroweaver.client.Model;
import com.auterity.neuroweaver.client.PredictRequest;
import com.auterity.neuroweaver.client.Prediction;
import com.auterity.neuroweaver.registry.ModelRegistry;
import com.auterity.neuroweaver.weaver.Predictor;
import java.util.List;

/** The registry and the predictor as the API asks for them. */
record ApiModels(ModelRegistry registry, Predictor predictor) implements Models {
  @Override
  public List<Model> list(String tenant) {
    return registry.list(tenant);
  }

  @Override
  public Model get(String tenant, String reference) {
    return registry.show(tenant, reference);
  }

  @Override
  public Prediction predict(String tenant, PredictRequest request) {
    return predictor.predict(tenant, request);
  }
}
