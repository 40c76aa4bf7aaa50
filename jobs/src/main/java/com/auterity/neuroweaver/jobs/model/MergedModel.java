package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes a model, usually a base model plus an adapter, as a folder in the layout of model hubs:
 * the base's configuration and tokenizer, and safetensors computed row by row. The folder appears
 * when it is complete, or not at all.
 */
public final class MergedModel {
  /** Beyond this many bytes the weights go into several files. */
  public static final long SHARD_BYTES = 5_000_000_000L;

  /** What goes along unchanged where the base has it. */
  private static final List<String> BESIDE =
      List.of(
          "LICENSE",
          "LICENSE.md",
          "LICENSE.txt",
          "NOTICE",
          "USE_POLICY.md",
          "added_tokens.json",
          "chat_template.jinja",
          "generation_config.json",
          "merges.txt",
          "special_tokens_map.json",
          "tokenizer.json",
          "tokenizer.model",
          "tokenizer_config.json",
          "vocab.json");

  private MergedModel() {}

  /** Writes base plus adapter, in the base's own tensor names. */
  public static ModelFolder write(
      ModelFolder base, LoraAdapter adapter, Path target, Safetensors.Type type) {
    return write(base, base.weights().merged(adapter), target, type, SHARD_BYTES);
  }

  /**
   * Writes weights of the base's shape.
   *
   * @param target a folder that does not exist yet, or is empty
   * @param shardBytes the most bytes of tensors in one file; a larger tensor has a file to itself
   * @throws NeuroWeaverException CONFLICT when the target holds something; INVALID_INPUT naming a
   *     tensor whose numbers the type cannot hold
   */
  public static ModelFolder write(
      ModelFolder base, ModelWeights weights, Path target, Safetensors.Type type, long shardBytes) {
    if (!weights.config().equals(base.config())) {
      throw NeuroWeaverException.invalid(
          "these weights were made for a model of another shape than " + base.path());
    }
    if (shardBytes < 1) {
      throw NeuroWeaverException.invalid(
          "the size of a shard must be positive, found " + shardBytes);
    }
    Path whole = target.toAbsolutePath().normalize();
    Path partial =
        whole.resolveSibling("." + whole.getFileName() + "." + UUID.randomUUID() + ".partial");
    try {
      refuseFull(whole);
      Files.createDirectories(whole.getParent());
      Files.createDirectory(partial);
      try {
        AtomicFile.write(partial.resolve("config.json"), config(base, type));
        for (String name : BESIDE) {
          if (Files.exists(base.path().resolve(name))) {
            Files.copy(WeightFiles.inside(base.path(), name), partial.resolve(name));
          }
        }
        writeWeights(partial, weights, type, shardBytes);
        refuseFull(whole);
        Files.deleteIfExists(whole);
        Files.move(partial, whole, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        delete(partial);
      }
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "cannot write %s: %s".formatted(target, e.getMessage()),
          Map.of("folder", target.toString()),
          e);
    }
    return ModelFolder.open(whole);
  }

  private static void refuseFull(Path target) throws IOException {
    if (!Files.exists(target)) {
      return;
    }
    boolean full = !Files.isDirectory(target);
    if (!full) {
      try (Stream<Path> files = Files.list(target)) {
        full = files.findAny().isPresent();
      }
    }
    if (full) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "%s is there already and is not an empty folder; name a new one".formatted(target),
          Map.of("folder", target.toString()));
    }
  }

  /** The base's config.json with the type that is written now. */
  private static byte[] config(ModelFolder base, Safetensors.Type type) {
    ObjectNode config = (ObjectNode) JsonFile.read(base.path().resolve("config.json"));
    String name =
        switch (type) {
          case F32 -> "float32";
          case F16 -> "float16";
          case BF16 -> "bfloat16";
        };
    config.put(config.has("dtype") ? "dtype" : "torch_dtype", name);
    return TokenizerFiles.bytes(config);
  }

  private static void writeWeights(
      Path folder, ModelWeights weights, Safetensors.Type type, long shardBytes) {
    List<List<SafetensorsWriter.Source>> shards = new ArrayList<>();
    long total = 0;
    long filled = Long.MAX_VALUE;
    for (StoredTensor tensor : StoredTensor.of(weights.config())) {
      SafetensorsWriter.Source source =
          new SafetensorsWriter.Source(tensor.name(), type, tensor.shape(), tensor.source(weights));
      if (filled > shardBytes - source.bytes()) {
        shards.add(new ArrayList<>());
        filled = 0;
      }
      shards.get(shards.size() - 1).add(source);
      filled += source.bytes();
      total += source.bytes();
    }
    Map<String, String> metadata = Map.of("format", "pt");
    if (shards.size() == 1) {
      SafetensorsWriter.write(folder.resolve(WeightFiles.SINGLE), shards.get(0), metadata);
      return;
    }
    Map<String, String> map = new TreeMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      shards.get(i).forEach(tensor -> map.put(tensor.name(), name));
      SafetensorsWriter.write(folder.resolve(name), shards.get(i), metadata);
    }
    ObjectNode index = new ObjectMapper().createObjectNode();
    index.putObject("metadata").put("total_size", total);
    ObjectNode weightMap = index.putObject("weight_map");
    map.forEach(weightMap::put);
    AtomicFile.write(folder.resolve(WeightFiles.INDEX), TokenizerFiles.bytes(index));
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(folder)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
  }
}
