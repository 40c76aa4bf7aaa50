package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.cli.Main;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code neuroweaver node} says when it cannot start. */
class NodeCommandTest {
  @TempDir Path folder;

  private final StringWriter err = new StringWriter();

  private int node(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "node";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Main.execute(
        Map.of(), new PrintWriter(new StringWriter()), new PrintWriter(err, true), all);
  }

  @Test
  void aWrongConfigurationEndsItNamingFileAndLine() throws Exception {
    Path file = Files.writeString(folder.resolve("node.yaml"), "name: n1\nworkers: many\n");
    assertEquals(NodeCommand.WRONG_CONFIGURATION, node("--config", file.toString()));
    assertTrue(
        err.toString()
            .startsWith(
                "error: " + file.toRealPath() + ":2: `workers` is text `many`, right is integer"),
        err.toString());
  }

  @Test
  void aMissingConfigurationEndsIt() {
    assertEquals(
        NodeCommand.WRONG_CONFIGURATION, node("--config", folder.resolve("no.yaml").toString()));
    assertTrue(err.toString().contains("there is no file"), err.toString());
  }

  @Test
  void aDeviceThatIsNotThereEndsItSayingWhatIs() throws Exception {
    Assumptions.assumeTrue(
        Devices.offered().get("device: nd4j, precision: auto").startsWith("no: "),
        "this build has a backend of ND4J");
    for (String[] wish :
        new String[][] {
          {"device=nd4j", "no backend of ND4J runs here"},
          {"precision=bf16", "`device: nd4j` computes in float32"}
        }) {
      Path file = Files.writeString(folder.resolve("node.yaml"), "name: n1\ndevice: nd4j\n");
      assertEquals(
          NodeCommand.CANNOT_START,
          node(
              "--config",
              file.toString(),
              "--set",
              "work_dir=" + folder.resolve("work"),
              "--set",
              wish[0]));
      assertTrue(err.toString().contains(wish[1]), err.toString());
    }
  }

  @Test
  void aPortThatIsSetAndTakenEndsItBeforeAnythingIsMade() throws Exception {
    Path file = Files.writeString(folder.resolve("node.yaml"), "name: n1\n");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertEquals(
          NodeCommand.CANNOT_START,
          node(
              "--config",
              file.toString(),
              "--set",
              "work_dir=" + folder.resolve("work"),
              "--set",
              "api_port=" + taken.getLocalPort()));
      assertTrue(
          err.toString()
              .startsWith(
                  "error: api_port: port " + taken.getLocalPort() + " on 127.0.0.1 is taken"),
          err.toString());
    }
    assertFalse(Files.exists(folder.resolve("work")));
  }

  @Test
  void aWorkFolderInUseEndsIt() throws Exception {
    Path file = Files.writeString(folder.resolve("node.yaml"), "name: n1\n");
    Path work = folder.resolve("work");
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                WorkDirHolder.class.getName(),
                work.toString())
            .redirectErrorStream(true)
            .start();
    try {
      assertEquals("held", holder.inputReader().readLine());
      assertEquals(
          NodeCommand.CANNOT_START, node("--config", file.toString(), "--set", "work_dir=" + work));
      assertTrue(
          err.toString().contains("is in use by the node of process " + holder.pid()),
          err.toString());
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }
}
