package com.auterity.neuroweaver.jobs.tensor;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What one lane at a time works in: blocks for its tensors, and a workspace for what a kernel makes
 * on its way.
 *
 * <p>The device keeps it for the next lane. Were blocks freed with each lane, ND4J's small wrappers
 * of arrays, which only a garbage collection frees, would settle in the holes: the next lane's
 * blocks fit none of them, and the process grows by a lane until Java collects.
 */
final class Nd4jMemory implements AutoCloseable {
  private static final AtomicLong NUMBER = new AtomicLong();
  private static final WorkspaceConfiguration GROWING =
      WorkspaceConfiguration.builder()
          .initialSize(0)
          .policyAllocation(AllocationPolicy.STRICT)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policySpill(SpillPolicy.REALLOCATE)
          .build();

  private final Nd4jDevice device;
  private final MemoryWorkspace workspace =
      Nd4j.getWorkspaceManager()
          .createNewWorkspace(GROWING, "neuroweaver-" + NUMBER.getAndIncrement());
  private final Map<Long, ArrayDeque<INDArray>> free = new HashMap<>();
  private final Set<INDArray> lent = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Blocks that the present lane has or has given back. */
  private final Set<INDArray> had = Collections.newSetFromMap(new IdentityHashMap<>());

  Nd4jMemory(Nd4jDevice device) {
    this.device = device;
  }

  /** Arrays made until it is closed lie in the workspace, which is empty again after it. */
  MemoryWorkspace scope() {
    return workspace.notifyScopeEntered();
  }

  /** (rows x cols) with undefined contents, until it is given back or the lane ends. */
  Nd4jTensor take(int rows, int cols) {
    long size = NativeBlock.capacity((long) rows * cols);
    ArrayDeque<INDArray> fitting = free.get(size);
    INDArray block = fitting == null ? null : fitting.poll();
    if (block == null) {
      block = device.allocate(DataType.FLOAT, size);
    }
    lent.add(block);
    had.add(block);
    return new Nd4jTensor(block, 0, rows, cols, cols);
  }

  /**
   * @throws IllegalArgumentException when it was not taken here, or given back before
   */
  void giveBack(Nd4jTensor tensor) {
    INDArray block = tensor.block();
    if (!lent.remove(block)) {
      throw new IllegalArgumentException("this lane did not lend " + tensor);
    }
    makeFree(block);
  }

  private void makeFree(INDArray block) {
    free.computeIfAbsent(block.length(), size -> new ArrayDeque<>()).push(block);
  }

  /** A lane has ended: keeps what it had, for the next, and frees what it had no use for. */
  void endLane() {
    for (ArrayDeque<INDArray> blocks : free.values()) {
      blocks.stream().filter(block -> !had.contains(block)).forEach(INDArray::close);
    }
    free.clear();
    lent.clear();
    had.forEach(this::makeFree);
    had.clear();
  }

  @Override
  public void close() {
    endLane();
    free.values().forEach(blocks -> blocks.forEach(INDArray::close));
    free.clear();
    Nd4j.getWorkspaceManager().destroyWorkspace(workspace);
  }
}
