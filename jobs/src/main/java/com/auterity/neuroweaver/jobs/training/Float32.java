package com.auterity.neuroweaver.jobs.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Float vectors as little-endian bytes. */
public final class Float32 {
  private Float32() {}

  public static byte[] bytes(float[] values) {
    ByteBuffer out =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.asFloatBuffer().put(values);
    return out.array();
  }

  public static float[] values(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
