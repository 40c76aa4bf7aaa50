package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The files that a push takes: of a folder all but hidden ones, which must be a model (config.json
 * and *.safetensors), an adapter (adapter_config.json and adapter_model.safetensors) or hold a
 * *.gguf, so that no other folder goes public by mistake; or one file.
 */
final class PushSource {
  private PushSource() {}

  static List<PushFile> of(Path source) throws InterruptedException {
    TreeMap<String, Path> paths = new TreeMap<>();
    if (Files.isRegularFile(source)) {
      paths.put(source.toAbsolutePath().getFileName().toString(), source);
    } else if (Files.isDirectory(source)) {
      collect(source, paths);
      checkModel(source, paths);
    } else {
      throw NeuroWeaverException.notFound("there is no folder or file " + source);
    }
    List<PushFile> files = new ArrayList<>();
    for (var entry : paths.entrySet()) {
      RepositoryPath.check(entry.getKey());
      files.add(PushFile.of(entry.getValue(), entry.getKey()));
    }
    return files;
  }

  private static void checkModel(Path source, TreeMap<String, Path> paths) {
    boolean weights = paths.keySet().stream().anyMatch(p -> p.matches("[^/]+\\.safetensors"));
    boolean model = paths.containsKey("config.json") && weights;
    boolean adapter =
        paths.containsKey("adapter_config.json") && paths.containsKey("adapter_model.safetensors");
    boolean gguf = paths.keySet().stream().anyMatch(p -> p.matches("[^/]+\\.gguf"));
    if (!model && !adapter && !gguf) {
      throw NeuroWeaverException.invalid(
          ("%s is no model: right would be config.json with *.safetensors, adapter_config.json with"
                  + " adapter_model.safetensors, or a *.gguf")
              .formatted(source));
    }
  }

  private static void collect(Path source, TreeMap<String, Path> paths) {
    try {
      Files.walkFileTree(
          source,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return !folder.equals(source) && isHidden(folder)
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              // A link to a file counts as the file, as in folders that share their weights.
              if (!isHidden(file) && Files.isRegularFile(file)) {
                List<String> parts = new ArrayList<>();
                source.relativize(file).forEach(part -> parts.add(part.toString()));
                paths.put(String.join("/", parts), file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw PushFile.unreadable(source, e);
    }
  }

  private static boolean isHidden(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(".") && !name.equals(".gitattributes");
  }
}
