package com.auterity.neuroweaver.jobs.tensor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Of a device of its own: what lanes leave behind is used again, or freed. */
class Nd4jMemoryTest {
  private static Nd4jDevice device;

  @BeforeAll
  static void start() {
    device = Nd4jDevice.open();
  }

  @AfterAll
  static void stop() {
    device.close();
  }

  private static INDArray block(Nd4jMemory memory, int rows, int cols) {
    return memory.take(rows, cols).block();
  }

  @Test
  void theNextLaneHasTheBlocksOfTheLast() {
    try (Nd4jMemory memory = new Nd4jMemory(device)) {
      INDArray one = block(memory, 30, 20);
      INDArray other = block(memory, 30, 20);
      assertNotSame(one, other);
      memory.endLane();
      INDArray again = block(memory, 20, 30);
      INDArray andAgain = block(memory, 20, 30);
      assertNotSame(again, andAgain);
      assertTrue(again == one || again == other);
      assertTrue(andAgain == one || andAgain == other);
      assertNotSame(block(memory, 20, 30), again);
    }
  }

  @Test
  void aBlockGivenBackAndTakenAgainIsThereOnce() {
    try (Nd4jMemory memory = new Nd4jMemory(device)) {
      Nd4jTensor first = memory.take(8, 8);
      memory.giveBack(first);
      assertSame(first.block(), block(memory, 8, 8));
      memory.endLane();
      assertNotSame(block(memory, 8, 8), block(memory, 8, 8));
    }
  }

  @Test
  void whatALaneDidNotUseIsFreed() {
    try (Nd4jMemory memory = new Nd4jMemory(device)) {
      INDArray small = block(memory, 8, 8);
      INDArray large = block(memory, 100, 100);
      memory.endLane();
      assertSame(small, block(memory, 8, 8));
      memory.endLane();
      assertTrue(large.wasClosed());
      assertFalse(small.wasClosed());
    }
  }

  @Test
  void giveBackTwiceIsRefused() {
    try (Nd4jMemory memory = new Nd4jMemory(device)) {
      Nd4jTensor tensor = memory.take(8, 8);
      memory.giveBack(tensor);
      assertThrows(IllegalArgumentException.class, () -> memory.giveBack(tensor));
    }
  }

  @Test
  void aClosedDeviceKeepsNothing() {
    Nd4jDevice own = Nd4jDevice.open();
    Nd4jMemory waiting = own.takeMemory();
    INDArray kept = block(waiting, 8, 8);
    Nd4jMemory busy = own.takeMemory();
    INDArray used = block(busy, 8, 8);
    own.keepMemory(waiting);
    assertFalse(kept.wasClosed());
    own.close();
    assertTrue(kept.wasClosed());
    assertFalse(used.wasClosed());
    own.keepMemory(busy);
    assertTrue(used.wasClosed());
  }
}
