package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine a run's figures belong to. */
record Machine(
    @JsonProperty("cpu") String cpu,
    @JsonProperty("cores") int cores,
    @JsonProperty("memory_gb") double memoryGb,
    @JsonProperty("jdk") String jdk,
    @JsonProperty("engine") String engine) {
  private static final Path CPUS = Path.of("/proc/cpuinfo");

  static Machine here() {
    long bytes =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    return new Machine(
        model(),
        Runtime.getRuntime().availableProcessors(),
        Math.round(bytes / 1e8) / 10.0,
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        Devices.best().profile());
  }

  private static String model() {
    String name = System.getProperty("os.arch");
    String family = "";
    String number = "";
    try {
      for (String line : Files.readAllLines(CPUS)) {
        String value = line.substring(line.indexOf(':') + 1).trim();
        if (line.startsWith("model name")) {
          name = value;
        } else if (line.startsWith("cpu family")) {
          family = value;
        } else if (line.startsWith("model\t")) {
          number = value;
        } else if (line.isEmpty()) {
          break;
        }
      }
    } catch (IOException e) {
      return name;
    }
    return "%s (family %s, model %s)".formatted(name, family, number);
  }

  String line() {
    return "%s, %d cores, %.1f GB, %s, %s".formatted(cpu, cores, memoryGb, jdk, engine);
  }
}
