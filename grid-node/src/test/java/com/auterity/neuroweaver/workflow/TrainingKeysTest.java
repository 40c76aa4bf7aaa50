package com.auterity.neuroweaver.workflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.TrainingRequest;
import com.auterity.neuroweaver.client.WireMapper;
import com.auterity.neuroweaver.jobs.training.TrainingConfig;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** One set of training keys in the API, in the workflow's schema and in the training itself. */
class TrainingKeysTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String ALL =
      """
      {"base_model":"nano","dataset":"d","prompt_column":"a","system_prompt":"s",
       "answer_column":"b","adapter":"qlora","load_in_4bit":true,"load_in_8bit":false,"gradient_checkpointing":true,"lora_r":8,"lora_alpha":16,"lora_dropout":0.1,
       "lora_target_modules":["q_proj"],"lora_target_linear":false,"peft_use_rslora":true,"sequence_len":64,"sample_packing":true,
       "micro_batch_size":2,"gradient_accumulation_steps":4,"num_epochs":1,"max_steps":3,
       "learning_rate":0.001,"lr_scheduler":"cosine","warmup_ratio":0.1,"optimizer":"adamw",
       "weight_decay":0.01,"adam_beta1":0.9,"adam_beta2":0.99,"adam_epsilon":1e-8,
       "max_grad_norm":1.0,"val_set_size":0.1,"seed":1,"save_steps":10}\
      """;

  @Test
  void targetModulesAreAListOrAText() throws Exception {
    for (String modules :
        new String[] {
          "[\"layers.1.self_attn.v_proj\"]", "\"all-linear\"", "\".*\\\\.[kv]_proj\""
        }) {
      String json = ALL.replace("[\"q_proj\"]", modules);
      ObjectNode parameters =
          WireMapper.strict()
              .valueToTree(WireMapper.strict().readValue(json, TrainingRequest.class));
      assertEquals(MAPPER.readTree(modules), parameters.get("lora_target_modules"));
      TrainingConfig.parse(parameters);
    }
  }

  private static Set<String> schemaKeys() throws Exception {
    try (InputStream in = WorkflowParser.class.getResourceAsStream("workflow.schema.json")) {
      JsonNode keys = MAPPER.readTree(in).at("/$defs/train/properties");
      Set<String> names = new TreeSet<>();
      keys.fieldNames().forEachRemaining(names::add);
      return names;
    }
  }

  @Test
  void theApiTheSchemaAndTheTrainingKnowTheSameKeys() throws Exception {
    Set<String> all = new TreeSet<>();
    MAPPER.readTree(ALL).fieldNames().forEachRemaining(all::add);
    all.add("prompt_columns");
    all.add("prompt_template");
    // Not beside lora_dropout.
    all.add("qat");
    assertEquals(all, schemaKeys());
    Set<String> components = new TreeSet<>();
    JsonMapper mapper = WireMapper.strict();
    mapper
        .getSerializationConfig()
        .introspect(mapper.constructType(TrainingRequest.class))
        .findProperties()
        .forEach(property -> components.add(property.getName()));
    assertEquals(all, components);
  }

  @Test
  void whatTheApiTakesTheTrainingTakes() throws Exception {
    TrainingRequest request = WireMapper.strict().readValue(ALL, TrainingRequest.class);
    ObjectNode parameters = WireMapper.strict().valueToTree(request);
    assertEquals(MAPPER.readTree(ALL).size(), parameters.size());
    TrainingConfig config = TrainingConfig.parse(parameters);
    assertEquals(8, config.lora().r());
    assertTrue(config.lora().rslora());
    assertEquals(0.99, config.adamBeta2());
  }
}
