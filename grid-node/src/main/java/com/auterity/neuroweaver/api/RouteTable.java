package com.auterity.neuroweaver.api;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All routes of the API. The server registers exactly these, and OpenAPI describes exactly these.
 */
final class RouteTable {
  static final String PREFIX = "/api/v1";

  private final List<Route<?, ?>> routes;

  private RouteTable(List<Route<?, ?>> routes) {
    Set<String> seen = new HashSet<>();
    for (Route<?, ?> route : routes) {
      if (!seen.add(route.method() + " " + route.path())) {
        throw new IllegalArgumentException(
            "route named twice: " + route.method() + " " + route.path());
      }
    }
    this.routes = List.copyOf(routes);
  }

  static RouteTable of(Backends backends, Metrics metrics, JsonMapper mapper) {
    List<Route<?, ?>> routes = new ArrayList<>();
    routes.addAll(new WorkflowResource(backends.workflows()).routes());
    routes.addAll(
        new DatasetResource(
                backends.datasets(), backends.rows(), backends.owners(), backends.jobs(), mapper)
            .routes());
    routes.addAll(new CareResource(backends.datasets(), backends.care(), backends.jobs()).routes());
    routes.addAll(new RowsResource(backends.access()::rows).routes());
    routes.addAll(new UploadResource(backends.access(), mapper).routes());
    routes.addAll(new TableResource(backends.jobs(), mapper).routes());
    routes.addAll(new KitResource(backends.jobs(), mapper).routes());
    routes.addAll(new TrainingResource(backends.jobs(), mapper).routes());
    routes.addAll(new JobResource(backends.jobs()).routes());
    routes.addAll(new ModelResource(backends.models(), backends.jobs(), mapper).routes());
    routes.addAll(new CostResource(backends.bills()).routes());
    routes.addAll(new HealthResource(backends.node()).routes());
    routes.add(metrics.route());
    OpenApi openApi = new OpenApi(mapper, backends.node().version());
    routes.add(openApi.route(() -> routes));
    return new RouteTable(routes);
  }

  List<Route<?, ?>> routes() {
    return routes;
  }
}
