package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.jobs.hub.HubAccess;
import com.auterity.neuroweaver.jobs.hub.HubClient;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option every command that talks to a model hub has; the token is no option. */
final class HubConnection {
  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "Address of the model hub (default: HF_ENDPOINT). The token is HF_TOKEN's.")
  private String endpoint;

  HubClient client(Map<String, String> environment, PrintWriter out) {
    return new HubClient(
        HubAccess.of(environment, Optional.ofNullable(endpoint)),
        line -> {
          out.println(line);
          out.flush();
        });
  }
}
