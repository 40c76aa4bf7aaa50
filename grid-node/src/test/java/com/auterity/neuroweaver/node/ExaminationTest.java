package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.jobs.tensor.DeviceWish;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class ExaminationTest {
  private static final long GIB = 1L << 30;

  private static List<Examination.Finding> wrong(
      Machine machine, IntPredicate isFree, String... settings) {
    NodeConfig config = NodeConfig.defaults(Path.of("/grid"), List.of(settings));
    return new Examination(machine, config, isFree)
        .findings().stream().filter(finding -> finding.problem() != null).toList();
  }

  private static Machine machine(int jdk, long memory, int bits, String device, long disk) {
    return new Machine(
        "jdk",
        jdk,
        2,
        8 * GIB,
        memory,
        Set.of("avx2"),
        bits,
        device,
        Map.of("device: cpu, precision: float32", "cpu"),
        Path.of("/w"),
        true,
        disk);
  }

  @Test
  void nothingIsWrongWithAMachineThatHasWhatANodeNeeds() {
    assertEquals(List.of(), wrong(machine(17, 4 * GIB, 256, "cpu", 10 * GIB), port -> true));
  }

  @Test
  void namesEverythingThatIsMissing() {
    List<String> what =
        wrong(machine(11, GIB, 0, "no device: x", GIB), port -> port != 5000, "api_port=5000")
            .stream()
            .map(Examination.Finding::what)
            .toList();
    assertEquals(
        List.of("JDK", "memory", "vector width", "compute device", "API port", "disk"), what);
  }

  @Test
  void aTakenPortThatIsNotSetIsNoProblem() {
    Machine machine = machine(25, 4 * GIB, 512, "cpu", 10 * GIB);
    NodeConfig config = NodeConfig.defaults(Path.of("/grid"), List.of());
    Examination.Finding api =
        new Examination(machine, config, port -> port != 8001)
            .findings().stream()
                .filter(finding -> finding.what().equals("API port"))
                .findFirst()
                .orElseThrow();
    assertEquals("8002, free (8001 is taken: perhaps a node runs)", api.found());
    assertEquals(List.of(), wrong(machine, port -> port != 8001));
  }

  @Test
  void seesThisMachine() {
    Machine here = Machine.here(Path.of("target/no/such"), DeviceWish.ANY);
    assertTrue(here.cores() > 0 && here.memoryBytes() > 0 && here.diskFreeBytes() > 0);
    assertTrue(here.vectorBits() >= 64, "vector bits " + here.vectorBits());
    assertTrue(here.jdkFeature() >= 17);
  }
}
