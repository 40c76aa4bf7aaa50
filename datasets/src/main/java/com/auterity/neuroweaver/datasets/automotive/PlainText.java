package com.auterity.neuroweaver.datasets.automotive;

import java.io.IOException;
import java.util.stream.Stream;

/** Seeded automotive prose for pretraining: the vocabulary, no operation code and no JSON. */
public final class PlainText {
  private PlainText() {}

  /** An endless stream of documents (a paragraph or a short dialogue each), equal for one seed. */
  public static Stream<String> documents(long seed) {
    throw new UnsupportedOperationException();
  }

  /** Writes documents, a blank line between them, until {@code bytes} UTF-8 bytes are reached. */
  public static void generate(long seed, long bytes, Appendable out) throws IOException {
    throw new UnsupportedOperationException();
  }
}
