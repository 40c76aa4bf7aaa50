package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.cli.Main;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PretrainConfig;
import com.auterity.neuroweaver.yaml.YamlDocument;
import com.auterity.neuroweaver.yaml.YamlSchema;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void smokeModeMakesAModelBesideItsCheckpointsAndGoesOnFromThem() throws Exception {
    Path file = copyOfNano();
    List<String> arguments =
        new ArrayList<>(List.of(file.toString(), "--smoke", "--work", folder + "/work"));
    // The same code with a shape and a text that take a second.
    for (String set :
        List.of(
            "model.hidden_size=32",
            "model.intermediate_size=64",
            "model.num_hidden_layers=1",
            "model.num_attention_heads=4",
            "model.num_key_value_heads=2",
            "model.head_dim=8",
            "tokenizer.vocab_size=400",
            "corpus.row_tokens=64",
            "corpus.heldout_bytes=4000",
            "smoke.bytes=30000",
            "smoke.steps=4",
            "smoke.warmup_steps=1")) {
      arguments.addAll(List.of("--set", set));
    }
    assertEquals(0, run(arguments.toArray(String[]::new)), err.toString());
    assertTrue(out.toString().contains("tokens/s"), out.toString());
    assertTrue(out.toString().contains("held-out perplexity"), out.toString());
    ModelFolder made = ModelFolder.open(folder.resolve("work/model"));
    assertEquals(400, made.config().vocabSize());
    assertFalse(Files.exists(folder.resolve("nano")), "smoke mode replaces nothing");

    arguments.add("--resume");
    assertEquals(0, run(arguments.toArray(String[]::new)), err.toString());
    assertTrue(out.toString().contains("going on after step 4"), out.toString());
    assertEquals(made.sha256(), ModelFolder.open(folder.resolve("work/model")).sha256());
  }

  @Test
  void aWrongFileIsRefusedWithItsPlace() throws Exception {
    Path file = copyOfNano();
    Files.writeString(file, Files.readString(file).replace("  steps: 1", "  stepz: 1"));
    assertNotEquals(0, run(file.toString()));
    assertTrue(err.toString().contains("nano.yaml:"), err.toString());
    assertTrue(err.toString().contains("stepz"), err.toString());
    assertNotEquals(0, run(folder.resolve("missing.yaml").toString()));
    assertTrue(err.toString().contains("missing.yaml"), err.toString());
  }

  @Test
  void theFileOfNanoIsWhatItsModelSays() {
    Path nano = ModelFolder.resolve("nano");
    YamlDocument document =
        YamlDocument.read(nano.resolveSibling("nano.yaml"))
            .check(YamlSchema.resource(PretrainCommand.class, "pretrain.schema.json"));
    PretrainConfig config = PretrainConfig.of(document.tree(), document.name());
    ModelFolder model = ModelFolder.open(nano);
    assertEquals(config.model().hiddenSize(), model.config().hiddenSize());
    assertEquals(config.model().layers(), model.config().layers());
    assertEquals(config.tokenizer().vocabSize(), model.config().vocabSize());
    assertEquals(config.tokenizer().vocabSize(), model.tokenizer().vocabSize());
  }

  private Path copyOfNano() throws Exception {
    Path copy = folder.resolve("nano.yaml");
    return Files.copy(ModelFolder.resolve("nano").resolveSibling("nano.yaml"), copy);
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of("pretrain"));
    all.addAll(List.of(arguments));
    return Main.execute(
        Map.of(), new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
  }
}
