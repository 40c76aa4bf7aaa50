package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the shared real data, or skips the test with a message that says what is missing. */
final class SharedData {
  private SharedData() {}

  static Path find(String name) {
    String given = System.getenv("NEUROWEAVER_DATA");
    if (given != null) {
      return found(Path.of(given).resolve(name));
    }
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      Path beside = p.resolve("shared/data").resolve(name);
      if (Files.exists(beside)) {
        return found(beside);
      }
    }
    return found(Path.of("../shared/data").resolve(name));
  }

  private static Path found(Path path) {
    assumeTrue(
        Files.exists(path), () -> "skipped: there is no " + path + " (set NEUROWEAVER_DATA)");
    StackWalker.StackFrame user =
        StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .filter(frame -> !frame.getClassName().equals(SharedData.class.getName()))
                        .findFirst()
                        .orElseThrow());
    System.out.println("shared-data-test: " + path.getFileName() + " used by " + user);
    return path;
  }
}
