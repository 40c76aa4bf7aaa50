package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.Lane;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.auterity.neuroweaver.jobs.tensor.Precision;
import com.auterity.neuroweaver.jobs.tensor.Tensor;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import com.auterity.neuroweaver.jobs.tensor.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights in one file and in shards: what is refused, and how they come onto a device. */
final class WeightFilesTest {
  private static final String KEYS =
      "'architectures': ['LlamaForCausalLM'], 'hidden_size': 16, 'intermediate_size': 24,"
          + " 'num_hidden_layers': 1, 'num_attention_heads': 2, 'num_key_value_heads': 1,"
          + " 'vocab_size': 300, 'rms_norm_eps': 1e-5, 'rope_theta': 10000.0,"
          + " 'tie_word_embeddings': false, 'max_position_embeddings': 64";
  private static final String ONE = "model-00001-of-00002.safetensors";
  private static final String TWO = "model-00002-of-00002.safetensors";

  @TempDir Path folder;

  private HubFolder sharded() throws Exception {
    HubFolder hub = new HubFolder(folder.resolve("model"), KEYS, 1);
    List<String> names = new ArrayList<>(hub.shapes.keySet());
    hub.write(ONE, Safetensors.Type.BF16, names.subList(0, 4));
    hub.write(TWO, Safetensors.Type.BF16, names.subList(4, names.size()));
    StringBuilder map = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      map.append(i == 0 ? "" : ",")
          .append("\"%s\":\"%s\"".formatted(names.get(i), i < 4 ? ONE : TWO));
    }
    index(hub, "{\"metadata\":{\"total_size\":1},\"weight_map\":{" + map + "}}");
    return hub;
  }

  private static void index(HubFolder hub, String json) throws Exception {
    Files.writeString(hub.path.resolve(WeightFiles.INDEX), json);
  }

  private static String index(HubFolder hub) throws Exception {
    return Files.readString(hub.path.resolve(WeightFiles.INDEX));
  }

  @Test
  void shardsAreReadWhereTheIndexSaysAndCountInTheHash() throws Exception {
    HubFolder hub = sharded();
    ModelFolder read = ModelFolder.open(hub.path);
    assertEquals(
        List.of(
            "config.json",
            ONE,
            TWO,
            WeightFiles.INDEX,
            "special_tokens_map.json",
            "tokenizer.json",
            "tokenizer_config.json"),
        read.files());
    ModelWeights weights = read.weights();
    for (ModelTensor tensor : weights.tensors()) {
      float[] values = new float[(int) tensor.length()];
      for (int r = 0; r < tensor.rows(); r++) {
        weights.source(tensor.name()).read(r, values, r * tensor.cols());
      }
      assertArrayEquals(hub.tensors.get(tensor.name()), values, tensor.name());
    }
    String before = read.sha256();
    float[] changed = hub.tensors.get("model.norm.weight");
    changed[0] += 1;
    List<String> names = new ArrayList<>(hub.shapes.keySet());
    hub.write(TWO, Safetensors.Type.BF16, names.subList(4, names.size()));
    assertNotEquals(before, ModelFolder.open(hub.path).sha256());
  }

  @Test
  void aTensorThatIsNotWhereTheIndexPutsItIsRefusedByName() throws Exception {
    HubFolder hub = sharded();
    String good = index(hub);
    String norm = "\"model.norm.weight\":\"" + TWO + "\"";
    index(hub, good.replace(norm, norm.replace(TWO, ONE)));
    refusedOnLoad(hub, "model.norm.weight", TWO, "puts into " + ONE);
    index(hub, good.replace("," + norm, ""));
    refusedOnLoad(hub, "model.norm.weight", TWO, "does not name");
    index(hub, good.replace(norm, norm + ",\"model.extra.weight\":\"" + ONE + "\""));
    refusedOnLoad(hub, "model.extra.weight", ONE, "does not hold it");
    index(hub, good);
    List<String> names = new ArrayList<>(hub.shapes.keySet());
    hub.write(ONE, Safetensors.Type.BF16, names.subList(0, 5));
    refusedOnLoad(hub, names.get(4), ONE, "puts into " + TWO);
    hub.write(ONE, Safetensors.Type.BF16, names.subList(0, 3));
    refusedOnLoad(hub, names.get(3), ONE, "does not hold it");
  }

  @Test
  void whatLeavesTheFolderIsRefused() throws Exception {
    HubFolder hub = sharded();
    String good = index(hub);
    Path outside = folder.resolve("outside.safetensors");
    Files.copy(hub.path.resolve(ONE), outside);
    for (String climb :
        List.of(
            "../outside.safetensors",
            outside.toString(),
            "sub/../../outside.safetensors",
            "..",
            "",
            ".hidden.safetensors")) {
      index(hub, good.replace(ONE, climb));
      refusedOnOpen(hub, ErrorKind.INVALID_INPUT, WeightFiles.INDEX, climb);
    }
    index(hub, good);
    Files.delete(hub.path.resolve(ONE));
    refusedOnOpen(hub, ErrorKind.NOT_FOUND, ONE, WeightFiles.INDEX);
    Files.createSymbolicLink(hub.path.resolve(ONE), outside);
    refusedOnOpen(hub, ErrorKind.INVALID_INPUT, ONE, "outside.safetensors");
    Files.delete(hub.path.resolve(ONE));
    Files.createSymbolicLink(hub.path.resolve(ONE), hub.path.resolve("inside.safetensors"));
    Files.copy(outside, hub.path.resolve("inside.safetensors"));
    ModelFolder.open(hub.path).weights();
    Path tokens = hub.path.resolve("tokenizer.json");
    Files.move(tokens, folder.resolve("tokenizer.json"));
    Files.createSymbolicLink(tokens, folder.resolve("tokenizer.json"));
    refusedOnOpen(hub, ErrorKind.INVALID_INPUT, "tokenizer.json", "link");
  }

  @Test
  void twoSetsOfWeightsAndAnEmptyIndexAreRefused() throws Exception {
    HubFolder hub = sharded();
    Files.copy(hub.path.resolve(ONE), hub.path.resolve(WeightFiles.SINGLE));
    refusedOnOpen(hub, ErrorKind.INVALID_INPUT, WeightFiles.INDEX, WeightFiles.SINGLE);
    Files.delete(hub.path.resolve(WeightFiles.SINGLE));
    index(hub, "{\"weight_map\":{}}");
    refusedOnOpen(hub, ErrorKind.INVALID_INPUT, "weight_map");
  }

  @Test
  void aNumberThatIsNotFiniteIsRefusedWithItsPlaceAndWhatWasLoadedIsGivenBack() throws Exception {
    Safetensors.Type[] types = Safetensors.Type.values();
    int[][] patterns = {{0x7fc00000, 4}, {0xfc00, 2}, {0x7f80, 2}};
    for (int t = 0; t < types.length; t++) {
      HubFolder hub = new HubFolder(folder.resolve(types[t].name()), KEYS, 1).write(types[t]);
      Path file = hub.path.resolve(WeightFiles.SINGLE);
      // The names are stored in order: mlp.down_proj's data stand after those of the two before.
      long at =
          8 + ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong();
      List<String> sorted = hub.shapes.keySet().stream().sorted().toList();
      for (String name : sorted) {
        if (name.equals("model.layers.0.mlp.down_proj.weight")) {
          break;
        }
        at += (long) hub.tensors.get(name).length * patterns[t][1];
      }
      at += (5L * 24 + 3) * patterns[t][1];
      ByteBuffer bad = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
      bad.putInt(patterns[t][0]).flip().limit(patterns[t][1]);
      try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
        out.write(bad, at);
      }
      CountingDevice device = new CountingDevice();
      ModelFolder read = ModelFolder.open(hub.path);
      NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> read.load(device));
      assertTrue(
          e.getMessage().contains("model.layers.0.mlp.down_proj.weight")
              && e.getMessage().contains("row 5, column 3")
              && e.getMessage().contains(WeightFiles.SINGLE),
          e.getMessage());
      assertTrue(device.formats.size() > 2, "some were loaded before");
      assertEquals(device.formats.size() - 1, device.closed);
    }
  }

  @Test
  void theWantedFormatReachesTheLinearMapsAndTheHeadStaysFullBesideFourBits() throws Exception {
    HubFolder hub = new HubFolder(folder.resolve("model"), KEYS, 1).write(Safetensors.Type.F16);
    ModelFolder read = ModelFolder.open(hub.path);
    for (WeightFormat format : WeightFormat.values()) {
      CountingDevice device = new CountingDevice();
      try (LlamaModel model = read.load(device, new ModelLoad(format, true))) {
        WeightFormat head = format == WeightFormat.NF4 ? WeightFormat.FULL : format;
        assertEquals(List.of(head, format, format, format, format), device.formats);
        assertEquals(5, device.forwardOnly);
        long linear = 16 * (32 + 16) + 3 * 16 * 24;
        assertEquals(7 * (linear + 300 * 16), model.weightBytes());
        assertEquals(7, model.bytesPerLinearParameter());
        assertEquals(linear + 2 * 300 * 16 + 3 * 16, model.parameterCount());
      }
      assertEquals(5, device.closed);
    }
  }

  @Test
  void aTensorBeyondTwoGigabytesIsReadInPieces() throws Exception {
    int rows = 600_000;
    int cols = 1024;
    long bytes = (long) rows * cols * 4;
    byte[] header =
        "{\"big\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]}}"
            .formatted(rows, cols, bytes)
            .getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("big.safetensors");
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
      out.write(start.putLong(header.length).put(header).flip());
      for (int row : new int[] {0, 524_286, 524_287, rows - 1}) {
        ByteBuffer value = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        out.write(
            value.putFloat(row + 1).flip(), 8 + header.length + ((long) row * cols + cols - 1) * 4);
      }
    }
    MatrixSource big = Safetensors.read(file).source("big", rows, cols);
    float[] row = new float[cols];
    for (int r : new int[] {0, 524_286, 524_287, rows - 1}) {
      big.read(r, row, 0);
      assertEquals(r + 1, row[cols - 1]);
      assertEquals(0, row[0]);
    }
    big.read(1, row, 0);
    assertEquals(0, row[cols - 1]);
    assertThrows(IndexOutOfBoundsException.class, () -> big.read(rows, row, 0));
  }

  private static void refusedOnOpen(HubFolder hub, ErrorKind kind, String... parts) {
    refused(
        kind,
        assertThrows(
            NeuroWeaverException.class, () -> ModelFolder.open(hub.path), String.join(" ", parts)),
        parts);
  }

  private static void refusedOnLoad(HubFolder hub, String... parts) {
    ModelFolder read = ModelFolder.open(hub.path);
    refused(
        ErrorKind.INVALID_INPUT,
        assertThrows(NeuroWeaverException.class, read::weights, String.join(" ", parts)),
        parts);
  }

  private static void refused(ErrorKind kind, NeuroWeaverException e, String... parts) {
    assertEquals(kind, e.kind(), e.getMessage());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  /** Reads every row and keeps nothing but what it was asked for; seven bytes a parameter. */
  private static final class CountingDevice implements Device {
    final List<WeightFormat> formats = new ArrayList<>();
    int forwardOnly;
    int closed;

    @Override
    public Weights weights(MatrixSource source, WeightFormat format, boolean forward) {
      formats.add(format);
      forwardOnly += forward ? 1 : 0;
      for (int r = 0; r < source.rows(); r++) {
        source.read(r, new float[source.cols()], 0);
      }
      return new Weights() {
        @Override
        public int out() {
          return source.rows();
        }

        @Override
        public int in() {
          return source.cols();
        }

        @Override
        public long bytes() {
          return 7L * source.rows() * source.cols();
        }

        @Override
        public void update(MatrixSource other) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
          closed++;
        }
      };
    }

    @Override
    public String profile() {
      return "counting";
    }

    @Override
    public Precision precision() {
      return Precision.FLOAT32;
    }

    @Override
    public Tensor constant(int rows, int cols, float[] values, int offset) {
      return Devices.float32().constant(rows, cols, values, offset);
    }

    @Override
    public Lane lane() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
