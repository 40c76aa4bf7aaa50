package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model in the layout of model hubs: config.json, tokenizer.json, tokenizer_config.json with its
 * chat template, model.safetensors. Opening reads and checks everything but the weights.
 */
public final class ModelFolder {
  static final String WEIGHTS_FILE = "model.safetensors";

  /** What the model is made of, in the order it is hashed; a card changes nothing. */
  private static final List<String> FILES =
      List.of(
          "chat_template.jinja",
          "config.json",
          "generation_config.json",
          WEIGHTS_FILE,
          "special_tokens_map.json",
          "tokenizer.json",
          "tokenizer_config.json");

  private final Path path;
  private final ModelConfig config;
  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> chatTemplate;
  private volatile String sha256;

  private ModelFolder(
      Path path, ModelConfig config, Tokenizer tokenizer, Optional<ChatTemplate> chatTemplate) {
    this.path = path;
    this.config = config;
    this.tokenizer = tokenizer;
    this.chatTemplate = chatTemplate;
  }

  /**
   * The folder of a base model: {@code config/models/NAME} below the home folder (system property
   * {@code neuroweaver.home}, else NEUROWEAVER_HOME, else the nearest parent that has
   * config/models), else the folder at that path; NOT_FOUND if neither is there.
   */
  public static Path resolve(String nameOrPath) {
    try {
      Optional<Path> models = home().map(home -> home.resolve("config").resolve("models"));
      if (models.isPresent() && nameOrPath.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
        Path named = models.get().resolve(nameOrPath);
        if (Files.isRegularFile(named.resolve("config.json"))) {
          return named;
        }
      }
      Path folder = Path.of(nameOrPath);
      if (!nameOrPath.isBlank() && Files.isDirectory(folder)) {
        return folder.toAbsolutePath().normalize();
      }
      throw new NeuroWeaverException(
          ErrorKind.NOT_FOUND,
          "there is no base model '%s': neither a folder at that path nor %s"
              .formatted(
                  nameOrPath,
                  models
                      .map(m -> "a model of that name in " + m)
                      .orElse("a home folder with config/models (set NEUROWEAVER_HOME)")),
          Map.of("base_model", nameOrPath));
    } catch (InvalidPathException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "the base model's name '%s' is no path".formatted(nameOrPath),
          Map.of("base_model", nameOrPath),
          e);
    }
  }

  /** Reads configuration, tokenizer and chat template. */
  public static ModelFolder open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw NeuroWeaverException.notFound("there is no model folder " + folder);
    }
    ModelConfig config = HubConfig.read(folder);
    Path weights = folder.resolve(WEIGHTS_FILE);
    if (!Files.isRegularFile(weights)) {
      throw NeuroWeaverException.notFound("there is no file " + weights);
    }
    HubTokenizer tokenizer = HubTokenizer.open(folder.resolve("tokenizer.json"));
    if (tokenizer.vocabSize() > config.vocabSize()) {
      throw NeuroWeaverException.invalid(
          "%s has ids up to %d, but config.json beside it says vocab_size %d"
              .formatted(
                  folder.resolve("tokenizer.json"), tokenizer.vocabSize() - 1, config.vocabSize()));
    }
    return new ModelFolder(folder, config, tokenizer, readTemplate(folder));
  }

  public Path path() {
    return path;
  }

  public ModelConfig config() {
    return config;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The template, or INVALID_INPUT if the folder has none. */
  public ChatTemplate chatTemplate() {
    return chatTemplate.orElseThrow(
        () ->
            NeuroWeaverException.invalid(
                "%s has no chat_template, and no chat_template.jinja lies beside it"
                    .formatted(path.resolve("tokenizer_config.json"))));
  }

  /** Loads the weights; a missing, superfluous or misshapen tensor is refused by name. */
  public LlamaModel load(Device device) {
    return load(device, ModelLoad.FULL);
  }

  /** Loads the weights in the wanted way. */
  public LlamaModel load(Device device, ModelLoad wanted) {
    return LlamaModel.of(weights(), wanted, device);
  }

  /** The weights where they lie in the mapped file, checked against the configuration. */
  public ModelWeights weights() {
    Path file = path.resolve(WEIGHTS_FILE);
    Safetensors stored = Safetensors.read(file);
    Map<String, MatrixSource> weights = new LinkedHashMap<>();
    Set<String> known = new HashSet<>();
    for (StoredTensor tensor : StoredTensor.of(config)) {
      known.add(tensor.name());
      tensor.cut(stored.source(tensor.name(), tensor.shape()), weights);
    }
    for (String name : stored.names()) {
      // Some writers store the shared output matrix twice, and old ones the rotary frequencies.
      boolean redundant =
          (config.tiedEmbeddings() && name.equals("lm_head.weight"))
              || name.endsWith("rotary_emb.inv_freq");
      if (!known.contains(name) && !redundant) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "%s holds tensor %s, which a %s of this config.json does not have"
                .formatted(file, name, config.variant().architecture().className()),
            Map.of("file", file.toString(), "tensor", name));
      }
    }
    return ModelWeights.of(config, weights);
  }

  /** A hash over the files that make the model (not its card), by name and content. */
  public String sha256() {
    if (sha256 == null) {
      MessageDigest whole = newSha256();
      for (String name : FILES) {
        Path file = path.resolve(name);
        if (Files.exists(file)) {
          String line = name + " " + sha256(file) + "\n";
          whole.update(line.getBytes(StandardCharsets.UTF_8));
        }
      }
      sha256 = HexFormat.of().formatHex(whole.digest());
    }
    return sha256;
  }

  private static Optional<ChatTemplate> readTemplate(Path folder) {
    Path file = folder.resolve("tokenizer_config.json");
    JsonNode json = JsonFile.read(file);
    Map<String, String> specialTokens = new HashMap<>();
    for (String key : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
      JsonNode token = json.path(key);
      JsonNode content = token.isObject() ? token.path("content") : token;
      if (content.isTextual()) {
        specialTokens.put(key, content.asText());
      }
    }
    Path beside = folder.resolve("chat_template.jinja");
    if (Files.exists(beside)) {
      String text = new String(JsonFile.bytes(beside), StandardCharsets.UTF_8);
      return Optional.of(new ChatTemplate(text, specialTokens, beside.toString()));
    }
    JsonNode template = json.path("chat_template");
    if (template.isArray()) {
      for (JsonNode named : template) {
        if (named.path("name").asText().equals("default")) {
          template = named.path("template");
        }
      }
    }
    return template.isTextual()
        ? Optional.of(new ChatTemplate(template.asText(), specialTokens, file.toString()))
        : Optional.empty();
  }

  private static Optional<Path> home() {
    String given = System.getProperty("neuroweaver.home", System.getenv("NEUROWEAVER_HOME"));
    if (given != null && !given.isBlank()) {
      return Optional.of(Path.of(given));
    }
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.isDirectory(p.resolve("config").resolve("models"))) {
        return Optional.of(p);
      }
    }
    return Optional.empty();
  }

  private static String sha256(Path file) {
    MessageDigest digest = newSha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new NeuroWeaverException(
          ErrorKind.INVALID_INPUT,
          "cannot read %s: %s".formatted(file, e.getMessage()),
          Map.of("file", file.toString()),
          e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
