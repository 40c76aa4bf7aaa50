package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.cli.Main;
import com.auterity.neuroweaver.jobs.model.GgufFile;
import com.auterity.neuroweaver.jobs.model.LoraAdapter;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.auterity.neuroweaver.jobs.model.PeftAdapter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path adapter;

  @BeforeEach
  void writesAnAdapter() {
    adapter = folder.resolve("adapter");
    LoraAdapter lora =
        LoraAdapter.init(
            ModelFolder.open(ModelFolder.resolve("nano")).config(),
            new LoraConfig(2, 4, 0, List.of("q_proj", "up_proj")),
            1);
    Arrays.fill(lora.parameters(), 0.01f);
    PeftAdapter.write(adapter, lora, "nano");
  }

  @Test
  void aModelAndItsAdapterBecomeGgufFiles() throws Exception {
    Path base = folder.resolve("base.gguf");
    Path merged = folder.resolve("merged.gguf");
    Path alone = folder.resolve("adapter.gguf");
    assertEquals(0, run("--base", "nano", "--format", "gguf-q8_0", "--out", "" + base));
    assertTrue(out.toString().contains("11 F32, 36 Q8_0"), out.toString());
    assertEquals(
        0, run("--base=nano", "--adapter=" + adapter, "--format=gguf-q8_0", "--out=" + merged));
    assertEquals(
        0,
        run("--base=nano", "--adapter=" + adapter, "--format=gguf-adapter-f16", "--out=" + alone));
    assertTrue(out.toString().contains("20 tensors (20 F16)"), out.toString());
    assertNotEquals(-1, Files.mismatch(base, merged));
    assertEquals("lora", GgufFile.read(alone).text("adapter.type"));
    assertEquals("nano", GgufFile.read(merged).text("general.name"));
  }

  @Test
  void aMergedModelFolderOpensAgain() {
    Path merged = folder.resolve("merged");
    assertEquals(
        0, run("--base=nano", "--adapter=" + adapter, "--format=safetensors", "--out=" + merged));
    ModelFolder read = ModelFolder.open(merged);
    ModelFolder nano = ModelFolder.open(ModelFolder.resolve("nano"));
    assertEquals(nano.config(), read.config());
    assertNotEquals(nano.sha256(), read.sha256());
    assertEquals(2, run("--base=nano", "--format=gguf-f16", "--out=" + merged));
    assertTrue(err.toString().contains("is a folder; gguf-f16 is written to a file"), "" + err);
  }

  @Test
  void whatIsThereIsReplacedOnlyWhenForced() throws Exception {
    Path file = folder.resolve("there.gguf");
    Files.writeString(file, "mine");
    assertEquals(1, run("--base=nano", "--format=gguf-q4_0", "--out=" + file));
    assertTrue(err.toString().contains("--force"), err.toString());
    assertEquals("mine", Files.readString(file));
    assertEquals(0, run("--base=nano", "--format=gguf-q4_0", "--out=" + file, "--force"));
    assertEquals("llama", GgufFile.read(file).text("general.architecture"));
  }

  @Test
  void whatCannotBeIsSaidAndLeavesNothing() {
    Path file = folder.resolve("no.gguf");
    assertEquals(2, run("--base=nano", "--format=gguf-q5_k", "--out=" + file));
    assertTrue(err.toString().contains("gguf-q8_0"), err.toString());
    assertEquals(2, run("--base=none", "--format=gguf-f32", "--out=" + file));
    assertEquals(2, run("--base=nano", "--format=gguf-adapter", "--out=" + file));
    assertTrue(err.toString().contains("--adapter"), err.toString());
    assertEquals(
        2, run("--base=nano", "--adapter=" + folder, "--format=gguf-adapter", "--out=" + file));
    assertFalse(Files.exists(file));
  }

  private int run(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "model";
    all[1] = "export";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return Main.execute(Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), all);
  }
}
