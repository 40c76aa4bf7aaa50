package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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

  /** Hashes taken before ranks could differ from map to map: adapters of old keep their bytes. */
  @Test
  void uniformAdaptersKeepTheBytesTheyAlwaysHad() throws Exception {
    LoraAdapter two =
        LoraAdapter.init(MODEL, new LoraConfig(3, 5, 0, List.of("v_proj", "q_proj")), 9);
    assertEquals(
        "35ca1d5771bb17e5eba74af5dc8333590571618a74ed36716fcf11766e71164b",
        sha256(PeftAdapter.weightsFile(adapter)));
    assertEquals(
        "aabfb79b49be41a94d002057f324cbd95aac92b9a58e3a18413d0a0436f4b2e6",
        sha256(PeftAdapter.configFile(adapter, "nano")));
    assertEquals(
        "e57bb0b0dc65e5879cbac495925d88aa4e2e8b0dffe0624b2f087108544becee",
        sha256(PeftAdapter.weightsFile(two)));
    assertEquals(
        "0ff48ea99529b723ef7328cbde7007025687d48e8dfb2b20477a8cf2b079b9bb",
        sha256(PeftAdapter.configFile(two, "nano")));
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
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
    for (String extra :
        List.of(
            "\"use_dora\": true",
            "\"fan_in_fan_out\": true",
            "\"lora_bias\": true",
            "\"modules_to_save\": [\"lm_head\"]",
            "\"trainable_token_indices\": [1, 2]",
            "\"target_parameters\": [\"feed_forward.experts\"]",
            "\"layer_replication\": [[0, 2], [1, 3]]",
            "\"use_qalora\": true",
            "\"alora_invocation_tokens\": [7]",
            "\"something_new\": 3",
            "\"init_lora_weights\": \"pissa_niter_4\"",
            "\"rank_pattern\": {\"q_proj\": 0}",
            "\"rank_pattern\": {\"(q_proj\": 2}",
            "\"alpha_pattern\": {\"q_proj\": -1}",
            "\"layers_to_transform\": [\"1\"]",
            "\"use_rslora\": \"yes\"")) {
      String key = extra.substring(1, extra.indexOf('"', 1));
      refused(key, with(json, extra));
    }
    refused("blocks", with(json, "\"layers_to_transform\": [1], \"layers_pattern\": \"blocks\""));
    refused("bias", json.replace("\"none\"", "\"all\""));
    refused("peft_type", json.replace("LORA", "IA3"));
    refused("lora_r", json.replace("\"r\" : 4", "\"r\" : 0"));
    refused("shape", json.replace("\"r\" : 4", "\"r\" : 2"));
    refused("shape", with(json, "\"rank_pattern\": {\"q_proj\": 2}"));
    refused("no place for", json.replace("\"down_proj\"", "\"up_proj\""));
    refused("lm_head", json.replace("\"down_proj\"", "\"lm_head\""));
    refused("too long", replaceModules(json, "\"((((.*)*)*)*)*x\""));
  }

  @Test
  void keysThatDoNotChangeWhatAnAdapterComputesAreAccepted() {
    String json = new String(PeftAdapter.configFile(adapter, "nano"), StandardCharsets.UTF_8);
    LoraAdapter read =
        PeftAdapter.of(
            PeftAdapter.weightsFile(adapter),
            with(
                    json,
                    """
                    "alpha_pattern": {}, "arrow_config": null, "auto_mapping": null,
                    "corda_config": null, "eva_config": {"rho": 2.0}, "exclude_modules": null,
                    "init_lora_weights": "gaussian", "layer_replication": null,
                    "layers_pattern": null, "layers_to_transform": null, "loftq_config": {},
                    "lora_bias": false, "megatron_config": null,
                    "megatron_core": "megatron.core", "modules_to_save": null,
                    "peft_version": "0.18.0", "qalora_group_size": 16, "rank_pattern": {},
                    "revision": null, "target_parameters": null,
                    "trainable_token_indices": null, "use_dora": false, "use_qalora": false,
                    "use_rslora": false\
                    """)
                .getBytes(StandardCharsets.UTF_8),
            MODEL);
    assertEquals(adapter.config(), read.config());
  }

  /** Rank and scale of each map, as PEFT's own rules give them for this configuration. */
  @Test
  void patternsAreReadAsPeftReadsThem() {
    LoraAdapter read =
        fixture(
            """
            {"peft_type": "LORA", "r": 8, "lora_alpha": 16, "lora_dropout": 0.0, "bias": "none",
             "target_modules": ["v_proj", "q_proj", "layers.1.mlp.down_proj", "not_here"],
             "rank_pattern": {"layers.1.self_attn.q_proj": 2, "[qk]_proj": 3, "v_proj": 5,
                              "proj": 99},
             "alpha_pattern": {"model.layers.0.self_attn.v_proj": 32, "^down_proj": 1,
                               "model\\\\.layers\\\\.\\\\d+\\\\.mlp\\\\.(?P<name>down)_proj": 4}}\
            """,
            Map.of(
                "layers.0.self_attn.q_proj", 3,
                "layers.0.self_attn.v_proj", 5,
                "layers.1.self_attn.q_proj", 2,
                "layers.1.self_attn.v_proj", 5,
                "layers.1.mlp.down_proj", 8));
    assertEquals(
        List.of("0 Q 3 5.3333335", "0 V 5 6.4", "1 Q 2 8.0", "1 V 5 3.2", "1 DOWN 8 0.5"),
        described(read));
  }

  @Test
  void rsloraDividesByTheRootOfTheRank() {
    LoraAdapter read =
        fixture(
            """
            {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "use_rslora": true,
             "rank_pattern": {"layers.1.self_attn.o_proj": 16},
             "target_modules": ["o_proj"]}\
            """,
            Map.of("layers.0.self_attn.o_proj", 4, "layers.1.self_attn.o_proj", 16));
    assertEquals(List.of("0 O 4 4.0", "1 O 16 2.0"), described(read));
  }

  @Test
  void targetsAreAnExpressionOrAllLinearOrNamesOfSomeLayers() {
    String head = "{\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 2, ";
    Map<String, Integer> gates = Map.of("layers.0.mlp.gate_proj", 2, "layers.1.mlp.gate_proj", 2);
    Map<String, Integer> lastV = Map.of("layers.1.self_attn.v_proj", 2);
    fixture(head + "\"target_modules\": \"model.layers.*gate_proj\"}", gates);
    fixture(
        head + "\"target_modules\": \".*mlp.*\", \"exclude_modules\": \".*(up|down)_proj\"}",
        gates);
    fixture(
        head
            + "\"target_modules\": [\"gate_proj\", \"up_proj\"], \"exclude_modules\": [\"up_proj\"]}",
        gates);
    fixture(head + "\"target_modules\": [\"v_proj\"], \"layers_to_transform\": 1}", lastV);
    fixture(
        head
            + "\"target_modules\": [\"v_proj\"], \"layers_to_transform\": [1, 7],"
            + " \"layers_pattern\": [\"h\", \"layers\"]}",
        lastV);
    fixture(head + "\"target_modules\": [\"model.layers.1.self_attn.v_proj\"]}", lastV);
    Map<String, Integer> all = new TreeMap<>();
    for (int layer = 0; layer < 2; layer++) {
      for (LinearKind kind : LinearKind.values()) {
        all.put("layers." + layer + "." + kind.path(), 2);
      }
    }
    fixture(head + "\"target_modules\": \"all-linear\"}", all);
  }

  @Test
  void whatReadsBackIsWhatWasWrittenWhateverThePatterns() {
    Random random = new Random(3);
    for (int round = 0; round < 60; round++) {
      List<LoraConfig.Place> places = new ArrayList<>();
      int ranks = 1 + random.nextInt(6);
      for (int layer = 0; layer < MODEL.layers(); layer++) {
        for (LinearKind kind : LinearKind.values()) {
          if (random.nextInt(3) > 0) {
            places.add(
                new LoraConfig.Place(
                    layer, kind, 1 + random.nextInt(ranks), 0.5 * (1 + random.nextInt(3))));
          }
        }
      }
      if (places.isEmpty()) {
        continue;
      }
      LoraConfig config = LoraConfig.exactly(MODEL, 0.1, random.nextBoolean(), places);
      LoraAdapter written = randomized(LoraAdapter.init(MODEL, config, round), random);
      assertEquals(
          places,
          written.maps().stream()
              .map(m -> new LoraConfig.Place(m.layer(), m.kind(), m.rank(), m.alpha()))
              .toList());
      LoraAdapter read =
          PeftAdapter.of(
              PeftAdapter.weightsFile(written), PeftAdapter.configFile(written, "m"), MODEL);
      assertEquals(written.config(), read.config());
      assertEquals(written.maps(), read.maps());
      assertArrayEquals(written.parameters(), read.parameters());
      assertArrayEquals(PeftAdapter.configFile(written, "m"), PeftAdapter.configFile(read, "m"));
    }
  }

  @Test
  void anAdapterWithPatternsAddsWhatItsMergedWeightsHold() {
    ModelConfig config = TinyModels.tiny(true, false);
    MicroBatch batch = TinyModels.batch(config, 4, 9, 12);
    LoraConfig lora =
        new LoraConfig(
            3,
            6,
            0,
            new LoraTargets(List.of(), ".*layers\\.1\\..*", List.of("k_proj"), null, List.of()),
            true,
            Map.of("mlp.*", 5, "o_proj", 1),
            Map.of("v_proj", 1.5));
    LoraAdapter adapter = randomized(LoraAdapter.init(config, lora, 2), new Random(5));
    try (LlamaModel model =
            LlamaModel.of(config, TinyModels.weights(config, 6, 0.25), Devices.float32());
        LlamaModel merged = model.merged(adapter)) {
      LoraGradient beside = new LoraGradient(model);
      double loss = beside.loss(adapter, batch).lossSum();
      assertEquals(loss, new LoraGradient(merged).loss(null, batch).lossSum(), 1e-3);
      assertTrue(Math.abs(loss - beside.loss(null, batch).lossSum()) > 0.1);
      // The gradient, none of which is below layer 1, along itself.
      float[] p = adapter.parameters();
      float[] gradient = new float[p.length];
      assertEquals(loss, beside.compute(adapter, batch, 1, gradient).lossSum(), 1e-4);
      for (Slice slice : adapter.slices()) {
        double squares = 0;
        for (int i = 0; i < slice.length(); i++) {
          squares += gradient[slice.offset() + i] * gradient[slice.offset() + i];
        }
        double norm = Math.sqrt(squares);
        double measured = 0;
        float[] moved = p.clone();
        for (int sign = -1; sign <= 1; sign += 2) {
          for (int i = 0; i < slice.length(); i++) {
            int at = slice.offset() + i;
            moved[at] = (float) (p[at] + sign * 4e-3 * gradient[at] / norm);
          }
          measured +=
              sign * beside.loss(LoraAdapter.of(config, lora, moved), batch).lossSum() / 8e-3;
        }
        assertEquals(measured, norm, 0.01 + 0.01 * norm, slice.name());
      }
    }
  }

  @Test
  void halfPrecisionReadsAndWhatIsNoNumberIsRefused() {
    for (Safetensors.Type type : Safetensors.Type.values()) {
      List<Safetensors.Tensor> tensors = new ArrayList<>();
      for (Slice slice : adapter.slices()) {
        float[] values = new float[slice.length()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (i % 7 - 3) / 4f;
        }
        tensors.add(
            new Safetensors.Tensor(
                slice.name(), type, new int[] {slice.rows(), slice.cols()}, values));
      }
      byte[] config = PeftAdapter.configFile(adapter, "nano");
      LoraAdapter read = PeftAdapter.of(Safetensors.bytes(tensors, Map.of()), config, MODEL);
      assertEquals(-0.75f, read.parameters()[0]);
      assertEquals(0.75f, read.parameters()[6]);
      for (float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
        // Our writer refuses to write such a number: put it where a finite one stands.
        tensors.get(3).values()[5] = 123.5f;
        byte[] bytes = replaced(Safetensors.bytes(tensors, Map.of()), type, 123.5f, wrong);
        NeuroWeaverException e =
            assertThrows(NeuroWeaverException.class, () -> PeftAdapter.of(bytes, config, MODEL));
        assertTrue(
            e.getMessage()
                .contains("0.self_attn.k_proj.lora_B.weight has " + wrong + " at row 1, column 1"),
            e.getMessage());
      }
    }
  }

  private static byte[] replaced(byte[] file, Safetensors.Type type, float from, float to) {
    byte[] out = file.clone();
    byte[] sought = stored(type, from);
    for (int i = out.length - sought.length; i >= 0; i--) {
      if (Arrays.equals(out, i, i + sought.length, sought, 0, sought.length)) {
        System.arraycopy(stored(type, to), 0, out, i, sought.length);
        return out;
      }
    }
    throw new AssertionError("no " + from + " in the file");
  }

  private static byte[] stored(Safetensors.Type type, float value) {
    ByteBuffer out = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case F32 -> out.putFloat(value);
      case F16 -> out.putShort(HalfPrecision.toF16(value));
      case BF16 -> out.putShort(HalfPrecision.toBf16(value));
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /** Phi-3's names: what stands beside a fused map stands beside each of its parts. */
  @Test
  void adaptersBesideFusedMapsAreSplit() {
    LoraAdapter read =
        fixture(
            """
            {"peft_type": "LORA", "r": 4, "lora_alpha": 8,
             "rank_pattern": {"layers.1.self_attn.qkv_proj": 2},
             "target_modules": ["qkv_proj", "gate_up_proj", "o_proj"]}\
            """,
            Map.of(
                "layers.0.self_attn.qkv_proj", 4,
                "layers.0.self_attn.o_proj", 4,
                "layers.0.mlp.gate_up_proj", 4,
                "layers.1.self_attn.qkv_proj", 2,
                "layers.1.self_attn.o_proj", 4,
                "layers.1.mlp.gate_up_proj", 4));
    assertEquals(
        List.of(
            "0 Q 4 2.0",
            "0 K 4 2.0",
            "0 V 4 2.0",
            "0 O 4 2.0",
            "0 GATE 4 2.0",
            "0 UP 4 2.0",
            "1 Q 2 4.0",
            "1 K 2 4.0",
            "1 V 2 4.0",
            "1 O 4 2.0",
            "1 GATE 4 2.0",
            "1 UP 4 2.0"),
        described(read));
    // The fixture counts values up through each tensor, so a row's place can be read off.
    LoraMap q = read.maps().get(0);
    LoraMap v = read.maps().get(2);
    LoraMap up = read.maps().get(5);
    assertEquals(read.parameters()[q.a().offset() + 9], read.parameters()[v.a().offset() + 9]);
    assertEquals(0f, read.parameters()[q.b().offset()]);
    assertEquals((16 + 8) * 4 / 1024f, read.parameters()[v.b().offset()]);
    assertEquals(24 * 4 / 1024f, read.parameters()[up.b().offset()]);
    LoraAdapter again =
        PeftAdapter.of(PeftAdapter.weightsFile(read), PeftAdapter.configFile(read, "m"), MODEL);
    assertEquals(read.maps(), again.maps());
  }

  private static List<String> described(LoraAdapter adapter) {
    return adapter.maps().stream()
        .map(m -> "%d %s %d %s".formatted(m.layer(), m.kind(), m.rank(), m.scale()))
        .toList();
  }

  private static LoraAdapter randomized(LoraAdapter adapter, Random random) {
    for (int i = 0; i < adapter.parameters().length; i++) {
      adapter.parameters()[i] += (float) (0.1 * random.nextGaussian());
    }
    return adapter;
  }

  /** Reads files laid out by hand: for each module its rank; values count up by 1/1024. */
  private static LoraAdapter fixture(String json, Map<String, Integer> ranks) {
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    ranks.forEach(
        (module, rank) -> {
          String name = module.substring(module.lastIndexOf('.') + 1);
          int out =
              switch (name) {
                case "qkv_proj" -> 16 + 8 + 8;
                case "k_proj", "v_proj" -> 8;
                case "gate_proj", "up_proj" -> 24;
                case "gate_up_proj" -> 48;
                default -> 16;
              };
          int in = name.equals("down_proj") ? 24 : 16;
          String prefix = "base_model.model.model." + module;
          tensors.add(counting(prefix + ".lora_A.weight", rank, in));
          tensors.add(counting(prefix + ".lora_B.weight", out, rank));
        });
    return PeftAdapter.of(
        Safetensors.bytes(tensors, Map.of("format", "pt")),
        json.getBytes(StandardCharsets.UTF_8),
        MODEL);
  }

  private static Safetensors.Tensor counting(String name, int rows, int cols) {
    float[] values = new float[rows * cols];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 1024f;
    }
    return new Safetensors.Tensor(name, Safetensors.Type.F32, new int[] {rows, cols}, values);
  }

  /** The object with more keys; those that were there before go. */
  private static String with(String json, String extra) {
    try {
      ObjectMapper mapper = new ObjectMapper();
      ObjectNode root = (ObjectNode) mapper.readTree(json);
      root.setAll((ObjectNode) mapper.readTree("{" + extra + "}"));
      return root.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(extra, e);
    }
  }

  private static String replaceModules(String json, String modules) {
    return with(json, "\"target_modules\": " + modules);
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
