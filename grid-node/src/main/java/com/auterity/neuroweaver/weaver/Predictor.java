package com.auterity.neuroweaver.weaver;

/** Answers predictions on this node, batching what arrives at the same time. Thread-safe. */
public final class Predictor implements AutoCloseable {
  /**
   * Answers, or throws NOT_FOUND (no such model), INVALID_INPUT (bad knob, prompt longer than the
   * context), BUSY (the queue is full), UNAVAILABLE (closing).
   */
  public Prediction predict(String tenant, PredictRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
