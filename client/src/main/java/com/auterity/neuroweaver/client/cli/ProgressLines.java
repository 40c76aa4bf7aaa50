package com.auterity.neuroweaver.client.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;

/**
 * Shows lines of progress: on a terminal one line is rewritten in place, elsewhere a new line is
 * written when the text changed and some time has passed. Not thread-safe.
 */
final class ProgressLines {
  private final PrintWriter out;
  private final boolean terminal;
  private final Duration interval;
  private String shown = "";
  private Instant shownAt = Instant.MIN;

  ProgressLines(PrintWriter out, boolean terminal, Duration interval) {
    this.out = out;
    this.terminal = terminal;
    this.interval = interval;
  }

  static ProgressLines of(PrintWriter out) {
    return new ProgressLines(out, isTerminal(), Duration.ofSeconds(5));
  }

  /** From JDK 22 on there is a console without a terminal too, and a method that tells. */
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** A passing state: may be left out or overwritten by the next. */
  void update(String line, Instant now) {
    if (line.equals(shown)) {
      return;
    }
    if (terminal) {
      out.print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
      out.flush();
      shown = line;
    } else if (shownAt.equals(Instant.MIN) || now.isAfter(shownAt.plus(interval))) {
      out.println(line);
      shown = line;
      shownAt = now;
    }
  }

  /** A line that stays. */
  void settle(String line) {
    if (terminal && !shown.isEmpty()) {
      out.print("\r" + " ".repeat(shown.length()) + "\r");
    }
    out.println(line);
    shown = "";
    shownAt = Instant.MIN;
  }
}
