package com.auterity.neuroweaver.bench;

import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * What a case may use while it measures.
 *
 * @param home the installation's folder
 * @param rounds how often each side has its turn
 * @param megabytes size of the generated source, for a bench that has one
 * @param documents number of generated documents, for a bench that has them
 * @param progress where lines for people go
 */
record BenchRun(Path home, int rounds, int megabytes, int documents, PrintWriter progress) {
  void say(String line, Object... values) {
    progress.println(line.formatted(values));
    progress.flush();
  }
}
