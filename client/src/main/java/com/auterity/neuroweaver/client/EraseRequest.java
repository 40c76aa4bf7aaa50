package com.auterity.neuroweaver.client;

/** Asks for the rows whose {@code column} holds {@code value} to be erased. */
public record EraseRequest(String column, String value) {
  /** Without the value, which names a person. */
  @Override
  public String toString() {
    return "EraseRequest[column=" + column + "]";
  }
}
