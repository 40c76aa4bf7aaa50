package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Model;
import com.auterity.neuroweaver.client.PredictRequest;
import com.auterity.neuroweaver.client.Prediction;
import java.util.List;

/** Registered models and the answers of the deployed ones, as the API needs them. */
public interface Models {
  /** All models, by name. */
  List<Model> list(String tenant);

  /** {@code reference}: id or name; NOT_FOUND otherwise. */
  Model get(String tenant, String reference);

  Prediction predict(String tenant, PredictRequest request);
}
