package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MergedModelTest {
  private static final String SIZES =
      "'hidden_size': 16, 'intermediate_size': 24, 'num_hidden_layers': 2,"
          + " 'num_attention_heads': 2, 'num_key_value_heads': 1, 'vocab_size': 300,"
          + " 'rms_norm_eps': 1e-5, 'rope_theta': 10000.0, 'max_position_embeddings': 64,"
          + " 'torch_dtype': 'bfloat16', 'an_unknown_note': [1, 2], ";
  private static final String QWEN =
      SIZES + "'architectures': ['Qwen2ForCausalLM'], 'tie_word_embeddings': true";
  private static final String PHI =
      SIZES + "'architectures': ['Phi3ForCausalLM'], 'tie_word_embeddings': false";

  @TempDir Path folder;

  private static LoraAdapter adapter(ModelConfig config) {
    LoraAdapter adapter =
        LoraAdapter.init(config, new LoraConfig(3, 6, 0, LoraConfig.ALL_MODULES), 5);
    Random random = new Random(6);
    for (int i = 0; i < adapter.parameters().length; i++) {
      adapter.parameters()[i] = (float) (0.2 * random.nextGaussian());
    }
    return adapter;
  }

  @Test
  void aMergedFolderComputesWhatBaseAndAdapterCompute() throws Exception {
    for (String keys : List.of(QWEN, PHI)) {
      HubFolder hub =
          new HubFolder(folder.resolve("base" + (keys.equals(PHI) ? "-phi" : "-qwen")), keys, 4)
              .write(Safetensors.Type.BF16);
      Files.writeString(hub.path.resolve("chat_template.jinja"), "{{ messages }}");
      ModelFolder base = ModelFolder.open(hub.path);
      LoraAdapter adapter = adapter(base.config());
      MicroBatch batch = TinyModels.batch(base.config(), 2, 9, 4);
      Path target = folder.resolve("made/merged" + (keys.equals(PHI) ? "-phi" : "-qwen"));
      ModelFolder merged = MergedModel.write(base, adapter, target, Safetensors.Type.F32);
      assertEquals(target, merged.path());
      assertEquals(base.config(), merged.config());
      assertEquals(
          base.chatTemplate().render(List.of(), false),
          merged.chatTemplate().render(List.of(), false));
      assertEquals(
          hub.shapes.keySet(),
          java.util.Set.copyOf(Safetensors.read(target.resolve(WeightFiles.SINGLE)).names()));
      JsonNode config = JsonFile.read(target.resolve("config.json"));
      assertEquals("float32", config.get("torch_dtype").asText());
      assertEquals("[1,2]", config.get("an_unknown_note").toString());
      assertArrayEquals(
          Files.readAllBytes(hub.path.resolve("tokenizer.json")),
          Files.readAllBytes(target.resolve("tokenizer.json")));
      try (LlamaModel plain = base.load(Devices.float32());
          LlamaModel inMemory = plain.merged(adapter);
          LlamaModel fromFiles = merged.load(Devices.float32())) {
        double expected = new LoraGradient(plain).loss(adapter, batch).lossSum();
        double without = new LoraGradient(plain).loss(null, batch).lossSum();
        assertTrue(Math.abs(expected - without) > 0.1);
        assertEquals(expected, new LoraGradient(inMemory).loss(null, batch).lossSum(), 1e-3);
        assertArrayEquals(inMemory.parameters(), fromFiles.parameters());
      }
    }
  }

  @Test
  void beyondALimitTheWeightsGoIntoShardsWithAnIndex() throws Exception {
    HubFolder hub = new HubFolder(folder.resolve("base"), QWEN, 4).write(Safetensors.Type.F32);
    ModelFolder base = ModelFolder.open(hub.path);
    Path target = folder.resolve("sharded");
    ModelFolder sharded =
        MergedModel.write(base, base.weights(), target, Safetensors.Type.F32, 4000);
    JsonNode index = JsonFile.read(target.resolve(WeightFiles.INDEX));
    long total = 0;
    int shards = 0;
    for (String file : sharded.files()) {
      if (file.endsWith(".safetensors")) {
        shards++;
        Safetensors shard = Safetensors.read(target.resolve(file));
        long bytes = 0;
        for (String name : shard.names()) {
          assertEquals(file, index.get("weight_map").get(name).asText());
          assertArrayEquals(hub.tensors.get(name), shard.values(name), name);
          bytes += 4L * shard.values(name).length;
        }
        assertTrue(bytes <= 4000 || shard.names().size() == 1, file + " has " + bytes);
        total += bytes;
      }
    }
    assertTrue(shards > 3, "" + shards);
    assertTrue(sharded.files().contains("model-00001-of-%05d.safetensors".formatted(shards)));
    assertEquals(hub.shapes.size(), index.get("weight_map").size());
    assertEquals(total, index.get("metadata").get("total_size").asLong());
    try (LlamaModel one = base.load(Devices.float32());
        LlamaModel other = sharded.load(Devices.float32())) {
      assertArrayEquals(one.parameters(), other.parameters());
    }
  }

  @Test
  void writingIsRoundingToTheNearestAndWhatDoesNotFitIsRefusedLeavingNothing() throws Exception {
    HubFolder hub = new HubFolder(folder.resolve("base"), QWEN, 4);
    hub.tensors.get("model.layers.1.mlp.up_proj.weight")[2 * 16 + 7] = 70000f;
    hub.write(Safetensors.Type.F32);
    ModelFolder base = ModelFolder.open(hub.path);
    ModelFolder half =
        MergedModel.write(
            base, base.weights(), folder.resolve("half"), Safetensors.Type.BF16, Long.MAX_VALUE);
    float[] row = new float[16];
    half.weights().source("model.layers.1.mlp.up_proj.weight").read(2, row, 0);
    float[] exact = hub.tensors.get("model.layers.1.mlp.up_proj.weight");
    for (int i = 0; i < row.length; i++) {
      assertEquals(HalfPrecision.fromBf16(HalfPrecision.toBf16(exact[32 + i])), row[i]);
    }
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                MergedModel.write(
                    base, base.weights(), folder.resolve("no"), Safetensors.Type.F16, 1000));
    assertTrue(
        e.getMessage().contains("model.layers.1.mlp.up_proj.weight")
            && e.getMessage().contains("row 2, column 7")
            && e.getMessage().contains("F16"),
        e.getMessage());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(
          List.of("base", "half"), left.map(p -> p.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void aFolderThatHoldsSomethingIsNotOverwritten() throws Exception {
    HubFolder hub = new HubFolder(folder.resolve("base"), QWEN, 4).write(Safetensors.Type.F32);
    ModelFolder base = ModelFolder.open(hub.path);
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> MergedModel.write(base, adapter(base.config()), hub.path, Safetensors.Type.F32));
    assertEquals(ErrorKind.CONFLICT, e.kind());
    assertTrue(e.getMessage().contains(hub.path.toString()), e.getMessage());
    Path empty = Files.createDirectory(folder.resolve("empty"));
    MergedModel.write(base, adapter(base.config()), empty, Safetensors.Type.F32);
    assertTrue(Files.exists(empty.resolve("config.json")));
    ModelConfig other =
        new ModelConfig(16, 24, 1, 2, 1, 8, 300, 64, 1e4, 1e-5, true, false, 1, List.of(2));
    assertThrows(
        NeuroWeaverException.class,
        () ->
            MergedModel.write(base, adapter(other), folder.resolve("other"), Safetensors.Type.F32));
  }

  @Test
  void aModelLargerThanAnArrayHasItsTensorsAndNoFlatVector() {
    ModelConfig eightBillion =
        new ModelConfig(
            4096, 14336, 32, 32, 8, 128, 128256, 8192, 500000, 1e-5, false, false, 1, List.of(2));
    assertEquals(8_030_261_248L, ModelWeights.count(LlamaModel.tensors(eightBillion)));
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> LlamaModel.slices(eightBillion));
    assertTrue(e.getMessage().contains("8030261248"), e.getMessage());
    assertThrows(NeuroWeaverException.class, () -> ModelWeights.of(eightBillion, Map.of()));
  }
}
