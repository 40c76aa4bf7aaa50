package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.grid.ThreadCpu;

/** Answers with the node's name, or fails in the way asked for. */
public final class EchoFunction implements GridFunction<EchoFunction.In, EchoFunction.Out> {
  /** What to say and how to fail. */
  public record In(String text, String mode) {}

  /** Who answered what. */
  public record Out(String node, String text) {}

  @Override
  public Class<In> inputType() {
    return In.class;
  }

  @Override
  public Class<Out> outputType() {
    return Out.class;
  }

  @Override
  public Out apply(In input, NodeContext node) throws Exception {
    switch (input.mode()) {
      case "bug" -> throw new IllegalStateException("a bug of the user's");
      case "memory" -> throw new IllegalStateException(new OutOfMemoryError("Java heap space"));
      case "tokens" -> {
        node.meter().tokensIn(7);
        node.meter().tokensOut(5);
        node.workers().submit(() -> node.meter().measure(() -> burn(50))).get();
        burn(20);
      }
      default -> {}
    }
    return new Out(node.nodeName(), input.text());
  }

  private static long burn(long millis) {
    long until = ThreadCpu.nanos() + millis * 1_000_000;
    long sum = 0;
    while (ThreadCpu.nanos() < until) {
      sum += sum * 31 + 7;
    }
    return sum;
  }
}
