package com.auterity.neuroweaver.jobs.model;

import java.util.Objects;

/** One turn of a chat: who speaks ({@code system}, {@code user}, {@code assistant}) and what. */
public record Message(String role, String content) {
  public Message {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
  }

  public static Message system(String content) {
    return new Message("system", content);
  }

  public static Message user(String content) {
    return new Message("user", content);
  }

  public static Message assistant(String content) {
    return new Message("assistant", content);
  }
}
