package com.auterity.neuroweaver.jobs.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.exception.ND4JIllegalStateException;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4j;

final class Nd4jFailureTest {
  @Test
  void lackOfMemoryIsAJobsFailureWithAdviceAndWithoutTheErrorAsCause() {
    for (Throwable thrown :
        List.of(
            new OutOfMemoryError("Physical memory usage is too high: physicalBytes (9G)"),
            new RuntimeException("cudaMalloc failed: [2] out of memory"),
            new ND4JIllegalStateException("Failed to allocate 17179869184 bytes on DEVICE [0]"),
            new RuntimeException("op matmul", new RuntimeException("std::bad_alloc")))) {
      RuntimeException failure = Nd4jFailure.translate(thrown, "nd4j on a chip");
      assertEquals(ErrorKind.OUT_OF_MEMORY, ((NeuroWeaverException) failure).kind());
      assertNull(failure.getCause());
      for (String advice :
          List.of("micro_batch_size", "sequence_len", "gradient_checkpointing", "load_in_4bit")) {
        assertTrue(failure.getMessage().contains(advice), failure.getMessage());
      }
    }
  }

  @Test
  void otherFailuresStayWhatTheyAre() {
    RuntimeException bug = new IllegalArgumentException("cannot multiply");
    assertSame(bug, Nd4jFailure.translate(bug, "here"));
    StackOverflowError error = new StackOverflowError();
    assertSame(
        error, assertThrows(StackOverflowError.class, () -> Nd4jFailure.translate(error, "here")));
  }

  @Test
  void beyondTheMemoryThatIsAllowedAKernelFailsAsAJobDoesAndTheLaneGoesOn() {
    Device device = TestDevice.ND4J_CPU.get();
    Environment environment = Nd4j.getEnvironment();
    float[] values = new float[1 << 16];
    try (Lane lane = device.lane()) {
      Tensor x = lane.zeros(1 << 8, 1 << 8);
      environment.setDeviceLimit(0, 1);
      try {
        for (Executable asked :
            List.<Executable>of(
                () -> lane.tensor(1 << 10, 1 << 10),
                () -> device.weights(1 << 8, 1 << 8, values, 0))) {
          NeuroWeaverException refused = assertThrows(NeuroWeaverException.class, asked);
          assertEquals(ErrorKind.OUT_OF_MEMORY, refused.kind());
          assertTrue(refused.getMessage().contains("nd4j-"), refused.getMessage());
        }
      } finally {
        environment.setDeviceLimit(0, 0);
      }
      lane.write(x, values, 0);
      lane.read(x, values, 0);
    }
  }
}
