package com.auterity.neuroweaver.datasets.format;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * Files, folders and globs as the list of files they mean, sorted by path and each once. Of a
 * folder all files below count, except those whose name, or whose folder's name, begins with a dot
 * or underscore.
 */
public final class FilePatterns {
  private static final int MOST_FILES = 10_000;

  private FilePatterns() {}

  /**
   * @param patterns absolute paths; what is there literally is no glob
   * @throws NeuroWeaverException NOT_FOUND when one means no file
   */
  public static List<Path> files(Collection<String> patterns) {
    TreeSet<Path> files = new TreeSet<>();
    for (String pattern : patterns) {
      List<Path> found = find(pattern);
      if (found.isEmpty()) {
        throw new NeuroWeaverException(
            ErrorKind.NOT_FOUND,
            "path: there is no file " + pattern + " on this node",
            Map.of("path", pattern));
      }
      files.addAll(found);
      if (files.size() > MOST_FILES) {
        throw NeuroWeaverException.invalid(
            "path: " + pattern + " means more than " + MOST_FILES + " files; load them in parts");
      }
    }
    return List.copyOf(files);
  }

  private static List<Path> find(String pattern) {
    if (!isGlob(pattern) || Files.exists(Path.of(pattern))) {
      Path path = Path.of(pattern).normalize();
      if (Files.isDirectory(path)) {
        return below(path, file -> true);
      }
      return Files.exists(path) ? List.of(path) : List.of();
    }
    try {
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      return below(literalFolder(pattern), matcher);
    } catch (PatternSyntaxException e) {
      throw NeuroWeaverException.invalid("path: " + pattern + " is no glob: " + e.getDescription());
    }
  }

  private static List<Path> below(Path folder, PathMatcher matcher) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      files
          .filter(file -> !hidden(folder.relativize(file)))
          .filter(Files::isRegularFile)
          .filter(matcher::matches)
          .limit(MOST_FILES + 1L)
          .forEach(found::add);
    } catch (IOException | java.io.UncheckedIOException e) {
      throw NeuroWeaverException.invalid(
          "path: folder " + folder + " cannot be read: " + e.getMessage());
    }
    return found;
  }

  private static boolean hidden(Path relative) {
    for (Path part : relative) {
      String name = part.toString();
      if (name.startsWith(".") || name.startsWith("_")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isGlob(String pattern) {
    return pattern.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  /** The folder above the first name that is a pattern. */
  private static Path literalFolder(String pattern) {
    Path folder = Path.of("/");
    for (String name : pattern.split("/")) {
      if (isGlob(name)) {
        break;
      }
      folder = folder.resolve(name);
    }
    return folder;
  }
}
