package com.auterity.neuroweaver.workflow;

import com.auterity.neuroweaver.client.cli.FailureException;
import com.auterity.neuroweaver.client.cli.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Nodes on loopback with data folders of their own, started together and stopped together. */
public final class LocalGrid implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(20);
  private static final int HEAP_MEGABYTES = 1536;
  private static final int REGION_MEGABYTES = 256;
  private static final int PARTITIONS = 16;
  private static final String OURS = ".neuroweaver-local-grid";

  private final Path folder;
  private final List<LocalNode> nodes = new ArrayList<>();
  private boolean kept;

  private LocalGrid(Path folder) {
    this.folder = folder;
  }

  /** Clears the folder of an earlier grid of ours and starts a new one in it. */
  static LocalGrid start(Path home, Path folder, int count) throws InterruptedException {
    return start(home, folder, count, List.of(), node -> List.of());
  }

  /**
   * Clears the folder of an earlier grid of ours and starts a new one in it.
   *
   * @param settings {@code key=value} of every node's configuration, over what this would choose
   * @param launcher for a node's number, from 0, what its command line begins with; may be empty
   */
  public static LocalGrid start(
      Path home, Path folder, int count, List<String> settings, IntFunction<List<String>> launcher)
      throws InterruptedException {
    LocalGrid grid = new LocalGrid(folder);
    grid.clear();
    List<Integer> ports = freePorts(count);
    String addresses =
        ports.stream().map(port -> "'127.0.0.1:" + port + "'").collect(Collectors.joining(", "));
    int workers = Math.max(1, Runtime.getRuntime().availableProcessors() / count);
    for (int i = 0; i < count; i++) {
      String name = "n" + (i + 1);
      List<String> all =
          new ArrayList<>(
              List.of(
                  "initial_nodes=" + count,
                  "partitions=" + PARTITIONS,
                  "workers=" + workers,
                  "memory.region_mb=" + REGION_MEGABYTES,
                  "discovery.port=" + ports.get(i),
                  "discovery.addresses=[" + addresses + "]"));
      all.addAll(settings);
      grid.nodes.add(
          LocalNode.start(
              home, name, folder.resolve(name), HEAP_MEGABYTES, all, launcher.apply(i)));
    }
    grid.remember();
    return grid;
  }

  /** Returns the API address of every node when all are ready. */
  public List<URI> awaitReady() throws InterruptedException {
    Instant end = Instant.now().plus(READY_WITHIN);
    while (true) {
      List<Optional<URI>> addresses = nodes.stream().map(LocalNode::ready).toList();
      if (addresses.stream().allMatch(Optional::isPresent)) {
        return addresses.stream().map(Optional::get).toList();
      }
      if (Instant.now().isAfter(end)) {
        LocalNode late = nodes.get(addresses.indexOf(Optional.<URI>empty()));
        throw new FailureException(
            "node "
                + late.name()
                + " was not ready within "
                + READY_WITHIN.toSeconds()
                + " s:\n"
                + late.lastLines(15));
      }
      Thread.sleep(100);
    }
  }

  /** Process ids, in the order of the addresses. */
  public List<Long> pids() {
    return nodes.stream().map(LocalNode::pid).toList();
  }

  /** Leaves the nodes running when this is closed. */
  void keep() {
    kept = true;
  }

  @Override
  public synchronized void close() {
    if (kept) {
      return;
    }
    nodes.forEach(LocalNode::stop);
    boolean interrupted = false;
    for (LocalNode node : nodes) {
      try {
        node.awaitEnd(STOP_WITHIN);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    nodes.clear();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Deletes what the nodes have stored, once they are stopped. */
  public synchronized void delete() {
    if (!nodes.isEmpty()) {
      throw new IllegalStateException("nodes are running in " + folder);
    }
    try {
      deleteTree(folder);
    } catch (IOException e) {
      throw new FailureException("cannot clear " + folder + ": " + e.getMessage());
    }
  }

  private static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new FailureException("no free port on loopback: " + e.getMessage());
    } finally {
      for (ServerSocket socket : sockets) {
        try {
          socket.close();
        } catch (IOException e) {
          // Nothing was sent over it.
        }
      }
    }
  }

  /** Stops nodes an earlier run has kept, then deletes what it left. */
  private void clear() throws InterruptedException {
    try {
      if (Files.isDirectory(folder)) {
        if (!Files.exists(folder.resolve(OURS)) && !isEmpty(folder)) {
          throw new UsageException(
              folder
                  + " holds something that no local grid has made: name another folder, or remove"
                  + " it");
        }
        stopKept();
        deleteTree(folder);
      }
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(OURS), "");
    } catch (IOException e) {
      throw new FailureException("cannot clear " + folder + ": " + e.getMessage());
    }
  }

  private void remember() {
    String lines =
        IntStream.range(0, nodes.size())
            .mapToObj(i -> identity(nodes.get(i).handle()))
            .collect(Collectors.joining("\n", "", "\n"));
    try {
      Files.writeString(folder.resolve(OURS), lines);
    } catch (IOException e) {
      close();
      throw new FailureException("cannot write into " + folder + ": " + e.getMessage());
    }
  }

  /** A process id may be used again; with the time of its start it is one process. */
  private static String identity(ProcessHandle process) {
    return process.pid()
        + " "
        + process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private void stopKept() throws IOException, InterruptedException {
    Path file = folder.resolve(OURS);
    if (!Files.exists(file)) {
      return;
    }
    List<ProcessHandle> running = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String pid = line.split(" ", -1)[0];
      if (pid.matches("[0-9]{1,10}")) {
        ProcessHandle.of(Long.parseLong(pid))
            .filter(process -> identity(process).equals(line.strip()))
            .ifPresent(running::add);
      }
    }
    running.forEach(ProcessHandle::destroy);
    Instant end = Instant.now().plus(STOP_WITHIN);
    while (running.stream().anyMatch(ProcessHandle::isAlive)) {
      if (Instant.now().isAfter(end)) {
        running.forEach(ProcessHandle::destroyForcibly);
      }
      Thread.sleep(100);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      paths
          .sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.delete(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
