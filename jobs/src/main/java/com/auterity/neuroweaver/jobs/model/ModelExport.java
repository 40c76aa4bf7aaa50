package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.MatrixSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

  /** Tokenizer and settings that a merged model takes from its base unchanged. */
  private static final List<String> BESIDE_WEIGHTS =
      List.of(
          "chat_template.jinja",
          "generation_config.json",
          "special_tokens_map.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "config.json");

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
    Function<String, MatrixSource> weights = GgufModel.weights(base);
    if (adapter != null) {
      weights = GgufModel.merged(weights, adapter);
    }
    if (format == Format.SAFETENSORS) {
      return safetensors(base, weights, out);
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

  private static String safetensors(
      ModelFolder base, Function<String, MatrixSource> weights, Path folder) {
    Safetensors.Type type =
        Safetensors.read(base.path().resolve(ModelFolder.WEIGHTS_FILE)).type(LlamaModel.EMBEDDING);
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    for (Slice slice : LlamaModel.slices(base.config())) {
      MatrixSource rows = weights.apply(slice.name());
      float[] values = new float[slice.length()];
      for (int r = 0; r < rows.rows(); r++) {
        rows.read(r, values, r * rows.cols());
      }
      int[] shape = Arrays.stream(ModelFolder.shape(slice)).mapToInt(Math::toIntExact).toArray();
      tensors.add(new Safetensors.Tensor(slice.name(), type, shape, values));
    }
    Path file = folder.resolve(ModelFolder.WEIGHTS_FILE);
    Safetensors.write(file, tensors, Map.of("format", "pt"));
    for (String name : BESIDE_WEIGHTS) {
      Path from = base.path().resolve(name);
      if (Files.exists(from)) {
        AtomicFile.write(folder.resolve(name), JsonFile.bytes(from));
      }
    }
    return "%s: %,d bytes, %d tensors (%s)".formatted(file, size(file), tensors.size(), type);
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
