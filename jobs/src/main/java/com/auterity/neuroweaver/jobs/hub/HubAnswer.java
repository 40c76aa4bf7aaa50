package com.auterity.neuroweaver.jobs.hub;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;

/**
 * The head of an answer, and its body to be read.
 *
 * @param first the headers of the first answer, where redirects led from there to this one
 */
record HubAnswer(int status, URI uri, HttpHeaders headers, HttpHeaders first, StreamedBody body)
    implements AutoCloseable {

  boolean ok() {
    return status >= 200 && status < 300;
  }

  Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /** An entity tag without its quotes; empty if there is none or it is a weak one. */
  static Optional<String> strongTag(HttpHeaders headers, String name) {
    return headers
        .firstValue(name)
        .filter(tag -> !tag.startsWith("W/"))
        .map(tag -> tag.replaceAll("^\"|\"$", ""))
        .filter(tag -> !tag.isEmpty());
  }

  @Override
  public void close() {
    body.close();
  }
}
