package com.auterity.neuroweaver.node;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;

/** Drops Ignite's warnings that warn of nothing here; each has its reason. */
final class KnownNoise extends Filter<ILoggingEvent> {
  private static final List<String> BEGINNINGS =
      List.of(
          // Complains of its own way of logging.
          "Logging at INFO level without checking if INFO level is enabled",
          // Every cache of ours is FULL_SYNC, which bounds the queues.
          "Message queue limit is set to 0",
          // The tokenizers library looks for a GPU, which it does not use.
          "Failed to detect GPU count",
          // The launcher sets the heap; a small one is a user's choice.
          "Initial heap size is",
          // Test and trial grids lie in temporary folders on purpose.
          "Persistence store directory is in the temp directory");

  @Override
  public FilterReply decide(ILoggingEvent event) {
    String message = event.getFormattedMessage();
    return message != null && BEGINNINGS.stream().anyMatch(message::startsWith)
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }
}
