package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.client.cli.FailureException;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A grid node in a JVM of its own on this machine, with the class path of this one. */
final class LocalNode {
  private static final Pattern READY =
      Pattern.compile("(?m)^ready name=(\\S+) api=(\\S+) client=(\\S+)");

  private final String name;
  private final Path console;
  private final Process process;

  private LocalNode(String name, Path console, Process process) {
    this.name = name;
    this.console = console;
    this.process = process;
  }

  /**
   * Starts a node; returns before it is ready.
   *
   * @param folder for its data and its console output; made here
   * @param heapMegabytes of its JVM
   * @param settings {@code key=value} of its configuration
   * @param launcher what its command line begins with; may be empty
   */
  static LocalNode start(
      Path home,
      String name,
      Path folder,
      int heapMegabytes,
      List<String> settings,
      List<String> launcher) {
    List<String> command = new ArrayList<>();
    // A session of its own: Ctrl-C at the terminal reaches us, and we stop the nodes in order.
    findOnPath("setsid").ifPresent(command::add);
    command.addAll(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + home.resolve("config/jvm.options"));
    command.add("-XX:+UseParallelGC");
    command.add("-Xms256m");
    command.add("-Xmx" + heapMegabytes + "m");
    command.add("-Dneuroweaver.home=" + home);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("com.auterity.neuroweaver.client.cli.Main");
    command.add("node");
    List<String> all = new ArrayList<>(settings);
    all.add("name=" + name);
    all.add("work_dir='" + folder.resolve("data").toString().replace("'", "''") + "'");
    for (String setting : all) {
      command.add("--set");
      command.add(setting);
    }
    Path console = folder.resolve("console.log");
    try {
      Files.createDirectories(folder);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .redirectErrorStream(true)
              .redirectOutput(console.toFile());
      builder.environment().put("OMP_NUM_THREADS", "1");
      return new LocalNode(name, console, builder.start());
    } catch (IOException e) {
      throw new FailureException("cannot start node " + name + ": " + e.getMessage());
    }
  }

  private static Optional<String> findOnPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String folder : path.split(File.pathSeparator, -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
      if (Files.isExecutable(candidate)) {
        return Optional.of(candidate.toString());
      }
    }
    return Optional.empty();
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Address of its API once its ready line is there; fails when the node ended before. */
  Optional<URI> ready() {
    Matcher matcher = READY.matcher(output());
    if (matcher.find()) {
      return Optional.of(URI.create("http://" + matcher.group(2)));
    }
    if (!process.isAlive()) {
      throw new FailureException(
          "node " + name + " ended with exit code " + process.exitValue() + ":\n" + lastLines(15));
    }
    return Optional.empty();
  }

  String lastLines(int count) {
    List<String> lines = output().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
  }

  private String output() {
    try {
      return Files.exists(console)
          ? new String(Files.readAllBytes(console), StandardCharsets.UTF_8)
          : "";
    } catch (IOException e) {
      throw new FailureException("cannot read " + console + ": " + e.getMessage());
    }
  }

  /** Asks the node to stop; returns at once. */
  void stop() {
    process.destroy();
  }

  /** Waits for a stop that was asked for; kills the process when it takes longer. */
  void awaitEnd(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
