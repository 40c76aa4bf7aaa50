package com.auterity.neuroweaver.jobs.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.BytePointer;

/** Native memory that begins on a cache line, seen as bytes, halves, ints and floats. */
final class NativeBlock implements AutoCloseable {
  private static final int LINE = 64;
  private static final AtomicLong TAKEN = new AtomicLong();

  final long bytes;
  final long address;
  final ByteBuffer raw;
  final FloatBuffer floats;
  final ShortBuffer halves;
  final IntBuffer ints;
  private final BytePointer memory;
  private boolean closed;

  /** Undefined contents; at most 2 GiB, since buffers are counted in ints. */
  NativeBlock(long bytes) {
    this.bytes = Math.max(LINE, bytes);
    if (this.bytes > Integer.MAX_VALUE - LINE) {
      throw new IllegalArgumentException("a block of " + bytes + " bytes; at most 2 GiB fit");
    }
    this.memory = new BytePointer(this.bytes + LINE);
    long past = memory.address() & (LINE - 1);
    memory.position(past == 0 ? 0 : LINE - past);
    this.address = memory.address() + memory.position();
    this.raw =
        memory
            .limit(memory.position() + this.bytes)
            .asByteBuffer()
            .slice()
            .order(ByteOrder.nativeOrder());
    this.floats = raw.asFloatBuffer();
    this.halves = raw.asShortBuffer();
    this.ints = raw.asIntBuffer();
    TAKEN.addAndGet(this.bytes);
  }

  /** At least the size; such sizes grow by quarters of a power of two, so that blocks fit again. */
  static long capacity(long size) {
    long quarter = Math.max(64, Long.highestOneBit(Math.max(1, size - 1)) / 4);
    return (size + quarter - 1) / quarter * quarter;
  }

  /** Bytes of all blocks that are open. */
  static long taken() {
    return TAKEN.get();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      TAKEN.addAndGet(-bytes);
      memory.close();
    }
  }
}
