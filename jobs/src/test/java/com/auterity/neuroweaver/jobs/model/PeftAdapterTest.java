package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeftAdapterTest {
  private static final ModelConfig MODEL =
      new ModelConfig(16, 24, 2, 4, 2, 4, 300, 64, 10000, 1e-5, true, false, -1, List.of(4));

  @TempDir Path folder;

  private final LoraAdapter adapter =
      LoraAdapter.init(MODEL, new LoraConfig(4, 8, 0.05, LoraConfig.ALL_MODULES), 7);

  @Test
  void anAdapterReadsBackAndKeepsItsBytes() throws Exception {
    PeftAdapter.write(folder, adapter, "nano");
    LoraAdapter read = PeftAdapter.read(folder, MODEL);
    assertArrayEquals(adapter.parameters(), read.parameters());
    assertEquals(adapter.config(), read.config());
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("adapter_model.safetensors")),
        PeftAdapter.weightsFile(read));
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("adapter_config.json")),
        PeftAdapter.configFile(read, "nano"));
  }

  @Test
  void namesAndShapesArePeftsOwn() {
    Safetensors file = Safetensors.read(PeftAdapter.weightsFile(adapter), "adapter");
    assertEquals(2 * 7 * 2, file.names().size());
    assertArrayEquals(
        new long[] {4, 16},
        file.shape("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"));
    assertArrayEquals(
        new long[] {8, 4},
        file.shape("base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight"));
    assertArrayEquals(
        new long[] {4, 24},
        file.shape("base_model.model.model.layers.1.mlp.down_proj.lora_A.weight"));
  }

  @Test
  void whatTheEngineDoesNotComputeIsRefusedByName() {
    String json = new String(PeftAdapter.configFile(adapter, "nano"), StandardCharsets.UTF_8);
    refused("use_dora", json.replace("{\n", "{\n  \"use_dora\" : true,\n"));
    refused("use_rslora", json.replace("{\n", "{\n  \"use_rslora\" : true,\n"));
    refused("rank_pattern", json.replace("{\n", "{\n  \"rank_pattern\" : {\"q_proj\": 2},\n"));
    refused("bias", json.replace("\"none\"", "\"all\""));
    refused("peft_type", json.replace("LORA", "IA3"));
    refused("lora_r", json.replace("\"r\" : 4", "\"r\" : 0"));
    refused("shape", json.replace("\"r\" : 4", "\"r\" : 2"));
    refused("no place for", json.replace("\"down_proj\"", "\"up_proj\""));
  }

  @Test
  void anAdapterOfAnotherShapeIsRefused() {
    ModelConfig wider =
        new ModelConfig(32, 24, 2, 4, 2, 8, 300, 64, 10000, 1e-5, true, false, -1, List.of(4));
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                PeftAdapter.of(
                    PeftAdapter.weightsFile(adapter),
                    PeftAdapter.configFile(adapter, "nano"),
                    wider));
    assertTrue(e.getMessage().contains("q_proj.lora_A"), e.getMessage());
  }

  private void refused(String why, String json) {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                PeftAdapter.of(
                    PeftAdapter.weightsFile(adapter),
                    json.getBytes(StandardCharsets.UTF_8),
                    MODEL));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }
}
