package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufTokenizerTest {
  private static final ModelConfig MODEL =
      new ModelConfig(8, 8, 1, 2, 1, 4, 8, 64, 10000, 1e-5, true, false, -1, List.of(4, 5, 3));
  private static final String GPT2 =
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":true}";
  private static final String SPLIT =
      "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"%s\"},"
          + "\"behavior\":\"Isolated\",\"invert\":false},"
          + "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}";
  private static final String WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|%s| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";

  @TempDir Path folder;

  @Test
  void theVocabularyIsPaddedAndSpecialTokensAreNamed() throws Exception {
    Map<String, Object> notes = notes(GPT2, "null", false, "[\"a b\", [\"ab\", \"c\"]]");
    assertEquals("gpt2", notes.get("tokenizer.ggml.model"));
    assertEquals("gpt-2", notes.get("tokenizer.ggml.pre"));
    assertEquals(
        List.of("a", "b", "c", "ab", "<|end|>", "<|pad|>", "<tool>", "[PAD7]"),
        notes.get("tokenizer.ggml.tokens"));
    assertArrayEquals(
        new int[] {1, 1, 1, 1, 3, 3, 4, 5}, (int[]) notes.get("tokenizer.ggml.token_type"));
    assertEquals(List.of("a b", "ab c"), notes.get("tokenizer.ggml.merges"));
    assertEquals(4, notes.get("tokenizer.ggml.eos_token_id"));
    assertEquals(5, notes.get("tokenizer.ggml.eot_token_id"));
    assertEquals(3, notes.get("tokenizer.ggml.eom_token_id"));
    assertEquals(5, notes.get("tokenizer.ggml.padding_token_id"));
    assertFalse(notes.containsKey("tokenizer.ggml.bos_token_id"));
    assertEquals(false, notes.get("tokenizer.ggml.add_bos_token"));
    assertEquals("{{ messages }}", notes.get("tokenizer.chat_template"));
  }

  @Test
  void splittingIsRecognizedByItsExpression() throws Exception {
    String llama = SPLIT.formatted(WORDS.formatted("\\\\p{N}{1,3}"));
    String qwen = SPLIT.formatted(WORDS.formatted("\\\\p{N}"));
    String smollm =
        "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":true},"
            + GPT2
            + "]}";
    assertEquals("llama-bpe", notes(llama, "null", true, "[]").get("tokenizer.ggml.pre"));
    assertEquals("qwen2", notes(qwen, "{\"type\":\"NFC\"}", false, "[]").get("tokenizer.ggml.pre"));
    assertEquals("smollm", notes(smollm, "null", false, "[]").get("tokenizer.ggml.pre"));
  }

  @Test
  void whatLlamaCppWouldRunOtherwiseIsRefusedByName() {
    refused("pre_tokenizer", "{\"type\":\"Whitespace\"}", "null", false);
    refused("pre_tokenizer", SPLIT.formatted("\\\\w+"), "null", false);
    refused("ignore_merges", GPT2, "null", true);
    refused("normalizer", GPT2, "{\"type\":\"Lowercase\"}", false);
  }

  private void refused(String why, String preTokenizer, String normalizer, boolean ignoreMerges) {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> notes(preTokenizer, normalizer, ignoreMerges, "[]"));
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertTrue(e.getMessage().contains("tokenizer.json"), e.getMessage());
  }

  private Map<String, Object> notes(
      String preTokenizer, String normalizer, boolean ignoreMerges, String merges)
      throws Exception {
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"added_tokens":[{"id":4,"content":"<|end|>","special":true},
                         {"id":5,"content":"<|pad|>","special":true},
                         {"id":6,"content":"<tool>","special":false}],
         "normalizer":%s,"pre_tokenizer":%s,"post_processor":null,"decoder":{"type":"ByteLevel"},
         "model":{"type":"BPE","ignore_merges":%s,"vocab":{"a":0,"b":1,"c":2,"ab":3},"merges":%s}}
        """
            .formatted(normalizer, preTokenizer, ignoreMerges, merges));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"bos_token":null,"eos_token":"<|end|>","pad_token":{"content":"<|pad|>"},
         "chat_template":"{{ messages }}"}
        """);
    return GgufTokenizer.notes(folder, MODEL);
  }
}
