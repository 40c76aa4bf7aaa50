package com.auterity.neuroweaver.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlDocumentTest {
  private static final YamlSchema SCHEMA =
      YamlSchema.of(
          """
          {"type":"object","additionalProperties":false,"required":["name"],
           "properties":{
             "name":{"type":"string","description":"what it is called"},
             "mode":{"enum":["fast","slow"]},
             "steps":{"type":"array","items":{"$ref":"#/$defs/step"}}},
           "$defs":{"step":{"type":"object","additionalProperties":false,
             "properties":{"rank":{"type":"integer","minimum":1,"description":"the rank of LoRA"}}}}}
          """);

  @Test
  void readsValuesOfEveryKindAsYaml12Has() {
    var tree =
        YamlDocument.parse("a: 1\nb: 1.5\nc: yes\nd: true\ne: [x, 0x10]\nf: 12:30\ng:\n", "t")
            .tree();
    assertEquals(
        "{\"a\":1,\"b\":1.5,\"c\":\"yes\",\"d\":true,\"e\":[\"x\",16],\"f\":\"12:30\",\"g\":null}",
        tree.toString());
  }

  @Test
  void anEmptyFileIsAnEmptyMapping() {
    assertEquals("{}", YamlDocument.parse("# nothing\n", "t").tree().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a: 1\nb: 2\na: 3' | f:3: key `a` stands here twice (first at f:1)",
        "'a: &x 1\nb: *x' | f:1: found anchor &x",
        "'a: !!set {x}' | f:1: found tag",
        "'a: [1, 2' | f:1: not YAML",
        "'- 1\n- 2' | f:1: found a list of 2, a mapping",
        "'a: .inf' | f:1: found .inf",
        "'a: {b: 1, b: 2}' | f:1: key `b` stands here twice",
      })
  void refusesNamingFileAndLine(String text, String message) {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> YamlDocument.parse(text, "f"));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'name: n\nspeed: 3' | f:2: unknown key `speed` in the file; known here: name, mode, steps",
        "'mode: fast' | f:1: the file lacks the key `name` (what it is called)",
        "'name: 7' | f:1: `name` is number `7`, right is string (what it is called)",
        "'name: n\nmode: quick' | f:2: `mode` is text `quick`, right is one of [\"fast\",\"slow\"]",
        "'name: n\nsteps:\n- rank: 0' | f:3: `steps.0.rank` is number `0`: must have a minimum",
        "'name: n\nsteps:\n- rank: 1\n- rnak: 2' | f:4: unknown key `rnak` in `steps.1`; known here: rank",
        "'name: n\nsteps: 5' | f:2: `steps` is number `5`, right is array",
      })
  void checksAgainstTheSchemaNamingPlaceFoundAndRight(String text, String message) {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> YamlDocument.parse(text, "f").check(SCHEMA));
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  @Test
  void listsEverythingThatIsWrong() {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> YamlDocument.parse("name: 1\nmode: x\nz: 1", "f").check(SCHEMA));
    assertEquals(3, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void aMissingFileIsNotFound() {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> YamlDocument.read(Path.of("no", "such.yaml")));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
  }

  @Test
  void replacesValuesByDottedKey() {
    YamlDocument changed =
        YamlDocument.parse("a: {b: 1}\nc: 2", "f").with("a.b", "[5, 6]", "--set a.b=[5, 6]");
    assertEquals("{\"a\":{\"b\":[5,6]},\"c\":2}", changed.tree().toString());
    assertEquals("--set a.b=[5, 6]", changed.place("/a/b/1"));
    assertEquals("f:2", changed.place("/c"));
  }
}
