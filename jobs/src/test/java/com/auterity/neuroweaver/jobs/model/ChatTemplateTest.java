package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.SharedData;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
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

  private static ChatTemplate shipped(String name) throws Exception {
    String text = Files.readString(SharedData.get("chat-templates").resolve(name));
    return new ChatTemplate(text, Map.of("bos_token", "<s>", "eos_token", "</s>"), name);
  }
}
