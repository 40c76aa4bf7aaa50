package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.cli.Main;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.ModelConfig;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import com.auterity.neuroweaver.weaver.TinyModelFolder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruneAdapterCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private ModelConfig config;

  @BeforeEach
  void writeAdapterAndText() throws Exception {
    Path model = TinyModelFolder.write(folder.resolve("model"), 5);
    config = ModelFolder.open(model).config();
    LoraAdapter adapter =
        LoraAdapter.init(config, new LoraConfig(4, 8, 0, List.of("q_proj", "up_proj")), 1);
    Random random = new Random(2);
    for (int i = 0; i < adapter.parameters().length; i++) {
      adapter.parameters()[i] += (float) (0.2 * random.nextGaussian());
    }
    PeftAdapter.write(folder.resolve("adapter"), adapter, model.toString());
    Files.writeString(
        folder.resolve("text.jsonl"),
        "{\"text\":\"brake pads front\"}\n\n{\"text\":\"oil " + "change ".repeat(40) + "\"}\n");
  }

  @Test
  void writesASmallerAdapterAndTellsWhatIsLost() {
    assertEquals(
        0, run("--rank", "2", "--text", folder.resolve("text.jsonl").toString()), err.toString());
    LoraAdapter pruned = PeftAdapter.read(folder.resolve("out"), config);
    assertEquals(2, pruned.config().r());
    String printed = out.toString();
    assertTrue(printed.contains("model.layers.1.mlp.up_proj"), printed);
    assertTrue(printed.contains("energy kept 0."), printed);
    assertTrue(printed.matches("(?s).*base \\d+\\.\\d+, with the adapter \\d.* after.*"), printed);

    assertEquals(2, run("--rank", "2"), "the folder is taken");
    assertTrue(err.toString().contains("another folder"), err.toString());
  }

  @Test
  void aShareOfEnergyMakesARankPattern() throws Exception {
    assertEquals(0, run("--energy", "0.8"), err.toString());
    LoraAdapter pruned = PeftAdapter.read(folder.resolve("out"), config);
    assertTrue(
        pruned.parameters().length
            < PeftAdapter.read(folder.resolve("adapter"), config).parameters().length);
  }

  @Test
  void badInputIsRefused() throws Exception {
    assertEquals(2, run("--rank", "2", "--energy", "0.5"));
    assertEquals(2, run());
    assertEquals(2, run("--energy", "1.5"));
    Files.writeString(folder.resolve("text.jsonl"), "{\"text\":\"a b\"}\n{\"words\":\"x\"}\n");
    assertEquals(2, run("--rank", "2", "--text", folder.resolve("text.jsonl").toString()));
    assertTrue(err.toString().contains("line 2 of"), err.toString());
    assertTrue(Files.notExists(folder.resolve("out")), "nothing is written before all is checked");
  }

  private int run(String... more) {
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of(
                "model",
                "prune-adapter",
                "--adapter",
                folder.resolve("adapter").toString(),
                "--out",
                folder.resolve("out").toString()));
    arguments.addAll(List.of(more));
    return Main.execute(
        Map.of(),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        arguments.toArray(String[]::new));
  }
}
