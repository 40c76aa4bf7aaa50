package com.auterity.neuroweaver.jobs.hub;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which paths of a repository become files here: those that stay in their folder, on any system.
 */
final class RepositoryPath {
  private static final Set<String> DEVICES =
      Set.of("con", "prn", "aux", "nul", "conin$", "conout$");

  private RepositoryPath() {}

  /** Where the file lies below the folder; CORRUPT, naming the path, if it would lie elsewhere. */
  static Path below(Path folder, String path) {
    check(path);
    Path file = folder;
    for (String part : path.split("/", -1)) {
      file = file.resolve(part);
    }
    if (!file.normalize().startsWith(folder.normalize())) {
      throw refused(path, "it leads out of the folder");
    }
    return file;
  }

  /** What may be listed at all: a path that leads down from the root, in one way to read it. */
  static void checkStays(String path) {
    if (path.isEmpty()) {
      throw refused(path, "it is empty");
    }
    if (path.length() > 1024) {
      throw refused(path.substring(0, 80) + "...", "it is longer than 1024 characters");
    }
    if (path.startsWith("/")) {
      throw refused(path, "it is absolute");
    }
    if (path.chars().anyMatch(c -> c < ' ' || c == 127 || c == '\\')) {
      throw refused(path, "it holds a backslash or a control character");
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw refused(path, "a part of it is '" + part + "'");
      }
    }
  }

  /** What may become a file: besides, nothing that a system reads as something else. */
  static void check(String path) {
    checkStays(path);
    if (path.chars().anyMatch(c -> ":*?\"<>|".indexOf(c) >= 0)) {
      throw refused(path, "it holds a character that names of files must not have");
    }
    for (String part : path.split("/", -1)) {
      String lower = part.toLowerCase(Locale.ROOT);
      String stem = lower.indexOf('.') > 0 ? lower.substring(0, lower.indexOf('.')) : lower;
      if (part.endsWith(".") || part.endsWith(" ") || part.length() > 255) {
        throw refused(path, "a part of it ends in a dot or blank, or is too long");
      }
      if (lower.equals(".git") || DEVICES.contains(stem) || stem.matches("(com|lpt)[0-9]")) {
        throw refused(path, "'" + part + "' is a reserved name");
      }
    }
  }

  /** Refuses a list in which a file is there twice, or is also the folder of another. */
  static void checkTogether(List<String> sortedPaths) {
    Set<String> seen = new HashSet<>();
    for (String path : sortedPaths) {
      if (!seen.add(path.toLowerCase(Locale.ROOT))) {
        throw refused(path, "it is there twice (capitals make no difference on some systems)");
      }
    }
    for (String path : sortedPaths) {
      String lower = path.toLowerCase(Locale.ROOT);
      for (int slash = lower.indexOf('/'); slash > 0; slash = lower.indexOf('/', slash + 1)) {
        if (seen.contains(lower.substring(0, slash))) {
          throw refused(path, "a part of it is a file of its own");
        }
      }
    }
  }

  private static NeuroWeaverException refused(String path, String reason) {
    String shown = HubHttp.plain(path);
    return new NeuroWeaverException(
        ErrorKind.CORRUPT,
        "the repository holds a file named '%s', which is refused: %s".formatted(shown, reason),
        Map.of("path", shown));
  }
}
