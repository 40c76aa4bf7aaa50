package com.auterity.neuroweaver.jobs.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.model.Message;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptFormatTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("make", ColumnType.STRING),
              Column.of("year", ColumnType.INT64),
              Column.of("answer", ColumnType.STRING)));

  @TempDir Path folder;

  @Test
  void columnsStandInTheTemplateAndBracesDoubled() throws Exception {
    PromptFormat format =
        read("{'prompt_template':'A {make} of {year}: {{x}}','system_prompt':'Be brief.'}");
    assertEquals(List.of("make", "year"), format.columns());
    assertEquals(
        List.of(Message.system("Be brief."), Message.user("A Ford of 2014: {x}")),
        format.messages(SCHEMA, new Row(0, "Ford", 2014L, "y")));
    assertEquals(format, PromptFormat.of(format.toJson()));
  }

  @Test
  void severalColumnsBecomeNamedLines() throws Exception {
    assertEquals(
        List.of(Message.user("make: Ford\nyear: ")),
        read("{'prompt_columns':['make','year']}").messages(SCHEMA, new Row(0, "Ford", null, "y")));
    assertEquals(
        List.of(Message.user("Ford")),
        read("{'prompt_column':'make'}").messages(Map.of("make", "Ford", "other", 1)));
  }

  @Test
  void anExampleIsPromptAnswerAndEndToken() throws Exception {
    ModelFolder model = ModelFolder.open(TinyModelFolder.write(folder, 1));
    PromptFormat format = read("{'prompt_column':'make','answer_column':'answer'}");
    PromptFormat.Example example = format.example(model, SCHEMA, new Row(7, "Ford", 1L, "ok!"));
    int[] prompt = format.promptTokens(model, format.messages(Map.of("make", "Ford")));
    assertEquals(prompt.length, example.promptLength());
    assertEquals(
        Arrays.toString(prompt),
        Arrays.toString(Arrays.copyOf(example.tokens(), example.promptLength())));
    int[] rest =
        Arrays.copyOfRange(example.tokens(), example.promptLength(), example.tokens().length);
    assertEquals("ok!", model.tokenizer().decode(Arrays.copyOf(rest, rest.length - 1)));
    assertEquals(model.tokenizer().id("<|end|>"), rest[rest.length - 1]);
    assertEquals(7, example.ordinal());
  }

  @Test
  void aSampleTooLongLosesTheBeginningOfItsPrompt() throws Exception {
    ModelFolder model = ModelFolder.open(TinyModelFolder.write(folder, 1));
    PromptFormat format = read("{'prompt_column':'make','answer_column':'answer'}");
    TokenizedPartition partition =
        TokenizedPartition.of(
            List.of(
                new Row(3, "a long prompt, too long", 1L, "done"),
                new Row(4, "p", 1L, "an answer that does not fit by itself")),
            SCHEMA,
            format,
            model,
            10);
    assertEquals(2, partition.truncated());
    assertEquals("[10, 10]", Arrays.toString(partition.lengths()));
    int[] targets = partition.microBatch(new int[] {0}).targets();
    assertEquals(
        "done", model.tokenizer().decode(Arrays.stream(targets).filter(t -> t > 4).toArray()));
    assertEquals(5, Arrays.stream(targets).filter(t -> t >= 0).count());
  }

  @Test
  void refusesWhatCannotBeFilled() throws Exception {
    refused("lone '{'", "{'prompt_template':'a { b'}");
    refused("names no column", "{'prompt_template':'hello'}");
    refused("empty {}", "{'prompt_template':'{}'}");
    refused("exactly one", "{}");
    PromptFormat format = read("{'prompt_column':'model','answer_column':'answer'}");
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> format.check(SCHEMA, true));
    assertTrue(e.getMessage().contains("make, year, answer"), e.getMessage());
    e = assertThrows(NeuroWeaverException.class, () -> format.messages(Map.of("make", "x")));
    assertTrue(e.getMessage().contains("'model'"), e.getMessage());
    ModelFolder model = ModelFolder.open(TinyModelFolder.write(folder, 1));
    PromptFormat good = read("{'prompt_column':'make','answer_column':'answer'}");
    e =
        assertThrows(
            NeuroWeaverException.class,
            () -> good.example(model, SCHEMA, new Row(12, "x", 1L, " ")));
    assertTrue(e.getMessage().contains("ordinal 12"), e.getMessage());
  }

  private static void refused(String why, String json) {
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> read(json));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  private static PromptFormat read(String json) throws Exception {
    JsonNode node = new ObjectMapper().readTree(json.replace('\'', '"'));
    return PromptFormat.of(node);
  }
}
