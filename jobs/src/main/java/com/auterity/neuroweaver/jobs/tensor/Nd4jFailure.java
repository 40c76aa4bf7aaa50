package com.auterity.neuroweaver.jobs.tensor;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;
import java.util.Locale;

/** What ND4J throws, in our words: memory that is not there is a job's failure, with advice. */
final class Nd4jFailure {
  private static final List<String> MEMORY =
      List.of(
          "out of memory",
          "outofmemory",
          "cudamalloc",
          "cudaerrormemoryallocation",
          "bad_alloc",
          "can't allocate",
          "cannot allocate",
          "allocation failed",
          "failed to allocate",
          "physical memory usage is too high",
          "requested amount exceeds");

  private Nd4jFailure() {}

  /** Ours as they are; lack of memory without its cause, which would end a grid node. */
  static RuntimeException translate(Throwable thrown, String where) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof OutOfMemoryError || speaksOfMemory(t.getMessage())) {
        return new NeuroWeaverException(
            ErrorKind.OUT_OF_MEMORY,
            ("%s has no memory left (%s): take a smaller micro_batch_size or sequence_len, set"
                    + " gradient_checkpointing, or load_in_4bit for the base model")
                .formatted(where, t.getMessage()));
      }
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }

  private static boolean speaksOfMemory(String message) {
    if (message == null) {
      return false;
    }
    String lower = message.toLowerCase(Locale.ROOT);
    return MEMORY.stream().anyMatch(lower::contains);
  }
}
