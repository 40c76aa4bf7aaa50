package com.auterity.neuroweaver.jobs.refinement;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The hosts that {@code synthesize} may send rows to: this machine, and those the node names. */
final class EndpointHosts {
  private static final Set<String> LOCAL = Set.of("127.0.0.1", "localhost", "[::1]");

  private final Set<String> named;

  EndpointHosts(Collection<String> named) {
    this.named =
        named.stream().map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  static boolean isLocal(URI endpoint) {
    return LOCAL.contains(host(endpoint));
  }

  private static String host(URI endpoint) {
    return endpoint.getHost().toLowerCase(Locale.ROOT);
  }

  /**
   * @param stages of a valid recipe
   * @throws com.auterity.neuroweaver.datasets.NeuroWeaverException INVALID_INPUT when one would
   *     send rows elsewhere
   */
  void check(JsonNode stages) {
    for (int i = 0; i < stages.size(); i++) {
      if (stages.get(i).path("stage").asText().equals(Synthesize.NAME)) {
        URI endpoint = URI.create(stages.get(i).path("endpoint").asText());
        if (!isLocal(endpoint) && !named.contains(host(endpoint))) {
          throw Knobs.invalid(
              "stages[" + i + "] (" + Synthesize.NAME + ").endpoint",
              "is on " + host(endpoint) + ", where this node sends no rows",
              "an endpoint on the node's own machine, or this host among `synthesis.hosts` in the"
                  + " node's node.yaml");
        }
      }
    }
  }
}
