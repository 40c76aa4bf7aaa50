package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  private static final ModelConfig SHAPE =
      new ModelConfig(16, 32, 1, 2, 1, 8, 300, 64, 10000, 1e-5, true, false, -1, List.of(4, 0));

  @TempDir Path folder;

  private final Map<String, float[]> weights = LlamaModel.initialWeights(SHAPE, 1);

  @BeforeEach
  void writeAModel() throws Exception {
    TokenizerFiles.write(
        folder,
        BpeTrainer.train(
            List.of("the brake squeals the brake squeals the belt squeals".repeat(3)).iterator(),
            275,
            TokenizerFiles.SPECIAL_TOKENS),
        64);
    Files.write(folder.resolve("config.json"), HubConfig.bytes(SHAPE));
    writeWeights("", null);
  }

  @Test
  void aFolderReadsBackAsTheModelThatWasWritten() {
    ModelFolder read = ModelFolder.open(folder);
    assertEquals(SHAPE, read.config());
    assertEquals(folder, read.path());
    try (LlamaModel model = read.load(Devices.float32())) {
      for (Slice slice : LlamaModel.slices(SHAPE)) {
        float[] expected = weights.get(slice.name()).clone();
        for (int i = 0; i < expected.length; i++) {
          expected[i] = HalfPrecision.fromBf16(HalfPrecision.toBf16(expected[i]));
        }
        assertArrayEquals(
            expected,
            Arrays.copyOfRange(model.parameters(), slice.offset(), slice.offset() + slice.length()),
            slice.name());
      }
    }
  }

  @Test
  void theHashCoversWhatTheModelIsMadeOfAndNothingElse() throws Exception {
    String before = ModelFolder.open(folder).sha256();
    Files.writeString(folder.resolve("README.md"), "a card");
    assertEquals(before, ModelFolder.open(folder).sha256());
    Files.writeString(
        folder.resolve("generation_config.json"), "{\"eos_token_id\": [7], \"pad_token_id\": 0}");
    ModelFolder changed = ModelFolder.open(folder);
    assertNotEquals(before, changed.sha256());
    assertEquals(List.of(7), changed.config().eosTokenIds());
  }

  @Test
  void aMissingTensorIsRefusedByName() {
    writeWeights("model.layers.0.mlp.up_proj.weight", null);
    refusedOnLoad("model.safetensors", "has no tensor model.layers.0.mlp.up_proj.weight");
  }

  @Test
  void aStrangeTensorIsRefusedByNameAndASecondOutputMatrixIsNot() {
    writeWeights("", "model.layers.0.self_attn.q_proj.bias");
    refusedOnLoad("model.safetensors", "model.layers.0.self_attn.q_proj.bias");
    writeWeights("", "lm_head.weight");
    ModelFolder.open(folder).load(Devices.float32()).close();
  }

  @Test
  void aTensorOfAnotherShapeIsRefusedByName() throws Exception {
    edit("config.json", "\"intermediate_size\" : 32", "\"intermediate_size\" : 64");
    refusedOnLoad("mlp.gate_proj.weight", "[32, 16]", "[64, 16]");
  }

  @Test
  void aHeaderThatLiesAboutItsLengthIsRefused() throws Exception {
    Path file = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 40);
    Files.write(file, bytes);
    refusedOnLoad(file.toString(), "1099511627776", "byte 0");
  }

  @Test
  void whatTheEngineDoesNotComputeIsRefusedByName() throws Exception {
    String good = Files.readString(folder.resolve("config.json"));
    for (String[] change :
        new String[][] {
          {"LlamaForCausalLM", "GemmaForCausalLM", "architectures"},
          {"\"silu\"", "\"gelu\"", "hidden_act"},
          {"\"attention_bias\" : false", "\"attention_bias\" : 1", "attention_bias"},
          {"\"mlp_bias\" : false", "\"mlp_bias\" : \"no\"", "mlp_bias"},
          {
            "\"rope_scaling\" : null",
            "\"rope_scaling\" : {\"rope_type\": \"llama3\"}",
            "rope_scaling"
          },
          {"\"hidden_size\" : 16", "\"hidden_size\" : \"16\"", "hidden_size"},
          {"\"hidden_size\" : 16", "\"hidden_sizes\" : 16", "hidden_size is missing"},
          {"\"num_key_value_heads\" : 1", "\"num_key_value_heads\" : 3", "num_key_value_heads"},
          {"\"vocab_size\" : 300", "\"vocab_size\" : 200", "tokenizer.json"},
          {"\"use_cache\"", "\"mlp_bias\"", "Duplicate"},
        }) {
      assertTrue(good.contains(change[0]), change[0]);
      Files.writeString(folder.resolve("config.json"), good.replace(change[0], change[1]));
      NeuroWeaverException e =
          assertThrows(NeuroWeaverException.class, () -> ModelFolder.open(folder), change[2]);
      assertTrue(e.getMessage().contains(change[2]), e.getMessage());
      assertTrue(e.getMessage().contains("config.json"), e.getMessage());
    }
  }

  @Test
  void aMissingFileIsNamed() throws Exception {
    for (String name :
        List.of("tokenizer_config.json", "tokenizer.json", "model.safetensors", "config.json")) {
      Files.delete(folder.resolve(name));
      NeuroWeaverException e =
          assertThrows(NeuroWeaverException.class, () -> ModelFolder.open(folder));
      assertEquals(ErrorKind.NOT_FOUND, e.kind());
      assertTrue(e.getMessage().contains(name), e.getMessage());
    }
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ModelFolder.open(folder.resolve("nowhere")));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
  }

  @Test
  void chatTemplatesAreFoundWhereverHubsPutThem() throws Exception {
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(
        config,
        "{\"eos_token\": {\"content\": \"</s>\"}, \"chat_template\": [{\"name\": \"tools\","
            + " \"template\": \"no\"}, {\"name\": \"default\", \"template\": \"yes{{ eos_token"
            + " }}\"}]}");
    assertEquals("yes</s>", ModelFolder.open(folder).chatTemplate().render(List.of(), false));
    Files.writeString(folder.resolve("chat_template.jinja"), "beside\n");
    assertEquals("beside", ModelFolder.open(folder).chatTemplate().render(List.of(), false));
    Files.delete(folder.resolve("chat_template.jinja"));
    Files.writeString(config, "{}");
    ModelFolder without = ModelFolder.open(folder);
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, without::chatTemplate);
    assertTrue(e.getMessage().contains("chat_template"), e.getMessage());
  }

  @Test
  void nanoIsFoundByNameFitsItsLimitsAndLoads() throws Exception {
    Path nano = ModelFolder.resolve("nano");
    assertTrue(nano.endsWith(Path.of("config/models/nano")), nano.toString());
    ModelFolder read = ModelFolder.open(nano);
    try (var files = Files.list(nano)) {
      long bytes = files.mapToLong(file -> file.toFile().length()).sum();
      assertTrue(bytes < 16_000_000, "nano has " + bytes + " bytes");
    }
    try (LlamaModel model = read.load(Devices.best())) {
      int parameters = model.parameters().length;
      assertTrue(parameters >= 3_000_000 && parameters <= 6_000_000, "" + parameters);
      int[] text = read.tokenizer().encode("We will replace the brake pads and the rotors.");
      int[] backwards = new int[text.length];
      for (int i = 0; i < text.length; i++) {
        backwards[i] = text[text.length - 1 - i];
      }
      LoraGradient forward = new LoraGradient(model);
      double loss = forward.loss(null, MicroBatch.ofText(text)).lossSum();
      double lossBackwards = forward.loss(null, MicroBatch.ofText(backwards)).lossSum();
      assertTrue(
          loss < 0.8 * lossBackwards,
          "nano knows its own language: " + loss + " against " + lossBackwards);
    }
    assertTrue(Files.readString(nano.resolve("README.md")).contains(read.sha256()));
  }

  @Test
  void aNameThatIsNoModelIsRefusedWithWhatWasTried() {
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> ModelFolder.resolve("no-such-model"));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
    assertTrue(e.getMessage().contains("no-such-model"), e.getMessage());
    assertThrows(NeuroWeaverException.class, () -> ModelFolder.resolve(""));
    assertThrows(NeuroWeaverException.class, () -> ModelFolder.resolve("a\u0000b"));
    assertEquals(folder, ModelFolder.resolve(folder.toString()));
  }

  private void writeWeights(String without, String with) {
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    for (Slice slice : LlamaModel.slices(SHAPE)) {
      if (!slice.name().equals(without)) {
        int[] shape =
            slice.name().endsWith("norm.weight")
                ? new int[] {slice.length()}
                : new int[] {slice.rows(), slice.cols()};
        tensors.add(
            new Safetensors.Tensor(
                slice.name(), Safetensors.Type.BF16, shape, weights.get(slice.name())));
      }
    }
    if (with != null) {
      tensors.add(new Safetensors.Tensor(with, Safetensors.Type.F32, new int[] {2}, new float[2]));
    }
    Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of());
  }

  private void edit(String name, String from, String to) throws Exception {
    Path file = folder.resolve(name);
    String text = Files.readString(file);
    assertTrue(text.contains(from), from);
    Files.writeString(file, text.replace(from, to));
  }

  private void refusedOnLoad(String... parts) {
    ModelFolder read = ModelFolder.open(folder);
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> read.load(Devices.float32()));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
