package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.cli.Main;
import com.auterity.neuroweaver.yaml.YamlDocument;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void showsLayoutColumnsAndFirstRowsAsASchemaFile() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("a.csv"), "id;note\n1;\"two\nlines # no comment\"\nx\n2;\n3;c\n");
    assertEquals(0, run("" + file, "--rows", "2"));
    assertEquals(
        """
        # %s
        # 4 records
        format: csv
        delimiter: ";"
        header: true
        quote: true
        columns:
          - {name: id, type: int64}
          - {name: note, type: string}
        # first rows:
        # - row 0
        #   id: 1
        #   note: two lines # no comment
        # - row 2
        #   id: 2
        # rejected: line 4: field_count: expected 2 cells, found 1
        """
            .formatted(file),
        out.toString());
    Path schema = Files.writeString(folder.resolve("schema.yaml"), out.toString());
    assertEquals("note", YamlDocument.read(schema).tree().at("/columns/1/name").asText());
    out.getBuffer().setLength(0);
    assertEquals(0, run("" + file, "--schema", "" + schema, "--rows", "0"));
    assertTrue(out.toString().contains("{name: id, type: int64}"), out.toString());
  }

  @Test
  void saysWhatIsWrongWithAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("a.json"), "{\"rows\": [{\"a\": 1}]}");
    assertEquals(2, run("" + file));
    assertTrue(err.toString().contains("for example records: /rows"), err.toString());
    assertEquals(0, run("" + file, "--records", "/rows"));
    assertTrue(out.toString().contains("records: \"/rows\""), out.toString());
    assertTrue(run("" + folder.resolve("none.csv")) != 0);
  }

  private int run(String... arguments) {
    String[] line = new String[arguments.length + 2];
    line[0] = "dataset";
    line[1] = "inspect";
    System.arraycopy(arguments, 0, line, 2, arguments.length);
    return Main.execute(Map.of(), new PrintWriter(out), new PrintWriter(err), line);
  }
}
