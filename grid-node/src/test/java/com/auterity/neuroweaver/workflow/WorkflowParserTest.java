package com.auterity.neuroweaver.workflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.refinement.RefineHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WorkflowParserTest {
  private static final String GOOD =
      """
      name: demo
      parameters:
        file: /data/x.csv
        rank: 8
        fast: true
      steps:
        train:
          kind: train
          with:
            base_model: nano
            dataset: ${steps.load.version_id}
            prompt_column: code
            answer_column: description
            lora_r: ${rank}
            sample_packing: ${fast}
            lora_target_modules: [q_proj, v_proj]
        load:
          kind: load
          with:
            name: codes
            path: ${file}
      """;

  private final WorkflowParser parser = new WorkflowParser();

  private Program parse(String source, Map<String, JsonNode> given) {
    return parser.parse("w.yaml", source, given);
  }

  @Test
  void everyStageOfARecipeMayStandInAWorkflow() throws IOException {
    JsonNode schema =
        new ObjectMapper().readTree(WorkflowParser.class.getResource("workflow.schema.json"));
    List<String> named = new ArrayList<>();
    for (JsonNode place : schema.findValues("stage")) {
      place.path("enum").forEach(name -> named.add(name.asText()));
    }
    assertEquals(new TreeSet<>(RefineHandler.stageNames()), new TreeSet<>(named));
  }

  @Test
  void ordersStepsByWhatTheyNeed() {
    Program program = parse(GOOD, Map.of());
    assertEquals(
        List.of("load", "train"), program.steps().stream().map(Program.Step::name).toList());
    assertEquals(List.of("load"), program.step("train").needs());
    assertTrue(program.step("load").isComplete());
    assertTrue(!program.step("train").isComplete());
  }

  @Test
  void parametersKeepTheirTypes() {
    Program program =
        parse(GOOD, Map.of("rank", TextNode.valueOf("16"), "fast", TextNode.valueOf("false")));
    assertEquals(16, program.step("train").with().get("lora_r").asInt());
    assertTrue(program.step("train").with().get("lora_r").isIntegralNumber());
    assertTrue(program.step("train").with().get("sample_packing").isBoolean());
    assertEquals("/data/x.csv", program.step("load").with().get("path").asText());
  }

  @Test
  void aTextAroundAReferenceStaysAText() {
    String source = GOOD.replace("path: ${file}", "path: ${file}.${rank}.gz$${x}");
    Program program = parse(source, Map.of("rank", IntNode.valueOf(3)));
    assertEquals("/data/x.csv.3.gz$${x}", program.step("load").with().get("path").asText());
  }

  @Test
  void theShippedProgramsAreGood() throws IOException {
    Path home = Path.of(System.getProperty("user.dir")).getParent();
    for (Path file :
        List.of(Path.of("config/quickstart.yaml"), Path.of("config/examples/dtc.yaml"))) {
      String source = Files.readString(home.resolve(file));
      Program program = parser.parse(file.toString(), source, Map.of());
      assertTrue(program.steps().size() >= 4, file.toString());
    }
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        Arguments.of(
            "unknown key",
            GOOD + "colour: red\n",
            List.of("w.yaml:22", "colour", "known here: name, description, parameters, steps")),
        Arguments.of(
            "unknown key of a step",
            GOOD.replace("lora_r:", "lora_rank:"),
            List.of("w.yaml:14", "lora_rank", "lora_r,")),
        Arguments.of(
            "unknown key beside with",
            GOOD.replace("kind: load\n", "kind: load\n    retry: 3\n"),
            List.of("retry", "needs")),
        Arguments.of(
            "duplicate key",
            GOOD.replace("path: ${file}", "path: ${file}\n      name: other"),
            List.of("w.yaml:22", "`name` stands here twice")),
        Arguments.of(
            "duplicate step",
            GOOD + "  load:\n    kind: load\n    with: {name: a, path: b}\n",
            List.of("`load` stands here twice")),
        Arguments.of(
            "wrong type",
            GOOD.replace("lora_r: ${rank}", "lora_r: eight\n      seed: ${rank}"),
            List.of("w.yaml:14", "text `eight`", "integer")),
        Arguments.of(
            "lora_r of zero",
            GOOD.replace("rank: 8", "rank: 0"),
            List.of("w.yaml:14", "lora_r", "`0`", "1 to 1024")),
        Arguments.of(
            "unknown module", GOOD.replace("v_proj", "w_proj"), List.of("w_proj", "q_proj")),
        Arguments.of(
            "step reference in a number",
            GOOD.replace("lora_r: ${rank}", "lora_r: ${steps.load.rows}\n      seed: ${rank}"),
            List.of("w.yaml:14", "integer")),
        Arguments.of(
            "unknown kind",
            GOOD.replace("kind: load", "kind: lode"),
            List.of("`lode`", "\"load\"")),
        Arguments.of(
            "missing kind", GOOD.replace("    kind: load\n", ""), List.of("lacks the key `kind`")),
        Arguments.of(
            "missing parameter",
            GOOD.replace("      name: codes\n", ""),
            List.of("lacks the key `name`", "load")),
        Arguments.of(
            "missing with",
            GOOD.replace("    with:\n      name: codes\n      path: ${file}\n", "    needs: []\n")
                .replace("  file: /data/x.csv\n", ""),
            List.of("lacks the key `with`")),
        Arguments.of("no steps", "name: demo\n", List.of("lacks the key `steps`")),
        Arguments.of("empty steps", "name: demo\nsteps: {}\n", List.of("steps")),
        Arguments.of("empty file", "", List.of("lacks the key")),
        Arguments.of("a list", "- a\n", List.of("w.yaml:1", "a list")),
        Arguments.of("not YAML", "name: [\n", List.of("w.yaml", "not YAML")),
        Arguments.of(
            "anchor",
            GOOD.replace("name: codes", "name: &n codes"),
            List.of("w.yaml:20", "anchor &n")),
        Arguments.of("alias", GOOD.replace("name: demo", "name: *d"), List.of("w.yaml:1")),
        Arguments.of("tag", GOOD.replace("name: demo", "name: !!binary demo"), List.of("tag")),
        Arguments.of("two documents", GOOD + "---\nname: b\n", List.of("w.yaml")),
        Arguments.of(
            "unknown parameter",
            GOOD.replace("${rank}", "${rang}"),
            List.of("w.yaml:14", "${rang}", "[fast, file, rank]")),
        Arguments.of(
            "unused parameter",
            GOOD.replace("${rank}", "8"),
            List.of("w.yaml:4", "`rank` is used nowhere")),
        Arguments.of(
            "parameter that is a list", GOOD.replace("rank: 8", "rank: [8]"), List.of("rank")),
        Arguments.of(
            "unknown step",
            GOOD.replace("steps.load.version_id", "steps.lode.version_id"),
            List.of("w.yaml:11", "unknown step `lode`", "train, load")),
        Arguments.of(
            "unknown need",
            GOOD.replace("kind: load\n", "kind: load\n    needs: [start]\n"),
            List.of("unknown step `start`")),
        Arguments.of(
            "unknown result",
            GOOD.replace("load.version_id", "load.version_di"),
            List.of("w.yaml:11", "`version_di`", "version_id")),
        Arguments.of(
            "malformed reference",
            GOOD.replace("steps.load.version_id", "steps.load.a.b"),
            List.of("${steps.STEP.FIELD}")),
        Arguments.of(
            "step that needs itself",
            GOOD.replace("kind: load\n", "kind: load\n    needs: [load]\n"),
            List.of("circle: load -> load")),
        Arguments.of(
            "cycle",
            GOOD.replace("kind: load\n", "kind: load\n    needs: [train]\n"),
            List.of("w.yaml:", "circle: train -> load -> train")),
        Arguments.of(
            "bad step name",
            GOOD.replace("  load:\n    kind", "  Load It:\n    kind")
                .replace("${steps.load.version_id}", "x"),
            List.of("Load It")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void refuses(String what, String source, List<String> said) {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> parse(source, Map.of()));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    for (String text : said) {
      assertTrue(e.getMessage().contains(text), what + ": " + e.getMessage());
    }
  }

  @Test
  void refusesValuesForParametersThatAreNotThereOrOfAnotherType() {
    assertRefused(Map.of("rang", TextNode.valueOf("8")), "rang", "file, rank, fast");
    assertRefused(Map.of("rank", TextNode.valueOf("much")), "rank", "a number");
    assertRefused(Map.of("fast", TextNode.valueOf("yes")), "fast", "true or false");
    assertRefused(Map.of("file", IntNode.valueOf(1)), "file", "a text");
  }

  @Test
  void aParameterWithoutDefaultMustBeGiven() {
    String source = GOOD.replace("file: /data/x.csv", "file:");
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> parse(source, Map.of()));
    assertTrue(e.getMessage().contains("w.yaml:3"), e.getMessage());
    assertTrue(e.getMessage().contains("--set file="), e.getMessage());
    Program program = parse(source, Map.of("file", TextNode.valueOf("/y.csv")));
    assertEquals("/y.csv", program.step("load").with().get("path").asText());
  }

  private void assertRefused(Map<String, JsonNode> given, String... said) {
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> parse(GOOD, given));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    for (String text : said) {
      assertTrue(e.getMessage().contains(text), e.getMessage());
    }
  }
}
