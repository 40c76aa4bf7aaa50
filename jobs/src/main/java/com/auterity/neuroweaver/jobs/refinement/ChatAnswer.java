package com.auterity.neuroweaver.jobs.refinement;

/**
 * What an endpoint said to one request.
 *
 * @param content what the model wrote; null when there is none to use
 * @param reason why there is none, short and countable; null otherwise
 * @param detail the same in words
 */
public record ChatAnswer(
    String content, String reason, String detail, long promptTokens, long completionTokens) {

  static ChatAnswer unusable(String reason, String detail) {
    return new ChatAnswer(null, reason, detail, 0, 0);
  }
}
