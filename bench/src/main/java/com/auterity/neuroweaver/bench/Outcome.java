package com.auterity.neuroweaver.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a case measured. Without a peer, {@code peerName} is null; with one, exactly one of {@code
 * peer} and {@code peerError} is not.
 *
 * @param details further figures by their JSON names, in order: numbers, strings, lists, maps
 */
record Outcome(
    Samples ours, String peerName, Samples peer, String peerError, Map<String, Object> details) {
  Outcome {
    if ((peerName == null) != (peer == null && peerError == null)
        || (peer != null && peerError != null)) {
      throw new IllegalArgumentException("a peer has either measured or failed");
    }
    details = new LinkedHashMap<>(details);
  }

  static Outcome alone(Samples ours, Map<String, Object> details) {
    return new Outcome(ours, null, null, null, details);
  }

  static Outcome beside(Samples ours, String peerName, Samples peer, Map<String, Object> details) {
    return new Outcome(ours, peerName, peer, null, details);
  }

  static Outcome peerFailed(
      Samples ours, String peerName, String error, Map<String, Object> details) {
    return new Outcome(ours, peerName, null, error, details);
  }
}
