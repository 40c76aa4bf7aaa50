package com.auterity.neuroweaver.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/** A peer for tests: answers each line with itself, or misbehaves as {@code op} says. */
final class EchoPeer {
  private EchoPeer() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains("\"refuse\"")) {
        System.out.println("{\"error\":\"not today\"}");
      } else if (line.contains("\"chatter\"")) {
        System.out.println("loading a library");
        System.out.println(line);
      } else if (line.contains("\"garbage\"")) {
        System.out.println("{nonsense");
      } else if (line.contains("\"environment\"")) {
        System.out.println("{\"set\":\"" + System.getenv("BENCH_TEST") + "\"}");
      } else if (line.contains("\"die\"")) {
        System.err.println("out of luck");
        System.exit(7);
      } else if (line.contains("\"hang\"")) {
        new CountDownLatch(1).await();
      } else {
        System.out.println(line);
      }
      System.out.flush();
    }
  }
}
