package com.auterity.neuroweaver.jobs.inference;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.model.LlamaModel;
import com.auterity.neuroweaver.jobs.model.Message;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.training.PromptFormat;
import java.util.List;
import java.util.Map;

/** A registered model in this node's memory, ready to answer. Thread-safe. */
public final class LoadedModel {
  private final ServedModel served;
  private final ModelFolder folder;
  private final PromptFormat format;
  private final LlamaModel base;
  private final GenerationEngine engine;

  LoadedModel(
      ServedModel served,
      ModelFolder folder,
      PromptFormat format,
      LlamaModel base,
      GenerationEngine engine) {
    this.served = served;
    this.folder = folder;
    this.format = format;
    this.base = base;
    this.engine = engine;
  }

  public ServedModel served() {
    return served;
  }

  public GenerationEngine engine() {
    return engine;
  }

  /** Refuses a schema without the columns the prompt is made of. */
  void check(Schema schema) {
    format.check(schema, false);
  }

  /** The prompt of a row, as in training; null when nothing is asked because it is blank. */
  int[] prompt(Schema schema, Row row) {
    List<Message> messages = format.messages(schema, row);
    return messages.get(messages.size() - 1).content().isBlank() ? null : tokens(messages);
  }

  /** The prompt that values by column make, as in training. */
  public int[] prompt(Map<String, ?> columns) {
    return tokens(format.messages(columns));
  }

  /** The prompt of a text that stands for all the user says. */
  public int[] prompt(String text) {
    return tokens(format.messages(text));
  }

  /** The prompt of a conversation, as it is; the model's turn comes after it. */
  public int[] prompt(List<Message> conversation) {
    return tokens(conversation);
  }

  /** The tokens that end an answer. */
  public int[] stopTokens() {
    return folder.config().eosTokenIds().stream().mapToInt(Integer::intValue).toArray();
  }

  public String text(int[] tokens) {
    return folder.tokenizer().decode(tokens);
  }

  /** The text of one token; U+FFFD where it holds part of a character. */
  public String token(int id) {
    return folder.tokenizer().text(id);
  }

  /** Frees the memory; nobody may be generating. */
  void close() {
    engine.close();
    base.close();
  }

  private int[] tokens(List<Message> messages) {
    int[] prompt = format.promptTokens(folder, messages);
    int context = folder.config().maxPositions();
    if (prompt.length >= context) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "the prompt has %d tokens, but the context of %s holds %d, the answer included; shorten"
                  .formatted(prompt.length, served.label(), context)
              + " the prompt to at most "
              + (context - 1)
              + " tokens",
          Map.of("prompt_tokens", prompt.length, "context_tokens", context));
    }
    return prompt;
  }
}
