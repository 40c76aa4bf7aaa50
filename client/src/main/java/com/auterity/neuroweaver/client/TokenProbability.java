package com.auterity.neuroweaver.client;

import java.util.List;

/** A token of the answer, how likely it was, and the likeliest alternatives. */
public record TokenProbability(
    int id, String token, double probability, List<TokenAlternative> alternatives) {
  public TokenProbability {
    alternatives = alternatives == null ? List.of() : List.copyOf(alternatives);
  }
}
