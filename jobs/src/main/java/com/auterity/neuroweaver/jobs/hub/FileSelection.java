package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * Which files of a repository are fetched: those that the named globs match, or without globs what
 * it takes to run the model or the adapter and nothing else (no other weight formats, no pictures).
 */
final class FileSelection {
  private static final Pattern NEEDED =
      Pattern.compile(
          "config\\.json|generation_config\\.json|adapter_config\\.json"
              + "|tokenizer\\.json|tokenizer\\.model|tokenizer_config\\.json"
              + "|special_tokens_map\\.json|added_tokens\\.json|vocab\\.json|vocab\\.txt|merges\\.txt"
              + "|chat_template\\.(?:jinja|json)|additional_chat_templates/[^/]+\\.jinja"
              + "|[^/]+\\.safetensors|[^/]+\\.safetensors\\.index\\.json");

  private FileSelection() {}

  static List<HubFile> of(HubRepository repository, List<HubFile> files, List<String> globs) {
    return globs.isEmpty() ? needed(repository, files) : matching(repository, files, globs);
  }

  private static List<HubFile> needed(HubRepository repository, List<HubFile> files) {
    boolean hasModel = files.stream().anyMatch(f -> f.path().matches("model[^/]*\\.safetensors"));
    List<HubFile> chosen =
        files.stream()
            .filter(file -> NEEDED.matcher(file.path()).matches())
            // The same weights once more, under the names of their maker.
            .filter(file -> !(hasModel && file.path().startsWith("consolidated")))
            .toList();
    if (chosen.stream().noneMatch(file -> file.path().endsWith(".safetensors"))) {
      throw missing(repository, "holds no *.safetensors; name what to fetch with --include", files);
    }
    return chosen;
  }

  private static List<HubFile> matching(
      HubRepository repository, List<HubFile> files, List<String> globs) {
    Set<HubFile> chosen = new LinkedHashSet<>();
    for (String glob : globs) {
      PathMatcher matcher;
      try {
        matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
      } catch (PatternSyntaxException e) {
        throw new NeuroWeaverException(
            ErrorKind.INVALID_INPUT,
            "--include '%s' is no glob: %s".formatted(glob, e.getDescription()),
            Map.of(),
            e);
      }
      List<HubFile> found = new ArrayList<>();
      for (HubFile file : files) {
        if (matcher.matches(path(file))) {
          found.add(file);
        }
      }
      if (found.isEmpty()) {
        throw missing(
            repository, "holds nothing that --include '%s' matches".formatted(glob), files);
      }
      chosen.addAll(found);
    }
    return files.stream().filter(chosen::contains).toList();
  }

  private static Path path(HubFile file) {
    try {
      return Path.of(file.path());
    } catch (InvalidPathException e) {
      throw new NeuroWeaverException(
          ErrorKind.CORRUPT,
          "the repository holds a file named '%s', which is no path here"
              .formatted(HubHttp.plain(file.path())),
          Map.of(),
          e);
    }
  }

  private static NeuroWeaverException missing(
      HubRepository repository, String reason, List<HubFile> files) {
    String there =
        files.stream().limit(20).map(HubFile::path).collect(Collectors.joining(", "))
            + (files.size() > 20 ? " and " + (files.size() - 20) + " more" : "");
    return NeuroWeaverException.notFound(
        "%s %s; it holds: %s".formatted(repository, reason, there.isEmpty() ? "nothing" : there));
  }
}
