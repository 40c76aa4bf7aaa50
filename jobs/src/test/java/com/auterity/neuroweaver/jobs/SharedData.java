package com.auterity.neuroweaver.jobs;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Real files that are not part of the project: below NEUROWEAVER_DATA, else {@code ../shared/data}
 * beside the repository. A test that wants one is skipped, saying so, where it is absent.
 */
public final class SharedData {
  private SharedData() {}

  /** The file or folder; prints one line for each use, so that a build's log tells who used it. */
  public static Path get(String name) {
    Path path = root().resolve(name);
    String test =
        StackWalker.getInstance()
            .walk(frames -> frames.skip(1).findFirst().orElseThrow())
            .toString();
    Assumptions.assumeTrue(
        Files.exists(path),
        () -> "shared data is absent: " + path + " (set NEUROWEAVER_DATA to its folder)");
    System.out.println("shared-data-test: " + name + " used by " + test);
    return path;
  }

  private static Path root() {
    String set = System.getenv("NEUROWEAVER_DATA");
    if (set != null && !set.isBlank()) {
      return Path.of(set).toAbsolutePath();
    }
    Path folder = Path.of("").toAbsolutePath();
    while (folder.getParent() != null && !Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    return folder.resolveSibling("shared").resolve("data");
  }
}
