package com.auterity.neuroweaver.node;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ignite.Ignition;
import org.apache.ignite.client.IgniteClient;
import org.apache.ignite.configuration.ClientConfiguration;

/**
 * A grid of real node processes on loopback, for tests: starts, kills, pauses and awaits them. The
 * work folders live as long as the harness, so that a node may be started again.
 */
public final class GridHarness implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(300);

  private final Path root;
  private final int nodes;
  private final List<String> settings;
  private final List<Integer> discoveryPorts = new ArrayList<>();
  private final NodeProcess[] processes;
  private final Map<String, String> environment = new HashMap<>();

  /**
   * @param nodes named n1, n2 ...
   * @param settings {@code key=value} for all of them
   */
  public GridHarness(int nodes, String... settings) {
    try {
      this.root = Files.createTempDirectory("neuroweaver-grid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.nodes = nodes;
    this.settings = List.of(settings);
    this.processes = new NodeProcess[nodes];
    discoveryPorts.addAll(freePorts(nodes));
  }

  /** A grid of n nodes that are all ready. */
  public static GridHarness start(int nodes, String... settings) {
    GridHarness harness = new GridHarness(nodes, settings);
    try {
      harness.startAll();
      return harness;
    } catch (RuntimeException | Error e) {
      harness.close();
      throw e;
    }
  }

  /** Starts all nodes that do not run and waits until they are ready. */
  public void startAll() {
    for (int i = 0; i < nodes; i++) {
      launch(i);
    }
    for (int i = 0; i < nodes; i++) {
      awaitReady(i);
    }
  }

  /** Sets a variable of the environment of nodes started from now on. */
  public GridHarness with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Starts one node, 0 is the first, without waiting; {@code more} follows its settings. */
  public void launch(int node, String... more) {
    if (processes[node] != null && processes[node].process.isAlive()) {
      return;
    }
    List<String> arguments = new ArrayList<>(List.of("node"));
    String addresses =
        discoveryPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    List<String> all = new ArrayList<>();
    all.add("name=" + name(node));
    all.add("work_dir=" + workDir(node));
    all.add("discovery.port=" + discoveryPorts.get(node));
    all.add("discovery.addresses=[" + addresses + "]");
    all.add("initial_nodes=" + nodes);
    all.add("partitions=16");
    all.add("memory.region_mb=256");
    all.add("disk.min_free_mb=64");
    all.add("workers=1");
    all.addAll(settings);
    for (String setting : all) {
      arguments.add("--set");
      arguments.add(setting);
    }
    arguments.addAll(List.of(more));
    processes[node] =
        NodeProcess.start(root.resolve(name(node) + ".console"), arguments, environment);
  }

  /** Waits until a launched node has printed its ready line. */
  public void awaitReady(int node) {
    NodeProcess process = processes[node];
    await(
        START,
        () -> name(node) + " to be ready; it said:\n" + process.console(),
        () -> {
          if (!process.process.isAlive()) {
            throw new AssertionError(
                name(node)
                    + " ended with "
                    + process.process.exitValue()
                    + "; it said:\n"
                    + process.console());
          }
          return process.readyLine().isPresent();
        });
  }

  public String name(int node) {
    return "n" + (node + 1);
  }

  public Path workDir(int node) {
    return root.resolve(name(node));
  }

  /** A folder for the test's own files, gone with the harness. */
  public Path folder(String name) {
    try {
      return Files.createDirectories(root.resolve("test-" + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code host:port} of {@code api}, {@code client} or {@code discovery}. */
  public String address(int node, String what) {
    String line = processes[node].readyLine().orElseThrow();
    for (String word : line.split(" ")) {
      if (word.startsWith(what + "=")) {
        return word.substring(what.length() + 1);
      }
    }
    throw new AssertionError("no " + what + " in: " + line);
  }

  public String url(int node) {
    return "http://" + address(node, "api");
  }

  /** A thin client of one node; to be closed. */
  public IgniteClient client(int node) {
    return Ignition.startClient(
        new ClientConfiguration().setAddresses(address(node, "client")).setTimeout(60_000));
  }

  public boolean isAlive(int node) {
    return processes[node] != null && processes[node].process.isAlive();
  }

  /** What a node has written to stdout and stderr. */
  public String console(int node) {
    return processes[node].console();
  }

  /** Ends all nodes and removes all that they have stored, as a fire would. */
  public void destroy() {
    terminateAll();
    for (int i = 0; i < nodes; i++) {
      clear(i);
    }
  }

  /** Removes all that a node that does not run has stored. */
  public void clear(int node) {
    delete(workDir(node));
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The exit code of a node that ends by itself. */
  public int awaitEnd(int node) {
    return awaitExit(node);
  }

  /** Kill -9. */
  public void kill(int node) {
    processes[node].process.destroyForcibly();
    awaitExit(node);
  }

  /** SIGTERM; returns the exit code. */
  public int terminate(int node) {
    processes[node].process.destroy();
    return awaitExit(node);
  }

  public void terminateAll() {
    for (int i = 0; i < nodes; i++) {
      if (isAlive(i)) {
        processes[i].process.destroy();
      }
    }
    for (int i = 0; i < nodes; i++) {
      if (processes[i] != null) {
        awaitExit(i);
      }
    }
  }

  /** SIGSTOP. */
  public void pause(int node) {
    signal("STOP", node);
  }

  /** SIGCONT. */
  public void resume(int node) {
    signal("CONT", node);
  }

  /** From now on no file of the node's gets longer, as on a full disk. */
  public void fillDisk(int node) {
    run("prlimit", "--pid", "" + processes[node].process.pid(), "--fsize=4096:4096");
  }

  private void signal(String signal, int node) {
    run("kill", "-" + signal, "" + processes[node].process.pid());
  }

  private static void run(String... command) {
    try {
      int code = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (code != 0) {
        throw new AssertionError(String.join(" ", command) + " ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private int awaitExit(int node) {
    NodeProcess process = processes[node];
    try {
      if (!process.process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError(name(node) + " did not end; it said:\n" + process.console());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    return process.process.exitValue();
  }

  /** Waits for a condition, or fails with what was waited for. */
  public static void await(Duration timeout, Supplier<String> what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited " + timeout.toSeconds() + " s for " + what.get());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  public static void await(Duration timeout, String what, BooleanSupplier condition) {
    await(timeout, () -> what, condition);
  }

  /** Ports nobody listens on now. */
  public static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      for (ServerSocket socket : sockets) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** The repository's root. */
  public static Path home() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("config/jvm.options")) ? here : here.getParent();
  }

  @Override
  public void close() {
    for (NodeProcess process : processes) {
      if (process != null && process.process.isAlive()) {
        process.process.destroyForcibly();
      }
    }
    for (int i = 0; i < nodes; i++) {
      if (processes[i] != null) {
        awaitExit(i);
      }
    }
    delete(root);
  }

  /** One process of the command line, its output in a file. */
  record NodeProcess(Process process, Path output) {
    static NodeProcess start(Path output, List<String> arguments) {
      return start(output, arguments, Map.of());
    }

    static NodeProcess start(Path output, List<String> arguments, Map<String, String> environment) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("@" + home().resolve("config/jvm.options"));
      command.add("-Xmx1g");
      command.add("-Dneuroweaver.home=" + home());
      command.add("-cp");
      command.add(
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
      command.add("com.auterity.neuroweaver.client.cli.Main");
      command.addAll(arguments);
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().put("OMP_NUM_THREADS", "1");
      builder.environment().putAll(environment);
      try {
        return new NodeProcess(builder.start(), output);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String console() {
      try {
        return Files.readString(output, StandardCharsets.UTF_8);
      } catch (IOException e) {
        return e.toString();
      }
    }

    Optional<String> readyLine() {
      return console().lines().filter(line -> line.startsWith("ready name=")).findFirst();
    }
  }
}
