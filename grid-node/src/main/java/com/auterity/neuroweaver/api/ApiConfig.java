package com.auterity.neuroweaver.api;

import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Where the API listens and how much a request may carry.
 *
 * @param port 0 takes any free port
 * @param tls empty: plain HTTP
 */
public record ApiConfig(String host, int port, int maxBodyBytes, Optional<ApiTls> tls) {
  /** Longest body taken unless said otherwise: a workflow is a page, a prompt a few. */
  public static final int DEFAULT_MAX_BODY_BYTES = 4 << 20;

  public ApiConfig {
    Objects.requireNonNull(host, "host");
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is 0 to 65535, found " + port);
    }
    if (maxBodyBytes < 1) {
      throw new IllegalArgumentException("max_body_bytes is at least 1, found " + maxBodyBytes);
    }
  }

  public static ApiConfig on(String host, int port) {
    return new ApiConfig(host, port, DEFAULT_MAX_BODY_BYTES, Optional.empty());
  }

  /**
   * The same over TLS only.
   *
   * @param clientCertificates whether clients must show a certificate
   */
  public ApiConfig withTls(SSLContext context, boolean clientCertificates) {
    return new ApiConfig(
        host, port, maxBodyBytes, Optional.of(new ApiTls(context, clientCertificates)));
  }
}
