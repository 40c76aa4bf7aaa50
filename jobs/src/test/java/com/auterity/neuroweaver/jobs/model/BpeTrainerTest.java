package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainerTest {
  private static final String[] WORDS = {
    "brake",
    "brakes",
    "braking",
    "noise",
    "when",
    "I'm",
    "it's",
    "don't",
    "P0301",
    "12,500",
    "the",
    "naïve",
    "Über",
    "漢字",
    "🚗",
    "{\"a\": 1}",
    "::",
    "\t",
    "\n\n",
    "  ",
    "x",
    "\u00a0",
    "re-torqued",
    "half_inch",
    "don’t",
    "\u0000",
    "é"
  };

  @TempDir Path folder;

  @Test
  void theLibraryEncodesWhatWeTrainedExactlyAsTheObviousEncoderDoes() {
    BpeVocabulary vocabulary =
        BpeTrainer.train(texts(1, 400).iterator(), 700, TokenizerFiles.SPECIAL_TOKENS);
    TokenizerFiles.write(folder, vocabulary, 512);
    Tokenizer tokenizer = HubTokenizer.open(folder.resolve("tokenizer.json"));

    assertEquals(vocabulary.size(), tokenizer.vocabSize());
    for (String text : texts(2, 400)) {
      int[] ids = tokenizer.encode(text);
      assertArrayEquals(obviousEncode(vocabulary, text), ids, text);
      assertEquals(text, tokenizer.decode(ids));
    }
  }

  @Test
  void anyBytesRoundTrip() {
    BpeVocabulary vocabulary =
        BpeTrainer.train(texts(1, 50).iterator(), 300, TokenizerFiles.SPECIAL_TOKENS);
    TokenizerFiles.write(folder, vocabulary, 512);
    Tokenizer tokenizer = HubTokenizer.open(folder.resolve("tokenizer.json"));
    StringBuilder all = new StringBuilder();
    for (int c = 0; c < 0x3000; c++) {
      all.append((char) c);
    }
    assertEquals(all.toString(), tokenizer.decode(tokenizer.encode(all.toString())));
    // Long texts are not cut.
    String long5000 = "brake ".repeat(5000);
    assertEquals(long5000, tokenizer.decode(tokenizer.encode(long5000)));
    // Half a surrogate pair is no text; it must not end the process.
    assertEquals("a?b", tokenizer.decode(tokenizer.encode("a\ud83db")));
    assertEquals("", tokenizer.decode(tokenizer.encode("")));
  }

  @Test
  void specialTokensAreOneIdEachAndLeftOutOfDecodedText() {
    BpeVocabulary vocabulary =
        BpeTrainer.train(texts(1, 50).iterator(), 300, TokenizerFiles.SPECIAL_TOKENS);
    TokenizerFiles.write(folder, vocabulary, 512);
    Tokenizer tokenizer = HubTokenizer.open(folder.resolve("tokenizer.json"));
    int[] ids = tokenizer.encode("<|user|>x<|end|>");
    assertEquals(3, ids.length);
    assertEquals(tokenizer.id("<|user|>"), ids[0]);
    assertEquals(tokenizer.id("<|end|>"), ids[2]);
    assertEquals("x", tokenizer.decode(ids));
    assertEquals("<|end|>", tokenizer.text(ids[2]));
    assertThrows(NeuroWeaverException.class, () -> tokenizer.id("<|nobody|>"));
    assertThrows(NeuroWeaverException.class, () -> tokenizer.decode(new int[] {300}));
  }

  @Test
  void theResultDoesNotDependOnTheOrderOfTexts() {
    List<String> texts = texts(3, 200);
    BpeVocabulary first = BpeTrainer.train(texts.iterator(), 500, TokenizerFiles.SPECIAL_TOKENS);
    List<String> shuffled = new ArrayList<>(texts);
    Collections.shuffle(shuffled, new Random(7));
    assertEquals(first, BpeTrainer.train(shuffled.iterator(), 500, TokenizerFiles.SPECIAL_TOKENS));
  }

  @Test
  void eachMergeIsTheMostFrequentPairOfItsTime() {
    List<String> texts = texts(5, 60);
    BpeVocabulary vocabulary = BpeTrainer.train(texts.iterator(), 340, List.of());
    List<List<Integer>> words = new ArrayList<>();
    for (String text : texts) {
      for (String word : ByteLevel.words(text)) {
        List<Integer> ids = new ArrayList<>();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
          ids.add(b & 0xff);
        }
        words.add(ids);
      }
    }
    for (int m = 0; m < vocabulary.merges().size(); m++) {
      java.util.TreeMap<Long, Long> counts = new java.util.TreeMap<>();
      for (List<Integer> ids : words) {
        for (int i = 0; i + 1 < ids.size(); i++) {
          counts.merge(((long) ids.get(i) << 32) | ids.get(i + 1), 1L, Long::sum);
        }
      }
      long best = Collections.max(counts.values());
      BpeVocabulary.Merge merge = vocabulary.merges().get(m);
      long chosen = ((long) merge.left() << 32) | merge.right();
      assertEquals(
          counts.entrySet().stream().filter(e -> e.getValue() == best).findFirst().get().getKey(),
          chosen);
      for (List<Integer> ids : words) {
        replace(ids, merge, 256 + m);
      }
    }
  }

  @Test
  void aVocabularyThatCannotHoldTheBytesIsRefused() {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> BpeTrainer.train(texts(1, 1).iterator(), 200, TokenizerFiles.SPECIAL_TOKENS));
    assertTrue(e.getMessage().contains("261"), e.getMessage());
  }

  @Test
  void aFileThatIsNoTokenizerIsRefusedByName() throws Exception {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, "{\"model\": {\"type\": \"BPE\"}}");
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> HubTokenizer.open(file));
    assertTrue(e.getMessage().contains("tokenizer.json"), e.getMessage());
    Files.writeString(file, "{\"model\": {\n\"type\": ");
    e = assertThrows(NeuroWeaverException.class, () -> HubTokenizer.open(file));
    assertTrue(e.getMessage().contains("line 2"), e.getMessage());
  }

  /** Merge by merge, over the whole word, in the order they were learnt. */
  private static int[] obviousEncode(BpeVocabulary vocabulary, String text) {
    List<Integer> out = new ArrayList<>();
    for (String word : ByteLevel.words(text)) {
      List<Integer> ids = new ArrayList<>();
      for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
        ids.add(vocabulary.idOfByte(b & 0xff));
      }
      for (int m = 0; m < vocabulary.merges().size(); m++) {
        replace(ids, vocabulary.merges().get(m), vocabulary.specialTokens().size() + 256 + m);
      }
      out.addAll(ids);
    }
    return out.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void replace(List<Integer> ids, BpeVocabulary.Merge merge, int token) {
    for (int i = 0; i + 1 < ids.size(); i++) {
      if (ids.get(i) == merge.left() && ids.get(i + 1) == merge.right()) {
        ids.set(i, token);
        ids.remove(i + 1);
      }
    }
  }

  private static List<String> texts(long seed, int count) {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      StringBuilder text = new StringBuilder();
      for (int w = random.nextInt(12); w >= 0; w--) {
        text.append(WORDS[random.nextInt(WORDS.length)]);
        if (random.nextInt(5) > 0) {
          text.append(' ');
        }
      }
      texts.add(text.toString());
    }
    return texts;
  }
}
