package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Health;
import com.auterity.neuroweaver.client.HealthDetail;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Health over HTTP: {@code live} is the process, {@code ready} is the grid behind it. */
final class HealthResource {
  private final NodeFacts node;

  HealthResource(NodeFacts node) {
    this.node = node;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.get("/health", "Whether the node answers and can work.", Health.class, this::health),
        Route.get(
            "/health/detailed",
            "The grid as this node sees it.",
            HealthDetail.class,
            call -> node.detail()),
        Route.get(
            "/health/live",
            "The process answers.",
            Health.class,
            call -> new Health("ok", node.name(), node.version())),
        Route.get(
            "/health/ready",
            "The grid takes work; 503 while it does not.",
            Health.class,
            this::ready));
  }

  private Health health(Call call) {
    return new Health(
        node.notReadyBecause().isEmpty() ? "ok" : "not_ready", node.name(), node.version());
  }

  private Health ready(Call call) {
    Optional<String> reason = node.notReadyBecause();
    if (reason.isPresent()) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE, reason.get(), Map.of("node", node.name()));
    }
    return new Health("ok", node.name(), node.version());
  }
}
