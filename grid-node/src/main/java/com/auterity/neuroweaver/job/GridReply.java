package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.Meter;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What came of a call: bytes or an error, and what it used. Errors cross as text and kind, never as
 * objects: an OutOfMemoryError that crossed, even as a cause, would halt the node. Crosses the
 * wire.
 */
final class GridReply implements Serializable {
  private static final long serialVersionUID = 1L;

  byte[] output;
  String errorKind;
  String errorMessage;
  String errorDetailsJson;
  String errorTrace;
  long startedEpochMicros;
  long wallNanos;
  long cpuNanos;
  long bytesRead;
  long bytesWritten;
  long tokensIn;
  long tokensOut;

  static GridReply unavailable(String message) {
    GridReply reply = new GridReply();
    reply.startedEpochMicros = Instant.now().toEpochMilli() * 1_000;
    reply.errorKind = ErrorKind.UNAVAILABLE.name();
    reply.errorMessage = message;
    return reply;
  }

  Instant startedAt() {
    return Instant.EPOCH.plus(startedEpochMicros, ChronoUnit.MICROS);
  }

  void fail(Throwable error, String node, String function) {
    NeuroWeaverException failure = Failures.of(error, function + " on node " + node);
    errorKind = failure.kind().name();
    errorMessage = failure.getMessage();
    errorDetailsJson = failure.details().isEmpty() ? null : JobJson.text(failure.details());
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    errorTrace = trace.toString();
  }

  void used(Meter.Usage usage) {
    wallNanos = usage.wallNanos();
    cpuNanos = usage.cpuNanos();
    bytesRead = usage.bytesRead();
    bytesWritten = usage.bytesWritten();
    tokensIn = usage.tokensIn();
    tokensOut = usage.tokensOut();
  }

  Meter.Usage usage() {
    return new Meter.Usage(wallNanos, cpuNanos, bytesRead, bytesWritten, tokensIn, tokensOut);
  }

  /** The error, with the other node's stack trace as its cause; null when there is none. */
  NeuroWeaverException error(String node) {
    if (errorKind == null) {
      return null;
    }
    Map<String, Object> details = new LinkedHashMap<>();
    if (errorDetailsJson != null) {
      for (Map.Entry<String, JsonNode> entry : JobJson.object(errorDetailsJson).properties()) {
        JsonNode value = entry.getValue();
        details.put(entry.getKey(), value.isTextual() ? value.asText() : value);
      }
    }
    return new NeuroWeaverException(
        ErrorKind.valueOf(errorKind),
        errorMessage,
        details,
        errorTrace == null ? null : new RemoteTrace(node, errorTrace));
  }

  /** Another node's stack trace. */
  static final class RemoteTrace extends Exception {
    private static final long serialVersionUID = 1L;

    RemoteTrace(String node, String trace) {
      super("on node " + node + ":\n" + trace, null, false, false);
    }
  }
}
