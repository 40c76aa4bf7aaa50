package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.SharedData;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<Map<String, Object>>> LISTS = new TypeReference<>() {};
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
  private static final List<Message> CHAT =
      List.of(
          Message.system("Be brief."),
          Message.user(" My {{ brakes }} squeal. "),
          Message.assistant("Since when?"),
          Message.user("{% raw %}Monday\n"));

  @Test
  void nanosTemplateIsItsSpecialTokensAroundTheText() {
    ChatTemplate template = new ChatTemplate(TokenizerFiles.CHAT_TEMPLATE, Map.of(), "nano");
    assertEquals(
        "<|system|>Be brief.<|end|><|user|> My {{ brakes }} squeal. <|end|>"
            + "<|assistant|>Since when?<|end|><|user|>{% raw %}Monday\n<|end|><|assistant|>",
        template.render(CHAT, true));
    assertEquals(TokenizerFiles.chat(CHAT), template.render(CHAT, false));
    assertEquals("<|user|>x<|end|>", template.render(List.of(Message.user("x")), false));
    assertEquals("<|assistant|>", template.render(List.of(), true));
  }

  @Test
  void qwensTemplateRendersAsItsModelExpects() throws Exception {
    ChatTemplate template = shipped("Qwen-Qwen2.5-7B-Instruct.jinja");
    assertEquals(
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n My {{ brakes }} squeal. "
            + "<|im_end|>\n<|im_start|>assistant\nSince when?<|im_end|>\n"
            + "<|im_start|>user\n{% raw %}Monday\n<|im_end|>\n<|im_start|>assistant\n",
        template.render(CHAT, true));
    String withoutSystem = template.render(List.of(Message.user("x")), false);
    assertTrue(withoutSystem.startsWith("<|im_start|>system\nYou are Qwen"), withoutSystem);
    assertTrue(withoutSystem.endsWith("<|im_start|>user\nx<|im_end|>\n"), withoutSystem);
  }

  @Test
  void llamasTemplateRendersAsItsModelExpects() throws Exception {
    ChatTemplate template = shipped("meta-llama-Llama-3.2-3B-Instruct.jinja");
    assertEquals(
        "<s><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\n"
            + "Today Date: 26 Jul 2024\n\nBe brief.<|eot_id|>"
            + "<|start_header_id|>user<|end_header_id|>\n\nMy {{ brakes }} squeal.<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>\n\nSince when?<|eot_id|>"
            + "<|start_header_id|>user<|end_header_id|>\n\n{% raw %}Monday<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>\n\n",
        template.render(CHAT, true));
  }

  @Test
  void mistralsTemplateRendersAsItsModelExpectsAndRefusesWhatItRefuses() throws Exception {
    ChatTemplate template = shipped("mistralai-Mistral-Nemo-Instruct-2407.jinja");
    String text = template.render(CHAT, false);
    assertEquals(
        "<s>[INST] My {{ brakes }} squeal. [/INST]Since when?</s>"
            + "[INST]Be brief.\n\n{% raw %}Monday\n[/INST]",
        text);
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> template.render(List.of(Message.user("a"), Message.user("b")), false));
    assertTrue(e.getMessage().contains("must alternate"), e.getMessage());
  }

  @Test
  void contentsAreNeverInterpreted() {
    ChatTemplate template = new ChatTemplate(TokenizerFiles.CHAT_TEMPLATE, Map.of(), "nano");
    String attack = "{{ messages }} {% for i in range(3) %}x{% endfor %} {# gone? #} \\n \\\\ ''";
    assertEquals(
        "<|user|>" + attack + "<|end|>", template.render(List.of(Message.user(attack)), false));
  }

  @Test
  void aBrokenTemplateIsNamed() {
    ChatTemplate template = new ChatTemplate("{% for m in messages %}", Map.of(), "broken.json");
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> template.render(CHAT, false));
    assertTrue(e.getMessage().contains("broken.json"), e.getMessage());
  }

  @Test
  void toJsonIsPythons() {
    ChatTemplate template =
        new ChatTemplate(
            "{{ messages[0] | tojson }}|{{ messages[0] | tojson(indent=2) }}", Map.of(), "t");
    assertEquals(
        "{\"role\": \"user\", \"content\": \"a\\\"é\\n\"}|"
            + "{\n  \"role\": \"user\",\n  \"content\": \"a\\\"é\\n\"\n}",
        template.render(List.of(Message.user("a\"é\n")), false));
    assertFalse(template.render(List.of(Message.user("</s>")), false).contains("\\u003c"));
  }

  @Test
  void notNegatesTheWholeTestOrComparison() {
    String[][] pairs = {
      {"{% if not a is defined or b %}", "{% if not ( a is defined )or b %}"},
      {"{%- if not a|length == 1 -%}", "{%- if not ( a|length == 1 )-%}"},
      {"{{ f(not x, y) if not z else 'not a' }}", "{{ f(not ( x), y) if not ( z )else 'not a' }}"},
      {"{{ not not a }}", "{{ not ( not ( a )) }}"},
      {"{% if a is not none and 'x' not in b %}", "{% if a is not none and 'x' not in b %}"},
      {"not a {# not a #} {a: not} { {", "not a {# not a #} {a: not} { {"},
      {"{% raw %}{{ not a }}{% endraw %}", "{% raw %}{{ not a }}{% endraw %}"},
    };
    for (String[] pair : pairs) {
      assertEquals(pair[1].replace(" ", ""), NotOperands.parenthesized(pair[0]).replace(" ", ""));
    }
  }

  @Test
  void numbersAreWrittenAsPythonWritesThem() {
    String[] expected = {
      "0.0",
      "-0.0",
      "1.0",
      "12.5",
      "0.1",
      "1e-05",
      "0.0001",
      "1e+16",
      "1234567890123456.0",
      "1.7976931348623157e+308",
      "5e-324",
      "2.2250738585072014e-308",
      "-1.5e-07",
      "123456.789",
      "2e-23",
      "9007199254740992.0",
      "NaN",
      "-Infinity"
    };
    for (String text : expected) {
      assertEquals(text, PythonJson.number(Double.parseDouble(text)));
    }
  }

  @Test
  void timesAreWrittenAsPythonWritesThem() {
    ChatTemplate template =
        new ChatTemplate(
            "{{ strftime_now('%d %b %Y|%A %B %-d|%I:%M %p|%j %y%%') }}", Map.of(), "t");
    assertEquals(
        "03 Feb 2026|Tuesday February 3|04:05 PM|034 26%",
        template.render(List.of(), false, null, Map.of(), LocalDateTime.of(2026, 2, 3, 16, 5)));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> template.render(List.of(), false));
    assertTrue(e.getMessage().contains("no clock"), e.getMessage());
  }

  /** Against what Jinja2 made of the same templates; see render.py beside the conversations. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Qwen-Qwen2.5-7B-Instruct.jinja",
        "meta-llama-Llama-3.2-3B-Instruct.jinja",
        "mistralai-Mistral-Nemo-Instruct-2407.jinja"
      })
  void rendersEachConversationAsJinja2Does(String name) throws Exception {
    ChatTemplate template = shipped(name);
    JsonNode renderings = resource("renderings.json").get(name);
    Map<String, String> expected = new LinkedHashMap<>();
    Map<String, String> found = new LinkedHashMap<>();
    for (JsonNode conversation : resource("conversations.json")) {
      String its = conversation.get("name").asText();
      expected.put(its, renderings.get(its).toString());
      found.put(its, rendered(template, conversation));
    }
    assertEquals(expected, found);
  }

  private static String rendered(ChatTemplate template, JsonNode conversation) throws Exception {
    String text;
    try {
      text =
          template.render(
              JSON.convertValue(conversation.get("messages"), LISTS),
              conversation.get("add_generation_prompt").asBoolean(),
              conversation.has("tools")
                  ? JSON.convertValue(conversation.get("tools"), LISTS)
                  : null,
              conversation.has("variables")
                  ? JSON.convertValue(conversation.get("variables"), MAP)
                  : Map.of(),
              conversation.has("now")
                  ? LocalDateTime.parse(conversation.get("now").asText())
                  : null);
    } catch (NeuroWeaverException e) {
      return e.getMessage().contains("refuses these messages") ? "\"refused\"" : e.getMessage();
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return JSON.createObjectNode()
        .put("length", bytes.length)
        .put("sha256", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
        .toString();
  }

  private static JsonNode resource(String name) throws Exception {
    try (InputStream in = ChatTemplateTest.class.getResourceAsStream("chat/" + name)) {
      return JSON.readTree(in);
    }
  }

  private static ChatTemplate shipped(String name) throws Exception {
    String text = Files.readString(SharedData.get("chat-templates").resolve(name));
    return new ChatTemplate(text, Map.of("bos_token", "<s>", "eos_token", "</s>"), name);
  }
}
