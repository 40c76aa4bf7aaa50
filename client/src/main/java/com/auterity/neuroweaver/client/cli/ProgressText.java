package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.JobProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** One line of progress: what, how far, the rates that were measured, and what remains. */
final class ProgressText {
  private static final String RATE = "_per_second";

  private ProgressText() {}

  static String of(JobProgress progress, Instant startedAt, Instant now) {
    if (progress == null) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    if (progress.phase() != null && !progress.phase().isBlank()) {
      text.append(progress.phase()).append("  ");
    }
    String unit = progress.unit() == null ? "" : " " + progress.unit();
    if (progress.total() > 0) {
      text.append(Printer.count(progress.done())).append('/');
      text.append(Printer.count(progress.total())).append(unit);
    } else if (progress.done() > 0) {
      text.append(Printer.count(progress.done())).append(unit);
    }
    for (Map.Entry<String, Double> metric : progress.metrics().entrySet()) {
      if (metric.getKey().equals("loss") || metric.getKey().endsWith(RATE)) {
        text.append("  ").append(metric(metric.getKey(), metric.getValue()));
      }
    }
    Double measured = progress.metrics().get("remaining_seconds");
    if (measured != null && progress.done() < progress.total()) {
      text.append("  remaining ");
      text.append(duration(Duration.ofMillis((long) (measured * 1000))));
    } else if (startedAt != null && progress.done() > 0 && progress.total() > progress.done()) {
      double elapsed = Duration.between(startedAt, now).toMillis();
      double remaining = elapsed * (progress.total() - progress.done()) / progress.done();
      text.append("  remaining ").append(duration(Duration.ofMillis((long) remaining)));
    }
    return text.toString().strip();
  }

  /** {@code x_per_second} reads as {@code 1,234 x/s}; the loss is named first. */
  private static String metric(String name, double value) {
    if (name.endsWith(RATE)) {
      String what = name.substring(0, name.length() - RATE.length());
      return Printer.decimal(value, value < 10 ? 1 : 0) + " " + what.replace('_', ' ') + "/s";
    }
    return name + " " + Printer.decimal(value, 4);
  }

  static String duration(Duration duration) {
    long seconds = Math.max(0, Math.round(duration.toMillis() / 1000.0));
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
  }
}
