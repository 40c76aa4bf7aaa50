package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.DeviceWish;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.incubator.vector.FloatVector;

/**
 * What {@code doctor} looks at: this machine and this JVM.
 *
 * @param memoryBytes all of it; {@code availableBytes} what a new process could have
 * @param vectorBits of the widest vector the JVM computes with; 0 without the Vector API
 * @param device profile of the compute device, or why there is none, after {@code "no device: "}
 * @param devices every device's settings with its profile, or why it is not there
 */
record Machine(
    String jdk,
    int jdkFeature,
    int cores,
    long memoryBytes,
    long availableBytes,
    Set<String> cpuFlags,
    int vectorBits,
    String device,
    Map<String, String> devices,
    Path workDir,
    boolean workDirWritable,
    long diskFreeBytes) {
  static final String NO_DEVICE = "no device: ";

  Machine {
    cpuFlags = Set.copyOf(cpuFlags);
    devices = Collections.unmodifiableMap(new LinkedHashMap<>(devices));
  }

  static Machine here(Path workDir, DeviceWish wish) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Path existing = existing(workDir);
    return new Machine(
        System.getProperty("java.vendor.version", System.getProperty("java.vendor"))
            + " "
            + Runtime.version()
            + " in "
            + System.getProperty("java.home"),
        Runtime.version().feature(),
        Runtime.getRuntime().availableProcessors(),
        system.getTotalMemorySize(),
        available(system.getFreeMemorySize()),
        flags(),
        widestVector(),
        computeDevice(wish),
        offered(),
        workDir,
        Files.isWritable(existing),
        existing.toFile().getUsableSpace());
  }

  private static Path existing(Path path) {
    Path at = path.toAbsolutePath();
    while (!Files.exists(at)) {
      at = at.getParent();
    }
    return at;
  }

  private static long available(long otherwise) {
    try {
      Matcher matcher =
          Pattern.compile("MemAvailable:\\s+(\\d+) kB")
              .matcher(Files.readString(Path.of("/proc/meminfo"), StandardCharsets.UTF_8));
      return matcher.find() ? Long.parseLong(matcher.group(1)) << 10 : otherwise;
    } catch (IOException e) {
      return otherwise;
    }
  }

  private static Set<String> flags() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8)) {
        if (line.startsWith("flags") || line.startsWith("Features")) {
          return new TreeSet<>(
              List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")));
        }
      }
      return Set.of();
    } catch (IOException e) {
      return Set.of();
    }
  }

  private static int widestVector() {
    try {
      return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    } catch (NoClassDefFoundError e) {
      return 0;
    }
  }

  private static String computeDevice(DeviceWish wish) {
    try {
      return Devices.open(wish).profile();
    } catch (NeuroWeaverException e) {
      return NO_DEVICE + e.getMessage();
    } catch (RuntimeException | LinkageError e) {
      return NO_DEVICE + e;
    }
  }

  private static Map<String, String> offered() {
    try {
      return Devices.offered();
    } catch (RuntimeException | LinkageError e) {
      return Map.of();
    }
  }
}
