package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's chat template (Jinja, from tokenizer_config.json): messages in, prompt text out, as
 * Jinja2 renders it with trim_blocks and lstrip_blocks. Message contents are never interpreted.
 */
public final class ChatTemplate {
  private static final Jinjava JINJAVA = jinjava();

  private final String template;
  private final Map<String, String> specialTokens;
  private final String source;

  /**
   * @param specialTokens what the template may name: {@code bos_token}, {@code eos_token} ...
   * @param source the file it came from, for errors
   */
  ChatTemplate(String template, Map<String, String> specialTokens, String source) {
    // Jinja2 drops one newline at the end of a template.
    this.template =
        NotOperands.parenthesized(
            template.endsWith("\n") ? template.substring(0, template.length() - 1) : template);
    this.specialTokens = Map.copyOf(specialTokens);
    this.source = source;
  }

  /**
   * The prompt text; with {@code addGenerationPrompt} it ends where the assistant would begin. A
   * template that asks for the date finds no clock and takes the one it holds, so that a prompt is
   * the same on every day.
   */
  public String render(List<Message> messages, boolean addGenerationPrompt) {
    List<Map<String, Object>> turns = new ArrayList<>();
    for (Message message : messages) {
      Map<String, Object> turn = new LinkedHashMap<>();
      turn.put("role", message.role());
      turn.put("content", message.content());
      turns.add(turn);
    }
    return render(turns, addGenerationPrompt, null, Map.of(), null);
  }

  /**
   * The prompt text of messages with tool calls and whatever else a template may read of them.
   *
   * @param tools descriptions of the tools the model may call, or null
   * @param variables more names for the template, such as {@code date_string}
   * @param now what {@code strftime_now} tells, or null where there is to be no clock
   */
  public String render(
      List<Map<String, Object>> messages,
      boolean addGenerationPrompt,
      List<Map<String, Object>> tools,
      Map<String, Object> variables,
      LocalDateTime now) {
    Map<String, Object> bindings = new HashMap<>(specialTokens);
    bindings.put("messages", messages);
    bindings.put("add_generation_prompt", addGenerationPrompt);
    bindings.put("tools", tools);
    bindings.put("documents", null);
    bindings.putAll(variables);
    if (now != null) {
      bindings.put(PythonTime.NAME, new PythonTime(now));
    }
    RenderResult result = JINJAVA.renderForResult(template, bindings);
    for (TemplateError error : result.getErrors()) {
      if (error.getSeverity() == TemplateError.ErrorType.FATAL) {
        throw refused(error);
      }
    }
    return result.getOutput();
  }

  private NeuroWeaverException refused(TemplateError error) {
    Throwable cause = error.getException();
    while (cause != null && cause.getCause() != null && !(cause instanceof Raised)) {
      cause = cause.getCause();
    }
    String message =
        cause instanceof Raised
            ? "the chat template of %s refuses these messages: %s"
                .formatted(source, cause.getMessage())
            : "the chat template of %s fails at line %d: %s"
                .formatted(source, error.getLineno(), error.getMessage());
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT, message, Map.of("file", source), error.getException());
  }

  private static Jinjava jinjava() {
    JinjavaConfig config =
        JinjavaConfig.newBuilder()
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            .withKeepTrailingNewline(true)
            // Otherwise what a user writes in {{ }} would be run.
            .withNestedInterpretationEnabled(false)
            .withMaxOutputSize(64L << 20)
            .withLegacyOverrides(
                LegacyOverrides.newBuilder()
                    .withUseTrimmingForNotesAndExpressions(true)
                    .withParseWhitespaceControlStrictly(true)
                    .withUseNaturalOperatorPrecedence(true)
                    .withKeepNullableLoopValues(true)
                    .withHandleBackslashInQuotesOnly(true)
                    // The mapper for Python-like text would turn control characters into escapes.
                    .withUsePyishObjectMapper(false)
                    .withEvaluateMapKeys(true)
                    .withIterateOverMapKeys(true)
                    .build())
            .build();
    Jinjava jinjava = new Jinjava(config);
    jinjava.registerFilter(new PythonJson());
    jinjava.getGlobalContext().registerExpTest(new TextIsIterable());
    jinjava.getGlobalContext().registerFilter(new PythonTrim());
    jinjava.registerFunction(
        new ELFunctionDefinition("", PythonTime.NAME, PythonTime.class, "format", String.class));
    jinjava.registerFunction(
        new ELFunctionDefinition("", "raise_exception", ChatTemplate.class, "raise", String.class));
    return jinjava;
  }

  /** What a template calls to refuse messages. */
  public static String raise(String message) {
    throw new Raised(message);
  }

  private static final class Raised extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Raised(String message) {
      super(message);
    }
  }
}
