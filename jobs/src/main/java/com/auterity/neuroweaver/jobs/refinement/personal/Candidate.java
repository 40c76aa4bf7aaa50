package com.auterity.neuroweaver.jobs.refinement.personal;

/**
 * A piece of text that may be personal data, end exclusive.
 *
 * @param score how sure it is, from 0 to 1
 */
public record Candidate(PersonalData kind, int start, int end, double score) {
  public Candidate {
    score = Math.max(0, Math.min(1, score));
  }

  int length() {
    return end - start;
  }
}
