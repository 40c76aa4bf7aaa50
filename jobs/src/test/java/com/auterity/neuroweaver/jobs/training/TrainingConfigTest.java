package com.auterity.neuroweaver.jobs.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.model.FakeQuantization;
import com.auterity.neuroweaver.jobs.model.LoraConfig;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LEAST =
      "\"base_model\":\"nano\",\"dataset\":\"d\",\"prompt_column\":\"q\",\"answer_column\":\"a\"";

  @Test
  void defaultsAreThoseDocumented() throws Exception {
    TrainingConfig config = parse("{" + LEAST + "}");
    assertEquals(16, config.lora().r());
    assertEquals(7, config.lora().targets().modules().size());
    assertEquals(512, config.sequenceLen());
    assertTrue(config.samplePacking());
    assertEquals(8, config.gradientAccumulationSteps());
    assertEquals(LrScheduler.COSINE, config.lrScheduler());
    assertEquals("{q}", config.format().template());
    assertEquals(0, config.maxSteps());
  }

  @Test
  void takesAxolotlsNames() throws Exception {
    TrainingConfig config =
        parse(
            "{"
                + LEAST
                + ",\"adapter\":\"lora\",\"lora_r\":8,\"lora_alpha\":16,\"lora_dropout\":0.05,"
                + "\"lora_target_modules\":[\"v_proj\",\"q_proj\"],\"sequence_len\":256,"
                + "\"sample_packing\":false,\"micro_batch_size\":2,"
                + "\"gradient_accumulation_steps\":4,\"num_epochs\":3,\"learning_rate\":0.001,"
                + "\"lr_scheduler\":\"linear\",\"warmup_ratio\":0.1,\"optimizer\":\"adamw\","
                + "\"val_set_size\":0.05,\"seed\":-7,\"max_steps\":11}");
    assertEquals(8, config.lora().r());
    assertEquals(List.of("q_proj", "v_proj"), config.lora().targets().modules());
    assertEquals(0.05, config.valSetSize());
    assertEquals(-7, config.seed());
    assertEquals(11, config.maxSteps());
  }

  @Test
  void quantizationAwareTrainingHasNoDropout() throws Exception {
    assertEquals(FakeQuantization.INT4, parse("{" + LEAST + ",\"qat\":\"int4\"}").qat());
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> parse("{" + LEAST + ",\"qat\":\"int8\",\"lora_dropout\":0.1}"));
    assertTrue(e.getMessage().contains("lora_dropout must be 0 beside qat"), e.getMessage());
  }

  @Test
  void targetModulesAreNamesPathsOneExpressionOrAllLinear() throws Exception {
    assertEquals(
        LoraConfig.ALL_MODULES,
        parse("{" + LEAST + ",\"lora_target_linear\":true}").lora().targets().modules());
    assertEquals(
        LoraConfig.ALL_MODULES,
        parse("{" + LEAST + ",\"lora_target_modules\":\"all-linear\"}").lora().targets().modules());
    TrainingConfig config =
        parse(
            "{"
                + LEAST
                + ",\"peft_use_rslora\":true,\"lora_r\":4,"
                + "\"lora_target_modules\":\".*layers\\\\.[13]\\\\..*\"}");
    assertEquals(".*layers\\.[13]\\..*", config.lora().targets().pattern());
    assertTrue(config.lora().rslora());
    LoraConfig crossed =
        RecordCodec.decode(
                RecordCodec.encode(
                    new MeasureLoss.Request(
                        null,
                        3,
                        new int[0],
                        config.lora(),
                        FakeQuantization.INT4,
                        WeightFormat.NF4,
                        null)),
                MeasureLoss.Request.class)
            .lora();
    assertEquals(config.lora(), crossed);
    LoraConfig patterned =
        new LoraConfig(
            8,
            16,
            0,
            config.lora().targets(),
            true,
            Map.of("q_proj", 2),
            Map.of("layers.1.mlp.up_proj", 3.5));
    assertEquals(
        patterned,
        RecordCodec.decode(
                RecordCodec.encode(
                    new MeasureLoss.Request(
                        null, 3, new int[0], patterned, null, WeightFormat.FULL, null)),
                MeasureLoss.Request.class)
            .lora());
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                parse(
                    "{"
                        + LEAST
                        + ",\"lora_target_linear\":true,\"lora_target_modules\":[\"q_proj\"]}"));
    assertTrue(e.getMessage().contains("lora_target_linear"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lora_r|0|whole number from 1 to 1024",
        "lora_r|2.5|whole number",
        "lora_r|\"8\"|whole number",
        "lora_dropout|1|from 0 to 0.99",
        "lora_target_modules|\"q_proj\"|list",
        "lora_target_modules|[\"head\"]|q_proj",
        "lora_target_modules|\"(q_proj\"|regular expression",
        "lora_target_modules|[\"layers.1.mlp\"]|q_proj",
        "lora_target_linear|1|true or false",
        "peft_use_rslora|\"yes\"|true or false",
        "qat|\"int3\"|int8, int4",
        "adapter|\"dora\"|lora, qlora",
        "load_in_8bit|\"yes\"|true or false",
        "gradient_checkpointing|1|true or false",
        "sequence_len|0|whole number",
        "sample_packing|\"yes\"|true or false",
        "num_epochs|0|whole number from 1",
        "learning_rate|0|above 0",
        "learning_rate|\"fast\"|number",
        "lr_scheduler|\"step\"|cosine, linear, constant",
        "optimizer|\"sgd\"|adamw",
        "val_set_size|2.5|whole number of rows",
        "learning_rat|0.1|learning_rate",
        "prompt_columns|[\"x\"]|exactly one",
        "dataset|7|text",
      })
  void refusesNamingKeyAndWhatIsRight(String key, String value, String right) throws Exception {
    ObjectNode json = (ObjectNode) JSON.readTree("{" + LEAST + "}");
    json.set(key, JSON.readTree(value));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> TrainingConfig.parse(json));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(
        e.getMessage().contains(key.equals("prompt_columns") ? "prompt" : key), e.getMessage());
    assertTrue(e.getMessage().contains(right), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|FULL",
        "\"adapter\":\"lora\"|FULL",
        "\"load_in_8bit\":true|INT8",
        "\"load_in_4bit\":false|FULL",
        "\"adapter\":\"qlora\"|NF4",
        "\"adapter\":\"qlora\",\"load_in_4bit\":true|NF4",
        "\"adapter\":\"qlora\",\"load_in_8bit\":true|INT8",
        "\"adapter\":\"qlora\",\"load_in_8bit\":true,\"load_in_4bit\":false|INT8",
      })
  void theBaseModelsFormatFollowsFromAxolotlsKeys(String keys, WeightFormat format)
      throws Exception {
    TrainingConfig config = parse("{" + LEAST + (keys == null ? "" : "," + keys) + "}");
    assertEquals(format, config.baseFormat());
    assertFalse(config.gradientCheckpointing());
    assertTrue(parse("{" + LEAST + ",\"gradient_checkpointing\":true}").gradientCheckpointing());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"load_in_4bit\":true|adapter must be qlora",
        "\"adapter\":\"lora\",\"load_in_4bit\":true|adapter must be qlora",
        "\"adapter\":\"qlora\",\"load_in_4bit\":true,\"load_in_8bit\":true|one format",
        "\"load_in_4bit\":true,\"load_in_8bit\":true|one format",
        "\"adapter\":\"qlora\",\"load_in_4bit\":false|load_in_4bit must be true",
      })
  void formatsThatContradictAreRefused(String keys, String right) {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> parse("{" + LEAST + "," + keys + "}"));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().contains(right), e.getMessage());
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> parse("{\"base_model\":\"m\",\"dataset\":\"d\"}"));
    assertTrue(e.getMessage().contains("exactly one of prompt_column"), e.getMessage());
    e =
        assertThrows(
            NeuroWeaverException.class,
            () -> parse("{\"prompt_column\":\"q\",\"base_model\":\"m\",\"dataset\":\"d\"}"));
    assertTrue(e.getMessage().contains("answer_column is missing"), e.getMessage());
  }

  private static TrainingConfig parse(String json) throws Exception {
    return TrainingConfig.parse((ObjectNode) JSON.readTree(json));
  }
}
