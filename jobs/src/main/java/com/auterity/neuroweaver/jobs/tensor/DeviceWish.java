package com.auterity.neuroweaver.jobs.tensor;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/** What a node is told to compute on; {@code AUTO} leaves it to the machine. */
public record DeviceWish(Kind kind, Factors factors) {
  /** Nothing in particular. */
  public static final DeviceWish ANY = new DeviceWish(Kind.AUTO, Factors.AUTO);

  /** Auto is the CPU. */
  public enum Kind {
    AUTO,
    CPU,
    ND4J
  }

  /** In what large products are computed; auto is bf16 where the device multiplies it. */
  public enum Factors {
    AUTO,
    BF16,
    FLOAT32
  }

  /** As configuration says it: auto, cpu or nd4j; auto, bf16 or float32. */
  public static DeviceWish of(String device, String precision) {
    return new DeviceWish(
        one("device", device, Kind.values()), one("precision", precision, Factors.values()));
  }

  private static <E extends Enum<E>> E one(String key, String text, E[] known) {
    StringBuilder right = new StringBuilder();
    for (E value : known) {
      String name = value.name().toLowerCase(java.util.Locale.ROOT);
      if (name.equals(text)) {
        return value;
      }
      right.append(right.isEmpty() ? "" : ", ").append(name);
    }
    throw NeuroWeaverException.invalid(
        "`%s` is `%s`, right is one of %s".formatted(key, text, right));
  }

  @Override
  public String toString() {
    return "device: %s, precision: %s"
        .formatted(
            kind.name().toLowerCase(java.util.Locale.ROOT),
            factors.name().toLowerCase(java.util.Locale.ROOT));
  }
}
