package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Work of a model that finds no memory, native or heap, fails its job and says what takes less. The
 * OutOfMemoryError goes no further, not even as a cause: it would halt the node.
 */
public final class OutOfMemory {
  private OutOfMemory() {}

  /**
   * Training's result.
   *
   * @throws NeuroWeaverException OUT_OF_MEMORY with advice, leaving out what is in use already
   */
  static <T> T advised(
      String node, WeightFormat baseFormat, boolean gradientCheckpointing, Callable<T> work)
      throws Exception {
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
    return advised(node, "training", ways, work);
  }

  /**
   * The work's result.
   *
   * @param what the work is, as an error calls it
   * @param ways to take less memory, beside more of it
   * @throws NeuroWeaverException OUT_OF_MEMORY with the ways
   */
  public static <T> T advised(String node, String what, List<String> ways, Callable<T> work)
      throws Exception {
    try {
      return work.call();
    } catch (Exception | Error e) {
      String found = found(e);
      if (found == null) {
        throw e;
      }
      throw new NeuroWeaverException(
          ErrorKind.OUT_OF_MEMORY,
          "%s ran out of memory on node %s: %s, or give the node more memory (%s)"
              .formatted(what, node, String.join(", or ", ways), found),
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
