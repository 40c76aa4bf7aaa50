package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The files that hold a model's weights: model.safetensors, or shards and
 * model.safetensors.index.json, whose {@code weight_map} says which shard holds which tensor. A
 * file outside the folder, by its name or by a link, is refused.
 */
final class WeightFiles {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private final Path folder;
  private final Map<String, String> shards;

  /** {@code shards} is null where one file holds everything. */
  private WeightFiles(Path folder, Map<String, String> shards) {
    this.folder = folder;
    this.shards = shards;
  }

  /** Finds the files; reads the index, but no weights. */
  static WeightFiles open(Path folder) {
    Path single = folder.resolve(SINGLE);
    Path index = folder.resolve(INDEX);
    if (!Files.exists(index)) {
      if (!Files.isRegularFile(single)) {
        throw NeuroWeaverException.notFound(
            "there is no file %s, and no %s beside it".formatted(single, INDEX));
      }
      inside(folder, SINGLE);
      return new WeightFiles(folder, null);
    }
    if (Files.exists(single)) {
      throw invalid(
          index,
          "%s lies beside %s; one of them must go, so that it is clear which weights count"
              .formatted(index, SINGLE));
    }
    inside(folder, INDEX);
    JsonNode map = JsonFile.read(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw invalid(index, index + " has no weight_map of tensor names to files");
    }
    Map<String, String> shards = new TreeMap<>();
    map.fields()
        .forEachRemaining(
            e -> {
              String file = e.getValue().asText();
              if (!file.matches("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors")) {
                throw invalid(
                    index,
                    "%s puts tensor %s into %s; right would be the plain name of a .safetensors file beside it"
                        .formatted(index, e.getKey(), e.getValue()));
              }
              shards.put(e.getKey(), file);
            });
    for (String file : new TreeSet<>(shards.values())) {
      if (!Files.isRegularFile(folder.resolve(file))) {
        throw NeuroWeaverException.notFound(
            "there is no file %s, which %s names".formatted(folder.resolve(file), INDEX));
      }
      inside(folder, file);
    }
    return new WeightFiles(folder, shards);
  }

  /** Refuses a file that a link puts outside its folder. */
  static Path inside(Path folder, String name) {
    Path file = folder.resolve(name);
    try {
      if (!file.toRealPath().startsWith(folder.toRealPath())) {
        throw invalid(
            file,
            "%s is a link to %s, outside its folder; put the file itself there"
                .formatted(file, file.toRealPath()));
      }
      return file;
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "cannot read %s: %s".formatted(file, e.getMessage()),
          Map.of("file", file.toString()),
          e);
    }
  }

  /** The names of all of them. */
  List<String> names() {
    if (shards == null) {
      return List.of(SINGLE);
    }
    List<String> names = new ArrayList<>(new TreeSet<>(shards.values()));
    names.add(INDEX);
    return names;
  }

  /** Maps the files; a missing, superfluous, twofold or misshapen tensor is refused by name. */
  ModelWeights weights(ModelConfig config) {
    Map<String, Safetensors> holders = shards == null ? single() : sharded();
    Map<String, MatrixSource> weights = new LinkedHashMap<>();
    Set<String> known = new HashSet<>();
    for (StoredTensor tensor : StoredTensor.of(config)) {
      known.add(tensor.name());
      Safetensors holder = holders.get(tensor.name());
      if (holder == null) {
        Path file = folder.resolve(shards == null ? SINGLE : INDEX);
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "%s has no tensor %s".formatted(file, tensor.name()),
            Map.of("file", file.toString(), "tensor", tensor.name()));
      }
      tensor.cut(holder.source(tensor.name(), tensor.shape()), weights);
    }
    for (String name : holders.keySet()) {
      // Some writers store the shared output matrix twice, and old ones the rotary frequencies.
      boolean redundant =
          (config.tiedEmbeddings() && name.equals(LlamaModel.HEAD))
              || name.endsWith("rotary_emb.inv_freq");
      if (!known.contains(name) && !redundant) {
        Path file = folder.resolve(shards == null ? SINGLE : shards.get(name));
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "%s holds tensor %s, which a %s of this config.json does not have"
                .formatted(file, name, config.variant().architecture().className()),
            Map.of("file", file.toString(), "tensor", name));
      }
    }
    return ModelWeights.of(config, weights);
  }

  private Map<String, Safetensors> single() {
    Safetensors stored = Safetensors.read(inside(folder, SINGLE));
    Map<String, Safetensors> holders = new LinkedHashMap<>();
    stored.names().forEach(name -> holders.put(name, stored));
    return holders;
  }

  private Map<String, Safetensors> sharded() {
    Map<String, Safetensors> holders = new LinkedHashMap<>();
    for (String file : new TreeSet<>(shards.values())) {
      Safetensors shard = Safetensors.read(inside(folder, file));
      for (String name : shard.names()) {
        String said = shards.get(name);
        if (!file.equals(said)) {
          throw invalid(
              folder.resolve(file),
              "%s holds tensor %s, which %s %s"
                  .formatted(
                      folder.resolve(file),
                      name,
                      INDEX,
                      said == null ? "does not name" : "puts into " + said));
        }
        holders.put(name, shard);
      }
    }
    for (Map.Entry<String, String> named : shards.entrySet()) {
      if (!holders.containsKey(named.getKey())) {
        throw invalid(
            folder.resolve(INDEX),
            "%s puts tensor %s into %s, which does not hold it"
                .formatted(folder.resolve(INDEX), named.getKey(), named.getValue()));
      }
    }
    return Collections.unmodifiableMap(holders);
  }

  private static NeuroWeaverException invalid(Path file, String message) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT, message, Map.of("file", file.toString()));
  }
}
