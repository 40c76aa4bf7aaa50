package com.auterity.neuroweaver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.cli.ExitCode;
import com.auterity.neuroweaver.client.cli.Main;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private record Fixed() implements Bench {
    @Override
    public String name() {
      return "fixed";
    }

    @Override
    public String summary() {
      return "figures that are known";
    }

    @Override
    public List<BenchCase> cases() {
      return List.of(
          new FixedCase("small/a"), new FixedCase("small/b/2"), new FixedCase("large/a"));
    }
  }

  private int run(String... args) {
    return new CommandLine(new BenchCommand(List.of(new Fixed())))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (error, line, parsed) -> {
              line.getErr().println(error.getMessage());
              return new BenchCommands().exitCode(error).orElse(99);
            })
        .execute(args);
  }

  @Test
  void measuresTheCasesThatAreLikeTheGlob() throws Exception {
    Path json = folder.resolve("figures.json");
    assertEquals(0, run("fixed", "--case", "small/*", "--rounds", "3", "--json", json.toString()));
    JsonNode root = new ObjectMapper().readTree(json.toFile());
    assertEquals("fixed", root.get("bench").asText());
    assertEquals(
        Runtime.getRuntime().availableProcessors(), root.get("machine").get("cores").asInt());
    assertEquals(2, root.get("cases").size());
    assertEquals("small/b/2", root.get("cases").get(1).get("case").asText());
    assertEquals(2, root.get("cases").get(1).get("ours").asDouble());
    assertTrue(out.toString().contains("small/a"), out.toString());
    assertFalse(out.toString().contains("large/a"));
    // Progress is for people: it is not among the figures.
    assertTrue(err.toString().contains("fixed small/a"), err.toString());
  }

  @Test
  void refusesANumberOfDocumentsWhereThereAreNone() {
    assertEquals(ExitCode.USAGE, run("fixed", "--documents", "500"));
    assertTrue(err.toString().contains("fixed has no documents"), err.toString());
  }

  @Test
  void listsWithoutMeasuring() {
    assertEquals(0, run("--list"));
    assertTrue(out.toString().contains("figures that are known"));
    assertTrue(out.toString().contains("large/a (things/s)"));
    assertEquals("", err.toString());
  }

  @Test
  void saysWhatWouldBeRight() {
    assertEquals(2, run("speed"));
    assertTrue(err.toString().contains("there is no bench speed; there are [fixed]"));
    assertEquals(2, run());
    assertTrue(err.toString().contains("bench needs a NAME, one of [fixed]"));
    assertEquals(2, run("fixed", "--case", "huge/*"));
    assertTrue(err.toString().contains("there are [small/a, small/b/2, large/a]"));
    assertEquals(2, run("fixed", "--case", "s.all/[ab]"));
    assertEquals(2, run("fixed", "--rounds", "0"));
    assertEquals(2, run("fixed", "--json", folder.resolve("no").resolve("such.json").toString()));
    assertFalse(Files.exists(folder.resolve("no")));
  }

  @Test
  void theCommandLineHasIt() {
    assertEquals(
        0,
        Main.execute(
            Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), "bench", "--list"));
    for (String name : List.of("gemm", "float32", "memory-read", "lora-step", "0.5b/bf16")) {
      assertTrue(out.toString().contains(name), name);
    }
  }
}
