package com.auterity.neuroweaver.node;

import java.nio.file.Path;

/** A process of tests that holds a work folder until its input ends. */
final class WorkDirHolder {
  private WorkDirHolder() {}

  public static void main(String[] arguments) throws Exception {
    try (WorkDirLock held = WorkDirLock.take(Path.of(arguments[0]))) {
      System.out.println(held == null ? "not held" : "held");
      while (System.in.read() >= 0) {
        continue;
      }
    }
  }
}
