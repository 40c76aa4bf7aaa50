package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.ClientTls;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The option every command that talks to a node has. */
final class Connection {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Address of a node (default: NEUROWEAVER_URL, else http://127.0.0.1:8001).")
  private String url;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  NeuroWeaverClient client() {
    SSLContext tls = tls().orElse(null);
    try {
      return NeuroWeaverClient.at(
          url == null || url.isBlank() ? NeuroWeaverClient.DEFAULT_URL : URI.create(url.strip()),
          TIMEOUT,
          tls);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--url: " + e.getMessage(), e);
    }
  }

  /** Whom to trust, and what to show, as the environment says. */
  Optional<SSLContext> tls() {
    try {
      return ClientTls.of(((Main) command.root().userObject()).environment());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }
}
