package com.auterity.neuroweaver.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A Maven project {@code bench/peers/NAME} that is built when a bench first needs it: its profile
 * {@code native} adds the peer's libraries and writes their paths to {@code target/peer.classpath}.
 * Nothing of it is on our classpath.
 */
final class PeerProject {
  private static final long BUILD_MINUTES = 30;

  private final Path home;
  private final String name;

  PeerProject(Path home, String name) {
    this.home = home.toAbsolutePath();
    this.name = name;
  }

  /** Builds the project unless it is built and newer than its sources; its classes come first. */
  String classpath(Consumer<String> say) throws InterruptedException {
    Path folder = home.resolve("bench").resolve("peers").resolve(name);
    if (!Files.isRegularFile(folder.resolve("pom.xml"))) {
      throw new PeerException("there is no peer in " + folder);
    }
    Path stamp = folder.resolve("target").resolve("bench.stamp");
    Path paths = folder.resolve("target").resolve("peer.classpath");
    try {
      if (!fresh(folder, stamp, paths)) {
        say.accept("building the peer " + name + " (the first time this fetches its libraries)");
        build(folder);
        Files.writeString(stamp, "");
      }
      return folder.resolve("target").resolve("classes")
          + File.pathSeparator
          + Files.readString(paths).strip();
    } catch (IOException e) {
      throw new PeerException("could not build the peer in " + folder + ": " + e.getMessage(), e);
    }
  }

  private boolean fresh(Path folder, Path stamp, Path paths) throws IOException {
    if (!Files.isRegularFile(stamp) || !Files.isRegularFile(paths)) {
      return false;
    }
    FileTime built = Files.getLastModifiedTime(stamp);
    boolean[] newer = {false};
    SimpleFileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            newer[0] |= attributes.lastModifiedTime().compareTo(built) > 0;
            return newer[0] ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
          }
        };
    Files.walkFileTree(folder.resolve("src"), visitor);
    for (Path pom : List.of(home.resolve("pom.xml"), folder.resolve("pom.xml"))) {
      newer[0] |= Files.getLastModifiedTime(pom).compareTo(built) > 0;
    }
    if (newer[0]) {
      return false;
    }
    // A library that left the local repository has to be fetched again.
    for (String entry : Files.readString(paths).strip().split(File.pathSeparator)) {
      if (!Files.exists(Path.of(entry))) {
        return false;
      }
    }
    return true;
  }

  private void build(Path folder) throws IOException, InterruptedException {
    Path log = Files.createTempFile("neuroweaver-peer-build", ".log");
    Process process =
        new ProcessBuilder(
                home.resolve("mvnw").toString(),
                "-q",
                "-B",
                "-Pnative",
                "-f",
                folder.resolve("pom.xml").toString(),
                "process-classes")
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES)) {
        throw new PeerException(
            "building the peer %s took more than %d minutes; see %s"
                .formatted(name, BUILD_MINUTES, log));
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new PeerException("the peer %s does not build; see %s".formatted(name, log));
    }
    Files.delete(log);
  }
}
