package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.NeuroWeaverClient;
import java.net.URI;
import picocli.CommandLine.Option;

/** The option every command that talks to a node has. */
final class Connection {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Address of a node (default: NEUROWEAVER_URL, else http://127.0.0.1:8001).")
  private String url;

  NeuroWeaverClient client() {
    if (url == null || url.isBlank()) {
      return NeuroWeaverClient.at(NeuroWeaverClient.DEFAULT_URL);
    }
    try {
      return NeuroWeaverClient.at(URI.create(url.strip()));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--url: " + e.getMessage(), e);
    }
  }
}
