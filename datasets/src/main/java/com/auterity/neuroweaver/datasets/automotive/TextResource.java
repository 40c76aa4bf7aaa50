package com.auterity.neuroweaver.datasets.automotive;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The lines of a text beside the classes. */
final class TextResource {
  private TextResource() {}

  /** Without comments and empty lines. */
  static List<String> content(String name) {
    return lines(name).stream().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
  }

  static List<String> lines(String name) {
    try (InputStream in = TextResource.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
