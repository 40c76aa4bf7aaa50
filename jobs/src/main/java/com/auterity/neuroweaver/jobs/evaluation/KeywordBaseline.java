package com.auterity.neuroweaver.jobs.evaluation;

/** Keyword look-up: each answer's most telling words, found in training rows. */
public final class KeywordBaseline {
  /** One training row: the customer's words and the operation code that answers them. */
  public record Example(String customerText, String opCode) {}

  private KeywordBaseline() {}

  /** Finds each operation code's most telling words. */
  public static KeywordBaseline fit(Iterable<Example> examples) {
    throw new UnsupportedOperationException();
  }

  /** The code most of whose telling words occur in the text. */
  public String predict(String customerText) {
    throw new UnsupportedOperationException();
  }
}
