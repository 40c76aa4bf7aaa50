package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainingTest {
  private static final String CONFIG =
      """
      {"name": "tiny",
       "model": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
         "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8,
         "max_position_embeddings": 64, "rope_theta": 10000, "rms_norm_eps": 0.00001},
       "tokenizer": {"vocab_size": 320, "bytes": 20000},
       "corpus": {"seed": 1, "heldout_seed": 2, "bytes": 20000, "heldout_bytes": 2000,
         "row_tokens": 32},
       "training": {"seed": 1, "steps": 24, "micro_batches": 3, "micro_batch_rows": 2,
         "learning_rate": 0.01, "min_learning_rate": 0.001, "warmup_steps": 4, "adam_beta1": 0.9,
         "adam_beta2": 0.95, "weight_decay": 0.1, "max_grad_norm": 1.0, "threads": 1,
         "checkpoint_steps": 12, "evaluate_steps": 12},
       "smoke": {"steps": 2, "warmup_steps": 1, "bytes": 10000}}
      """;

  @TempDir Path folder;

  private final List<String> lines = new ArrayList<>();

  @Test
  void theModelLearnsAndItsFolderLoads() {
    Pretraining.Figures figures = run("a", config(1, 24), false);
    assertTrue(figures.lossLast() < 0.7 * figures.lossFirst(), figures.toString());
    assertTrue(figures.heldoutPerplexity() < 100, figures.toString());

    ModelFolder read = ModelFolder.open(folder.resolve("a/model"));
    assertEquals(320, read.config().vocabSize());
    assertEquals(
        List.of(read.tokenizer().id("<|end|>"), read.tokenizer().id("<|endoftext|>")),
        read.config().eosTokenIds());
    assertEquals(
        "<|user|>x<|end|><|assistant|>",
        read.chatTemplate().render(List.of(Message.user("x")), true));
    assertEquals(64, read.sha256().length());
    try (LlamaModel model = read.load(Devices.best())) {
      assertEquals(figures.parameters(), model.parameters().length);
    }
    assertTrue(lines.stream().anyMatch(line -> line.contains("tokens/s")), lines.toString());
  }

  @Test
  void threadsAndInterruptionsDoNotChangeTheBytes() throws Exception {
    run("whole", config(1, 24), false);
    run("threads", config(3, 24), false);
    assertArrayEquals(weights("whole"), weights("threads"));

    // What is left by a process that died after step 12 is the checkpoint of step 12.
    run("halved", config(2, 24), false, 12);
    Pretraining.Figures figures = run("halved", config(2, 24), true);
    assertArrayEquals(weights("whole"), weights("halved"));
    assertEquals(24, figures.steps());
    assertTrue(figures.lossLast() < 0.7 * figures.lossFirst(), figures.toString());
    assertTrue(lines.contains("going on after step 12"), lines.toString());
  }

  @Test
  void aCheckpointOfAnotherConfigurationOrADamagedOneIsRefused() throws Exception {
    run("a", config(1, 2), false);
    ObjectNode other = config(1, 2);
    ((ObjectNode) other.get("corpus")).put("seed", 5);
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> run("a", other, true));
    assertEquals(ErrorKind.CONFLICT, e.kind());
    assertTrue(e.getMessage().contains("--resume"), e.getMessage());

    Path checkpoint = folder.resolve("a/work/checkpoint.bin");
    byte[] bytes = Files.readAllBytes(checkpoint);
    bytes[bytes.length / 2] ^= 1;
    Files.write(checkpoint, bytes);
    e = assertThrows(NeuroWeaverException.class, () -> run("a", config(1, 2), true));
    assertEquals(ErrorKind.CORRUPT, e.kind());
  }

  @Test
  void rowsKeepDocumentsApartExceptWhereTheyAreReadAsOneText() {
    run("a", config(1, 1), false);
    Tokenizer tokenizer = HubTokenizer.open(folder.resolve("a/model/tokenizer.json"));
    PretrainCorpus corpus = PretrainCorpus.of(texts(3).iterator(), 3000, tokenizer, 32);
    int endOfText = tokenizer.id("<|endoftext|>");
    MicroBatch apart = corpus.batch(0, 1);
    for (int i = 0; i + 1 < apart.size(); i++) {
      boolean sameText = apart.segments()[i] == apart.segments()[i + 1];
      if (sameText) {
        assertEquals(apart.tokens()[i + 1], apart.targets()[i]);
        assertEquals(apart.positions()[i] + 1, apart.positions()[i + 1]);
      } else {
        assertEquals(0, apart.positions()[i + 1]);
        assertTrue(i == 31 || apart.targets()[i] == endOfText);
      }
    }
    MicroBatch oneText = corpus.batch(3);
    assertEquals(31, oneText.positions()[31]);
    assertEquals(0, oneText.segments()[31]);
  }

  @Test
  void onlyStrictTurnsAreADialogue() {
    assertEquals(
        List.of(Message.user("a: b"), Message.assistant("c")),
        PretrainCorpus.dialogue("User: a: b\nAssistant: c "));
    assertEquals(List.of(), PretrainCorpus.dialogue("User: a"));
    assertEquals(List.of(), PretrainCorpus.dialogue("User: a\nUser: b"));
    assertEquals(List.of(), PretrainCorpus.dialogue("Customer: a\nAssistant: b"));
    assertEquals(List.of(), PretrainCorpus.dialogue(""));
  }

  @Test
  void theLearningRateWarmsUpAndFollowsTheCosine() {
    PretrainConfig.Training training = PretrainConfig.of(config(1, 24), "tiny.yaml").training();
    assertEquals(0.0025, training.learningRate(0), 1e-12);
    assertEquals(0.01, training.learningRate(4), 1e-12);
    assertEquals(0.0055, training.learningRate(14), 1e-12);
    assertEquals(
        0.001 + 0.0045 * (1 + Math.cos(Math.PI * 19 / 20)), training.learningRate(23), 1e-12);
  }

  @Test
  void impossibleValuesAreNamed() {
    refused("corpus.row_tokens", "corpus", "row_tokens", 65);
    refused("training.warmup_steps", "training", "warmup_steps", 25);
    refused("corpus.heldout_seed", "corpus", "heldout_seed", 1);
    refused("unknown", "training", "unknown", 1);
  }

  @Test
  void theSumOfGradientsIsExactInAnyOrderAndRefusesWhatIsNoNumber() {
    Random random = new Random(1);
    float[][] gradients = new float[7][50];
    for (float[] gradient : gradients) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(8) - 5));
      }
    }
    GradientSum whole = new GradientSum(50, 7);
    GradientSum left = new GradientSum(50, 7);
    GradientSum right = new GradientSum(50, 7);
    for (int i = 0; i < 7; i++) {
      whole.add(gradients[i]);
      (i % 2 == 0 ? left : right).add(gradients[6 - i]);
    }
    float[] one = new float[50];
    float[] two = new float[50];
    double norm = GradientSum.mean(List.of(whole), 3, one);
    assertEquals(norm, GradientSum.mean(List.of(right, left), 3, two));
    assertArrayEquals(one, two);
    for (int i = 0; i < 50; i++) {
      double expected = 0;
      for (float[] gradient : gradients) {
        expected += gradient[i];
      }
      assertEquals(expected / 3, one[i], 1e-6 * Math.max(1, Math.abs(expected)));
    }
    assertThrows(NeuroWeaverException.class, () -> whole.add(fill(Float.NaN)));
    assertThrows(NeuroWeaverException.class, () -> whole.add(fill(1e7f)));
  }

  private static float[] fill(float value) {
    float[] out = new float[50];
    java.util.Arrays.fill(out, value);
    return out;
  }

  private void refused(String what, String section, String key, int value) {
    ObjectNode tree = config(1, 24);
    ((ObjectNode) tree.get(section)).put(key, value);
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> PretrainConfig.of(tree, "tiny.yaml"));
    assertTrue(
        e.getMessage().contains(what) && e.getMessage().contains("tiny.yaml"), e.getMessage());
  }

  private Pretraining.Figures run(String name, ObjectNode config, boolean resume) {
    return run(name, config, resume, Integer.MAX_VALUE);
  }

  /** Runs, or dies by an exception from its reports once it has passed a step. */
  private Pretraining.Figures run(String name, ObjectNode config, boolean resume, int dieAfter) {
    Path home = folder.resolve(name);
    boolean[] passed = {false};
    try {
      return new Pretraining(
              PretrainConfig.of(config, "tiny.yaml"),
              PretrainingTest::texts,
              Devices.best(),
              home.resolve("work"),
              home.resolve("model"),
              line -> {
                lines.add(line);
                if (passed[0]) {
                  throw new Died();
                }
                passed[0] = line.startsWith("step " + dieAfter + " ");
              })
          .run(resume);
    } catch (Died e) {
      return null;
    }
  }

  private static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private byte[] weights(String name) throws Exception {
    return Files.readAllBytes(folder.resolve(name).resolve("model/model.safetensors"));
  }

  private static ObjectNode config(int threads, int steps) {
    try {
      ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(CONFIG);
      ((ObjectNode) tree.get("training")).put("threads", threads);
      ((ObjectNode) tree.get("training")).put("steps", steps);
      if (steps < 4) {
        ((ObjectNode) tree.get("training")).put("warmup_steps", 0);
      }
      return tree;
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Stream<String> texts(long seed) {
    Random random = new Random(seed);
    String[] parts = {"brake", "belt", "battery", "bulb", "hose"};
    String[] noises = {"squeals", "whines", "clicks", "rattles", "hisses"};
    return Stream.generate(
        () -> {
          int i = random.nextInt(5);
          String said = "the %s %s".formatted(parts[i], noises[i]);
          return random.nextBoolean()
              ? said + ", so we replace the " + parts[i] + "."
              : "User: " + said + "\nAssistant: we replace the " + parts[i] + ".";
        });
  }
}
