package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Training that finds no memory, native or heap, fails its job and says what takes less. The
 * OutOfMemoryError goes no further, not even as a cause: it would halt the node.
 */
final class OutOfMemory {
  private OutOfMemory() {}

  /**
   * The work's result.
   *
   * @throws NeuroWeaverException OUT_OF_MEMORY with advice, leaving out what is in use already
   */
  static <T> T advised(
      String node, WeightFormat baseFormat, boolean gradientCheckpointing, Callable<T> work)
      throws Exception {
    try {
      return work.call();
    } catch (Exception | Error e) {
      String found = found(e);
      if (found == null) {
        throw e;
      }
      List<String> ways = new ArrayList<>();
      ways.add("lower micro_batch_size or sequence_len");
      if (!gradientCheckpointing) {
        ways.add("set gradient_checkpointing: true");
      }
      switch (baseFormat) {
        case FULL -> ways.add("set adapter: qlora");
        case INT8 -> ways.add("set adapter: qlora with load_in_4bit instead of load_in_8bit");
        case NF4 -> {}
      }
      ways.add("give the node more memory");
      throw new NeuroWeaverException(
          ErrorKind.OUT_OF_MEMORY,
          "training ran out of memory on node %s: %s (%s)"
              .formatted(node, String.join(", or ", ways), found),
          Map.of("node", node, "found", found));
    }
  }

  /** What the failure says of memory; null when it is about something else. */
  private static String found(Throwable error) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      if (at instanceof OutOfMemoryError
          || (at instanceof NeuroWeaverException known
              && known.kind() == ErrorKind.OUT_OF_MEMORY)) {
        return String.valueOf(at.getMessage());
      }
    }
    return null;
  }
}
