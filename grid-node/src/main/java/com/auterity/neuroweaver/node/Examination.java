package com.auterity.neuroweaver.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** What is found on a machine, and what of it is wrong for running a node. */
final class Examination {
  private static final long GIB = 1L << 30;
  private static final long HEAP_BYTES = 2 * GIB;
  private static final long DISK_BYTES = 2 * GIB;

  private final Machine machine;
  private final NodeConfig config;
  private final IntPredicate isFree;

  /** {@code isFree} says whether nobody listens on a port. */
  Examination(Machine machine, NodeConfig config, IntPredicate isFree) {
    this.machine = machine;
    this.config = config;
    this.isFree = isFree;
  }

  /**
   * One thing that was looked at.
   *
   * @param problem null when it is as it should be
   */
  record Finding(String what, String found, String problem) {}

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        new Finding(
            "JDK",
            machine.jdk(),
            machine.jdkFeature() >= 17 ? null : "release 17 or later is needed: set JAVA_HOME"));
    findings.add(new Finding("cores", Integer.toString(machine.cores()), null));
    findings.add(memory());
    findings.add(
        new Finding(
            "vector width",
            machine.vectorBits() == 0
                ? "no Vector API"
                : machine.vectorBits() + " bits" + instructions("avx2", "avx512f", "neon", "sve"),
            machine.vectorBits() == 0
                ? "start java with --add-modules jdk.incubator.vector, as the launcher does"
                : machine.vectorBits() < 128 ? "the JVM sees no vector registers" : null));
    String bf16 = instructions("avx512_bf16", "amx_bf16", "avx_ne_convert", "bf16");
    findings.add(
        new Finding("bf16", bf16.isEmpty() ? "no: training runs in float32" : "yes" + bf16, null));
    boolean device = !machine.device().startsWith(Machine.NO_DEVICE);
    findings.add(
        new Finding(
            "compute device",
            machine.device(),
            device
                ? null
                : "a node with %s does not start: see the message, and what the machine offers"
                    .formatted(config.device())));
    machine
        .devices()
        .forEach((settings, found) -> findings.add(new Finding(settings, found, null)));
    findings.add(port("API port", config.apiPort(), 8_001));
    findings.add(port("thin client port", config.clientPort(), 10_800));
    findings.add(port("discovery port", config.discoveryPort(), 47_500));
    findings.add(port("communication port", config.communicationPort(), 47_100));
    findings.add(disk());
    return findings;
  }

  private Finding memory() {
    long needed = HEAP_BYTES + ((long) config.regionMb() << 20);
    return new Finding(
        "memory",
        gib(machine.memoryBytes()) + ", " + gib(machine.availableBytes()) + " available",
        machine.availableBytes() >= needed
            ? null
            : "a node needs "
                + gib(needed)
                + " (heap and memory.region_mb): stop something or set less");
  }

  private Finding disk() {
    String found = machine.workDir() + ", " + gib(machine.diskFreeBytes()) + " free";
    if (!machine.workDirWritable()) {
      return new Finding("disk", found, "the folder cannot be written: set work_dir to another");
    }
    return new Finding(
        "disk",
        found,
        machine.diskFreeBytes() >= DISK_BYTES
            ? null
            : "at least " + gib(DISK_BYTES) + " are needed: make room or set work_dir elsewhere");
  }

  private Finding port(String what, OptionalInt set, int first) {
    if (set.isPresent()) {
      boolean free = isFree.test(set.getAsInt());
      return new Finding(
          what,
          set.getAsInt() + (free ? ", free" : ", taken"),
          free
              ? null
              : "it is set in the configuration and taken: stop what listens or set another");
    }
    for (int port = first; port < first + 100; port++) {
      if (isFree.test(port)) {
        return new Finding(
            what,
            port == first
                ? port + ", free"
                : port + ", free (" + first + " is taken: perhaps a node runs)",
            null);
      }
    }
    return new Finding(
        what,
        first + " to " + (first + 99) + " are taken",
        "no port is free there: stop something or set one");
  }

  private String instructions(String... flags) {
    String known =
        List.of(flags).stream()
            .filter(machine.cpuFlags()::contains)
            .collect(Collectors.joining(", "));
    return known.isEmpty() ? "" : " (" + known + ")";
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
  }
}
