package com.auterity.neuroweaver.jobs.tensor;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The devices of this machine, one of each for the whole JVM; they are never closed. */
public final class Devices {
  private static Device chosen;

  private Devices() {}

  private static final class Float32 {
    static final Device DEVICE = new CpuDevice(Precision.FLOAT32);
  }

  private static final class Bf16 {
    static final Device DEVICE = new CpuDevice(Precision.BF16);
  }

  /** ND4J starts once, or fails once. */
  private static final class Nd4j {
    static Nd4jDevice device;
    static NeuroWeaverException refusal;

    static synchronized Nd4jDevice device() {
      if (refusal != null) {
        throw refusal;
      }
      if (device == null) {
        try {
          device = Nd4jDevice.open();
        } catch (NeuroWeaverException e) {
          refusal = e;
          throw e;
        }
      }
      return device;
    }
  }

  /**
   * What this process computes on from now on; a node says it once, at its start. The default is
   * the CPU in its fastest precision.
   *
   * @throws NeuroWeaverException when the machine cannot, or the process computes on another
   *     already
   */
  public static synchronized Device use(DeviceWish wish) {
    Device device = open(wish);
    if (chosen != null && chosen != device) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "this process computes on %s already, it cannot change to %s (%s)"
              .formatted(chosen.profile(), device.profile(), wish));
    }
    chosen = device;
    return device;
  }

  /** What {@link #use} chose; before that the fastest precision of the CPU. */
  public static synchronized Device best() {
    return chosen != null ? chosen : open(DeviceWish.ANY);
  }

  /** The CPU in float32, whatever the processor could do. */
  public static Device float32() {
    return Float32.DEVICE;
  }

  /** Whether the processor multiplies bf16. */
  public static boolean hasBf16() {
    return CpuDevice.hasBf16();
  }

  /**
   * The device that fits a wish.
   *
   * @throws NeuroWeaverException saying what is missing, when there is none
   */
  public static Device open(DeviceWish wish) {
    if (wish.kind() == DeviceWish.Kind.ND4J) {
      if (wish.factors() == DeviceWish.Factors.BF16) {
        throw NeuroWeaverException.invalid(
            "`device: nd4j` computes in float32: set `precision` to auto or float32, or `device` to"
                + " cpu");
      }
      return Nd4j.device();
    }
    return cpu(wish, CpuDevice.hasBf16());
  }

  static Device cpu(DeviceWish wish, boolean multipliesBf16) {
    if (wish.factors() == DeviceWish.Factors.BF16 && !multipliesBf16) {
      throw new NeuroWeaverException(
          ErrorKind.UNPROCESSABLE,
          "`precision: bf16` wants a processor that multiplies bf16 (AVX-512 BF16 or AMX), this one"
              + " does not: set `precision` to auto or float32");
    }
    return wish.factors() == DeviceWish.Factors.FLOAT32 || !multipliesBf16
        ? Float32.DEVICE
        : Bf16.DEVICE;
  }

  /** Each device by its settings, with its profile or why it is not there. */
  public static Map<String, String> offered() {
    Map<String, String> offered = new LinkedHashMap<>();
    for (DeviceWish wish :
        new DeviceWish[] {
          new DeviceWish(DeviceWish.Kind.CPU, DeviceWish.Factors.BF16),
          new DeviceWish(DeviceWish.Kind.CPU, DeviceWish.Factors.FLOAT32),
          new DeviceWish(DeviceWish.Kind.ND4J, DeviceWish.Factors.AUTO)
        }) {
      String found;
      try {
        found = open(wish).profile();
      } catch (NeuroWeaverException e) {
        found = "no: " + e.getMessage();
      }
      offered.put(wish.toString(), found);
    }
    return offered;
  }
}
