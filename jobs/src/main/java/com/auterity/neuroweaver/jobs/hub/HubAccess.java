package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where the hub is and who we are there. The token goes to the endpoint's own scheme, host and port
 * only, and into no text.
 */
public final class HubAccess {
  private final URI endpoint;
  private final Optional<String> token;

  private HubAccess(URI endpoint, Optional<String> token) {
    this.endpoint = endpoint;
    this.token = token;
  }

  /**
   * From HF_ENDPOINT (or the given one, which goes first), HF_TOKEN and HF_HUB_OFFLINE. There is no
   * default endpoint: without one INVALID_INPUT; with HF_HUB_OFFLINE set UNAVAILABLE.
   */
  public static HubAccess of(Map<String, String> environment, Optional<String> givenEndpoint) {
    String offline = environment.getOrDefault("HF_HUB_OFFLINE", "").strip();
    if (!offline.isEmpty() && !offline.equals("0") && !offline.equalsIgnoreCase("false")) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "HF_HUB_OFFLINE is set, so no hub is asked; unset it, or use a folder that is here");
    }
    String address = givenEndpoint.orElse(environment.getOrDefault("HF_ENDPOINT", "")).strip();
    if (address.isEmpty()) {
      throw NeuroWeaverException.invalid(
          "no model hub is named: set HF_ENDPOINT (or --endpoint) to its address, https://...");
    }
    Optional<String> token =
        Optional.ofNullable(environment.get("HF_TOKEN"))
            .map(String::strip)
            .filter(t -> !t.isEmpty());
    if (token.isPresent() && !token.get().chars().allMatch(c -> c > ' ' && c < 127)) {
      throw NeuroWeaverException.invalid(
          "HF_TOKEN is no token: it holds blanks or characters that are not ASCII");
    }
    return new HubAccess(endpoint(address, token.isPresent()), token);
  }

  private static URI endpoint(String address, boolean hasToken) {
    URI uri;
    try {
      uri = new URI(address.replaceAll("/+$", ""));
    } catch (URISyntaxException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "HF_ENDPOINT is no address: " + e.getReason() + "; right would be https://HOST",
          Map.of(),
          e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!(scheme.equals("https") || scheme.equals("http"))
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw NeuroWeaverException.invalid(
          "HF_ENDPOINT is no address of a hub; right would be https://HOST, without user or query");
    }
    if (hasToken && scheme.equals("http") && !isLoopback(uri.getHost())) {
      throw NeuroWeaverException.invalid(
          "HF_ENDPOINT is http and HF_TOKEN is set: the token would travel in the clear; use https,"
              + " or unset HF_TOKEN");
    }
    return uri;
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  URI endpoint() {
    return endpoint;
  }

  /** An address below the endpoint; {@code path} begins with a slash and is already escaped. */
  URI at(String path) {
    return URI.create(endpoint + path);
  }

  boolean hasToken() {
    return token.isPresent();
  }

  /** The header's value, for the hub itself only. */
  Optional<String> authorizationFor(URI target) {
    return isOwn(target) ? token.map(t -> "Bearer " + t) : Optional.empty();
  }

  /** Whether the address has the endpoint's scheme, host and port. */
  boolean isOwn(URI target) {
    return endpoint.getScheme().equalsIgnoreCase(target.getScheme())
        && endpoint.getHost().equalsIgnoreCase(target.getHost())
        && port(endpoint) == port(target);
  }

  /** The text with the token, should a server have repeated it, made unreadable. */
  String withoutToken(String text) {
    return token.map(t -> text.replace(t, "***")).orElse(text);
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }

  @Override
  public String toString() {
    return endpoint + (token.isPresent() ? " with a token" : " without a token");
  }
}
