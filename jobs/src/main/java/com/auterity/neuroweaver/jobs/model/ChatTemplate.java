package com.auterity.neuroweaver.jobs.model;

import java.util.List;

/** A model's chat template (Jinja, from tokenizer_config.json): messages in, prompt text out. */
public final class ChatTemplate {
  /** The prompt text; with {@code addGenerationPrompt} it ends where the assistant would begin. */
  public String render(List<Message> messages, boolean addGenerationPrompt) {
    throw new UnsupportedOperationException();
  }
}
