package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.model.ChatTemplate;
import com.auterity.neuroweaver.jobs.model.Message;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.Tokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a row becomes a conversation and its token ids, the same in training, evaluation and
 * prediction. A {@code {column}} in the template stands for that column's text ({@code {{} and
 * {@code }}} for a brace); the answer is followed by the model's end token.
 *
 * @param template what the user says
 * @param system what the system says, or null
 * @param answerColumn the column with the right answer, or null when there is none (prediction)
 */
public record PromptFormat(String template, String system, String answerColumn) {
  private static final Pattern PLACE = Pattern.compile("\\{\\{|}}|\\{([^{}]*)}|[{}]");

  public PromptFormat {
    Objects.requireNonNull(template, "template");
    columns(template);
  }

  /**
   * Reads {@code prompt_column}, {@code prompt_columns} or {@code prompt_template} (just one of
   * them), {@code system_prompt} and {@code answer_column}.
   */
  public static PromptFormat read(Parameters parameters, boolean answerNeeded) {
    int given = 0;
    String template = null;
    if (parameters.has("prompt_template")) {
      template = parameters.text("prompt_template");
      given++;
    }
    if (parameters.has("prompt_column")) {
      template = place(parameters.text("prompt_column"));
      given++;
    }
    if (parameters.has("prompt_columns")) {
      StringBuilder lines = new StringBuilder();
      List<String> columns = parameters.texts("prompt_columns", List.of());
      for (String column : columns) {
        lines.append(lines.length() == 0 ? "" : "\n");
        lines.append(columns.size() == 1 ? "" : column + ": ").append(place(column));
      }
      template = lines.toString();
      given++;
    }
    if (given != 1) {
      throw NeuroWeaverException.invalid(
          "exactly one of prompt_column, prompt_columns and prompt_template says what the model is"
              + " asked, found "
              + given);
    }
    String answer =
        answerNeeded
            ? parameters.text("answer_column")
            : parameters.optionalText("answer_column").orElse(null);
    return new PromptFormat(
        template, parameters.optionalText("system_prompt").orElse(null), answer);
  }

  /** Reads the format's keys out of any parameters, such as those of a {@code train} job. */
  public static PromptFormat of(JsonNode parameters) {
    if (!(parameters instanceof ObjectNode object)) {
      throw NeuroWeaverException.invalid("a prompt format is an object, found " + parameters);
    }
    return read(new Parameters("prompt format", object), false);
  }

  private static String place(String column) {
    return "{" + column + "}";
  }

  /** In the form {@link #of} reads. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("prompt_template", template);
    if (system != null) {
      json.put("system_prompt", system);
    }
    if (answerColumn != null) {
      json.put("answer_column", answerColumn);
    }
    return json;
  }

  /** The columns the template names, in order of first use. */
  public List<String> columns() {
    return columns(template);
  }

  private static List<String> columns(String template) {
    List<String> columns = new ArrayList<>();
    Matcher matcher = PLACE.matcher(template);
    while (matcher.find()) {
      String column = matcher.group(1);
      if (column == null) {
        if (matcher.group().length() == 1) {
          throw NeuroWeaverException.invalid(
              "prompt_template '%s' has a lone '%s' at character %d; write {column}, or {{ and }}"
                  .formatted(template, matcher.group(), matcher.start()));
        }
      } else if (column.isBlank()) {
        throw NeuroWeaverException.invalid(
            "prompt_template '%s' has an empty {} at character %d"
                .formatted(template, matcher.start()));
      } else if (!columns.contains(column)) {
        columns.add(column);
      }
    }
    if (columns.isEmpty()) {
      throw NeuroWeaverException.invalid(
          "prompt_template '%s' names no column; write {column}".formatted(template));
    }
    return columns;
  }

  /** Refuses columns that the schema does not have, naming those it has. */
  public void check(Schema schema, boolean answerNeeded) {
    for (String column : columns()) {
      known(schema, column, "the prompt");
    }
    if (answerNeeded) {
      known(schema, answerColumn, "answer_column");
    }
  }

  private static int known(Schema schema, String column, String user) {
    return schema
        .indexOf(column)
        .orElseThrow(
            () ->
                new NeuroWeaverException(
                    ErrorKind.INVALID_INPUT,
                    "%s names column '%s', which the dataset does not have; it has %s"
                        .formatted(user, column, String.join(", ", schema.names())),
                    Map.of("column", column, "columns", schema.names())));
  }

  /** The conversation a row begins. */
  public List<Message> messages(Schema schema, Row row) {
    return conversation(
        fill(
            column -> {
              Object value = row.get(known(schema, column, "the prompt"));
              return value == null ? "" : value.toString();
            }));
  }

  /** The conversation that values by column begin; a missing column is INVALID_INPUT. */
  public List<Message> messages(Map<String, ?> values) {
    return conversation(
        fill(
            column -> {
              Object value = values.get(column);
              if (value == null) {
                throw NeuroWeaverException.invalid(
                    "the prompt needs a value for '%s'; it asks for %s"
                        .formatted(column, String.join(", ", columns())));
              }
              return value.toString();
            }));
  }

  /** The conversation a ready text begins: the text stands for the filled-in template. */
  public List<Message> messages(String userText) {
    return conversation(userText);
  }

  private List<Message> conversation(String userText) {
    return system == null
        ? List.of(Message.user(userText))
        : List.of(Message.system(system), Message.user(userText));
  }

  private String fill(UnaryOperator<String> value) {
    StringBuilder text = new StringBuilder();
    Matcher matcher = PLACE.matcher(template);
    int from = 0;
    while (matcher.find()) {
      text.append(template, from, matcher.start());
      text.append(
          matcher.group(1) == null ? matcher.group().substring(1) : value.apply(matcher.group(1)));
      from = matcher.end();
    }
    return text.append(template, from, template.length()).toString();
  }

  /** The ids a model reads before it answers. */
  public int[] promptTokens(ModelFolder model, List<Message> messages) {
    return promptTokens(model.tokenizer(), model.chatTemplate(), messages);
  }

  /** As above. */
  public int[] promptTokens(
      Tokenizer tokenizer, ChatTemplate chatTemplate, List<Message> messages) {
    return tokenizer.encode(chatTemplate.render(messages, true));
  }

  /** Prompt, answer and end token of one row; INVALID_INPUT when prompt or answer are blank. */
  public Example example(ModelFolder model, Schema schema, Row row) {
    List<Message> messages = messages(schema, row);
    String answer = answer(schema, row);
    if (messages.get(messages.size() - 1).content().isBlank()) {
      throw blank("prompt", row);
    }
    int[] prompt = promptTokens(model, messages);
    int[] target = model.tokenizer().encode(answer);
    int[] tokens = new int[prompt.length + target.length + 1];
    System.arraycopy(prompt, 0, tokens, 0, prompt.length);
    System.arraycopy(target, 0, tokens, prompt.length, target.length);
    tokens[tokens.length - 1] = endToken(model);
    return new Example(row.ordinal(), tokens, prompt.length);
  }

  /** The right answer of a row; INVALID_INPUT when it is blank. */
  public String answer(Schema schema, Row row) {
    String answer = row.text(known(schema, answerColumn, "answer_column"));
    if (answer == null || answer.isBlank()) {
      throw blank("answer (column " + answerColumn + ")", row);
    }
    return answer;
  }

  private static NeuroWeaverException blank(String what, Row row) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        "the row with source ordinal %d has a blank %s; take such rows out by a refine job first"
            .formatted(row.ordinal(), what),
        Map.of("ordinal", row.ordinal()));
  }

  /** The token that ends an answer. */
  public static int endToken(ModelFolder model) {
    List<Integer> ends = model.config().eosTokenIds();
    if (ends.isEmpty()) {
      throw NeuroWeaverException.invalid(
          model.path() + "/config.json: eos_token_id is missing; an answer needs an end token");
    }
    return ends.get(0);
  }

  /**
   * A tokenized row.
   *
   * @param ordinal the row's source ordinal
   * @param tokens prompt, answer, end token
   * @param promptLength how many of them are the prompt
   */
  public record Example(long ordinal, int[] tokens, int promptLength) {}
}
