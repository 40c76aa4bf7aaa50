package com.auterity.neuroweaver.jobs.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is the CPU's own beside {@link DeviceContract}: rounding, the exponential, the profile. */
final class CpuLaneTest {
  private final Random random = new Random(42);

  @Test
  void roundsToTheNearestBf16TiesToEven() {
    float[] from = new float[70];
    for (int i = 0; i < from.length; i++) {
      from[i] = (float) random.nextGaussian();
    }
    from[0] = Float.intBitsToFloat(0x3f808000);
    from[1] = Float.intBitsToFloat(0x3f818000);
    from[2] = Float.intBitsToFloat(0x3f818001);
    short[] to = new short[70];
    OneDnnGemm.round(from, 0, to, 0, 70);
    assertEquals(0x3f80, to[0]);
    assertEquals(0x3f82, to[1]);
    assertEquals(0x3f82, to[2]);
    for (int i = 0; i < 70; i++) {
      float back = Float.intBitsToFloat(to[i] << 16);
      assertTrue(Math.abs(back - from[i]) <= Math.abs(from[i]) / 256, from[i] + " became " + back);
    }
  }

  @Test
  void exponentialIsAccurateAndItsScalarTwinIsEqual() {
    float[] x = new float[Lanes.WIDTH];
    float[] y = new float[Lanes.WIDTH];
    for (int round = 0; round < 20_000; round++) {
      for (int i = 0; i < x.length; i++) {
        x[i] = (random.nextFloat() - 0.5f) * 170;
      }
      Lanes.exp(jdk.incubator.vector.FloatVector.fromArray(Lanes.F, x, 0)).intoArray(y, 0);
      for (int i = 0; i < x.length; i++) {
        double expected = Math.exp(x[i]);
        assertEquals(expected, y[i], expected * 3e-7);
        assertEquals(Float.floatToRawIntBits(y[i]), Float.floatToRawIntBits(Lanes.exp(x[i])));
      }
    }
  }

  @Test
  void profileNamesWhatBytesDependOn() {
    String profile = Devices.best().profile();
    assertTrue(profile.contains("onednn-3."), profile);
    assertTrue(profile.contains("jdk-" + Runtime.version().feature()), profile);
    assertTrue(profile.endsWith(CpuDevice.hasBf16() ? "bf16" : "float32"), profile);
  }
}
