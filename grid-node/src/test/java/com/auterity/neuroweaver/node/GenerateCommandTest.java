package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class GenerateCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();

  @Test
  void writesTheSameJsonLinesForTheSameSeed() throws Exception {
    Path once = folder.resolve("deep/once.jsonl");
    Path again = folder.resolve("again.jsonl");
    assertEquals(0, run("service-requests", "--rows", "200", "--seed", "9", "--out", "" + once));
    assertEquals(0, run("service-requests", "--rows", "200", "--seed", "9", "--out", "" + again));
    List<String> lines = Files.readAllLines(once);
    assertEquals(200, lines.size());
    for (String line : lines) {
      assertEquals(9, new ObjectMapper().readTree(line).size());
    }
    assertEquals(-1, Files.mismatch(once, again));
    assertTrue(out.toString().contains("planted exact_duplicate"), out.toString());
  }

  @Test
  void writesCleanRowsWhenAsked() {
    Path file = folder.resolve("clean.jsonl");
    assertEquals(0, run("service-requests", "--rows", "50", "--clean", "--out", "" + file));
    assertFalse(out.toString().contains("planted"));
  }

  @Test
  void writesAKitsDataset() throws Exception {
    Path file = folder.resolve("qa.jsonl");
    assertEquals(0, run("kit", "automotive", "dealership_qa", "--rows", "20", "--out", "" + file));
    List<String> lines = Files.readAllLines(file);
    assertEquals(20, lines.size());
    JsonNode first = new ObjectMapper().readTree(lines.get(0));
    assertTrue(
        first.get("answered_on").asText().matches("2025-[0-9]{2}-[0-9]{2}"), first.toString());
    assertFalse(first.get("question").asText().isBlank());
    assertTrue(run("kit", "automotive", "boats", "--out", "" + folder.resolve("x")) != 0);
    assertTrue(
        run("kit", "automotive", "dealership_qa", "--rows", "0", "--out", "" + folder.resolve("x"))
            != 0);
    assertFalse(Files.exists(folder.resolve("x")));
  }

  @Test
  void writesPlainTextOfTheSizeAskedFor() throws Exception {
    Path file = folder.resolve("text.txt");
    assertEquals(0, run("plain-text", "--megabytes", "0.05", "--out", "" + file));
    assertEquals(50_000, Files.size(file), 3_000);
  }

  @Test
  void refusesWhatCannotBeAndLeavesNoFile() {
    Path file = folder.resolve("x.jsonl");
    assertTrue(run("service-requests", "--rows", "0", "--out", "" + file) != 0);
    assertTrue(run("service-requests", "--rows", "5", "--split", "test", "--out", "" + file) != 0);
    assertTrue(run("plain-text", "--megabytes", "-1", "--out", "" + file) != 0);
    assertFalse(Files.exists(file));
  }

  private int run(String... arguments) {
    return new CommandLine(new GenerateCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(out, true))
        .execute(arguments);
  }
}
