package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes a base model, an adapter, or both as one, in the format of another tool. */
public final class ModelExport {
  /** What can be written; on the command line {@code gguf-q8_0} and so on. */
  public enum Format {
    GGUF_F32("gguf-f32", GgufType.F32, false),
    GGUF_F16("gguf-f16", GgufType.F16, false),
    GGUF_Q8_0("gguf-q8_0", GgufType.Q8_0, false),
    GGUF_Q4_0("gguf-q4_0", GgufType.Q4_0, false),
    GGUF_ADAPTER("gguf-adapter", GgufType.F32, true),
    GGUF_ADAPTER_F16("gguf-adapter-f16", GgufType.F16, true),
    SAFETENSORS("safetensors", null, false);

    private final String text;
    private final GgufType type;
    private final boolean adapterAlone;

    Format(String text, GgufType type, boolean adapterAlone) {
      this.text = text;
      this.type = type;
      this.adapterAlone = adapterAlone;
    }

    /** The format of this name. */
    public static Format of(String name) {
      for (Format format : values()) {
        if (format.text.equals(name)) {
          return format;
        }
      }
      throw NeuroWeaverException.invalid(
          "the format is \"%s\"; right would be one of %s"
              .formatted(
                  name,
                  Arrays.stream(values()).map(f -> f.text).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private ModelExport() {}

  /**
   * Writes it and says in one line what was written.
   *
   * @param adapterFolder PEFT's two files; null exports the base alone
   * @param out a file, for safetensors a folder
   * @param force whether what is there already may be replaced
   */
  public static String write(
      Path baseFolder, Path adapterFolder, Format format, Path out, boolean force) {
    if (format.adapterAlone && adapterFolder == null) {
      throw NeuroWeaverException.invalid(
          "%s writes an adapter; name its folder with --adapter".formatted(format));
    }
    refuseExisting(format, out, force);
    ModelFolder base = ModelFolder.open(baseFolder);
    LoraAdapter adapter =
        adapterFolder == null ? null : PeftAdapter.read(adapterFolder, base.config());
    if (format.adapterAlone) {
      GgufModel.of(base).writeAdapter(out, adapter, format.type);
      return said(out);
    }
    if (format == Format.SAFETENSORS) {
      return safetensors(base, adapter, out);
    }
    Function<String, MatrixSource> weights = GgufModel.weights(base);
    if (adapter != null) {
      weights = GgufModel.merged(weights, adapter);
    }
    GgufModel.of(base).write(out, weights, format.type);
    return said(out);
  }

  private static void refuseExisting(Format format, Path out, boolean force) {
    boolean folder = format == Format.SAFETENSORS;
    if (!Files.exists(out)) {
      return;
    }
    if (folder != Files.isDirectory(out)) {
      throw NeuroWeaverException.invalid(
          "%s is a %s; %s is written to a %s"
              .formatted(out, folder ? "file" : "folder", format, folder ? "folder" : "file"));
    }
    if (!force && !(folder && isEmpty(out))) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "%s is there already; name another, or replace it with --force".formatted(out),
          Map.of("file", out.toString()));
    }
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  /** What a reader that believes nothing finds in the file. */
  private static String said(Path file) {
    Map<String, GgufFile.Tensor> tensors = GgufFile.read(file).tensors();
    Map<GgufType, Long> types =
        tensors.values().stream()
            .collect(Collectors.groupingBy(GgufFile.Tensor::type, Collectors.counting()));
    return "%s: %,d bytes, %d tensors (%s)"
        .formatted(
            file,
            size(file),
            tensors.size(),
            types.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", ")));
  }

  /** The merged model as a folder, in the base's own type; what it replaces goes last. */
  private static String safetensors(ModelFolder base, LoraAdapter adapter, Path folder) {
    ModelWeights weights = base.weights();
    if (adapter != null) {
      weights = weights.merged(adapter);
    }
    Safetensors.Type type = type(base);
    Path whole = folder.toAbsolutePath().normalize();
    String mark = "." + whole.getFileName() + "." + UUID.randomUUID();
    Path before = whole.resolveSibling(mark + ".before");
    try {
      boolean replaces = Files.exists(whole) && !isEmpty(whole);
      Path target = replaces ? whole.resolveSibling(mark + ".next") : whole;
      MergedModel.write(base, weights, target, type, MergedModel.SHARD_BYTES);
      if (replaces) {
        Files.move(whole, before, StandardCopyOption.ATOMIC_MOVE);
        Files.move(target, whole, StandardCopyOption.ATOMIC_MOVE);
        MergedModel.delete(before);
      }
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
    return "%s: %d tensors (%s)".formatted(folder, weights.tensors().size(), type);
  }

  private static Safetensors.Type type(ModelFolder base) {
    JsonNode config = JsonFile.read(base.path().resolve("config.json"));
    String name = config.path("dtype").asText(config.path("torch_dtype").asText());
    return switch (name) {
      case "float32" -> Safetensors.Type.F32;
      case "float16" -> Safetensors.Type.F16;
      default -> Safetensors.Type.BF16;
    };
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static NeuroWeaverException unreadable(Path file, IOException cause) {
    return new NeuroWeaverException(
        ErrorKind.UNAVAILABLE,
        "cannot read %s: %s".formatted(file, cause.getMessage()),
        Map.of("file", file.toString()),
        cause);
  }
}
