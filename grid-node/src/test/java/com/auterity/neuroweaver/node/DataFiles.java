package com.auterity.neuroweaver.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Rows for tests of the data's care, and the search for them on disk. */
final class DataFiles {
  /** In one row of {@link #calls}: so short that it is stored as it is. */
  static final String SECRET = "Zq7-Wx9-Kv3";

  private DataFiles() {}

  /** 48 calls; every sixth is of phone 555-0100. */
  static Path calls(Path folder) throws IOException {
    List<String> lines = new ArrayList<>(List.of("phone,note"));
    for (int i = 0; i < 48; i++) {
      lines.add((i % 6 == 0 ? "555-0100" : "555-02" + i) + "," + (i == 7 ? SECRET : "call " + i));
    }
    return Files.write(folder.resolve("calls.csv"), lines);
  }

  /** The files below a folder that hold a text. */
  static List<Path> holding(Path folder, String text) throws IOException {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    List<Path> holding = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (holds(Files.readAllBytes(file), wanted)) {
          holding.add(file);
        }
      }
    }
    return holding;
  }

  private static boolean holds(byte[] bytes, byte[] wanted) {
    for (int from = 0; from + wanted.length <= bytes.length; from++) {
      int i = 0;
      while (i < wanted.length && bytes[from + i] == wanted[i]) {
        i++;
      }
      if (i == wanted.length) {
        return true;
      }
    }
    return false;
  }
}
