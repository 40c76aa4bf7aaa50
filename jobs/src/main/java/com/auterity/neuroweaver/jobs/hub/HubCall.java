package com.auterity.neuroweaver.jobs.hub;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One request, which can be sent again.
 *
 * @param body makes the body anew for each attempt
 * @param bodyBytes its length, from which the time it may take follows
 */
record HubCall(
    String method,
    URI uri,
    Map<String, String> headers,
    Supplier<BodyPublisher> body,
    long bodyBytes) {
  static final String JSON = "application/json";

  HubCall {
    headers = Map.copyOf(headers);
  }

  static HubCall get(URI uri, Map<String, String> headers) {
    return new HubCall("GET", uri, headers, BodyPublishers::noBody, 0);
  }

  static HubCall post(URI uri, String contentType, byte[] body) {
    return new HubCall(
        "POST",
        uri,
        Map.of("Content-Type", contentType, "Accept", "application/json"),
        () -> BodyPublishers.ofByteArray(body),
        body.length);
  }

  HubCall with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.putAll(more);
    return new HubCall(method, uri, all, body, bodyBytes);
  }
}
