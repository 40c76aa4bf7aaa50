package com.auterity.neuroweaver.jobs.hub;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** One part of a URL's path. */
final class UrlSegment {
  private UrlSegment() {}

  static String escape(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
