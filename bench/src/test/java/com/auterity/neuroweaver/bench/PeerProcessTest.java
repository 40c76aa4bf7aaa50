package com.auterity.neuroweaver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer in a JVM of its own, with a main class that only echoes. */
class PeerProcessTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private PeerProcess peer;

  @BeforeEach
  void start() {
    peer =
        PeerProcess.start(
            "echo",
            System.getProperty("java.class.path"),
            EchoPeer.class.getName(),
            List.of("-Xmx32m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            Map.of("BENCH_TEST", "given"));
  }

  @AfterEach
  void stop() {
    peer.close();
    assertFalse(peer.alive());
  }

  @Test
  void answersRequestAfterRequestAndWhatItPrintsBesideIsNoAnswer() throws Exception {
    assertEquals(3, peer.ask(Map.of("op", "echo", "x", 3), LONG).get("x").asInt());
    assertEquals("ä", peer.ask(Map.of("op", "chatter", "x", "ä"), LONG).get("x").asText());
    assertEquals("given", peer.ask(Map.of("op", "environment"), LONG).get("set").asText());
  }

  @Test
  void aRefusalLeavesItRunningAnEndDoesNot() throws Exception {
    PeerException refused = assertThrows(PeerException.class, () -> ask("refuse"));
    assertEquals("echo refused refuse: not today", refused.getMessage());
    assertEquals("echo", peer.ask(Map.of("op", "echo"), LONG).get("op").asText());
    assertTrue(
        assertThrows(PeerException.class, () -> ask("garbage")).getMessage().contains("{nonsense"));
    PeerException ended = assertThrows(PeerException.class, () -> ask("die"));
    assertTrue(ended.getMessage().startsWith("echo ended with exit code 7"), ended.getMessage());
    assertTrue(ended.getMessage().endsWith("out of luck"), ended.getMessage());
    assertFalse(peer.alive());
    assertThrows(PeerException.class, () -> ask("echo"));
  }

  @Test
  void whoDoesNotAnswerInTimeIsKilled() throws Exception {
    peer.ask(Map.of("op", "echo"), LONG);
    PeerException late =
        assertThrows(
            PeerException.class, () -> peer.ask(Map.of("op", "hang"), Duration.ofMillis(50)));
    assertTrue(late.getMessage().startsWith("echo did not answer hang"), late.getMessage());
  }

  private void ask(String op) throws InterruptedException {
    peer.ask(Map.of("op", op), LONG);
  }
}
