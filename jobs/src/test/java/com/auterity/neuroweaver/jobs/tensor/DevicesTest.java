package com.auterity.neuroweaver.jobs.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DevicesTest {
  private static DeviceWish wish(String device, String precision) {
    return DeviceWish.of(device, precision);
  }

  @Test
  void theCpuTakesTheFastestPrecisionUnlessToldAnother() {
    assertEquals(Precision.BF16, Devices.cpu(wish("auto", "auto"), true).precision());
    assertEquals(Precision.FLOAT32, Devices.cpu(wish("auto", "auto"), false).precision());
    assertEquals(Precision.BF16, Devices.cpu(wish("cpu", "bf16"), true).precision());
    assertEquals(Precision.FLOAT32, Devices.cpu(wish("cpu", "float32"), true).precision());
    assertSame(Devices.float32(), Devices.open(wish("cpu", "float32")));
    assertEquals(DeviceWish.ANY, wish("auto", "auto"));
  }

  @Test
  void aPrecisionThatIsNotThereIsRefusedWithWhatIs() {
    NeuroWeaverException refused =
        assertThrows(NeuroWeaverException.class, () -> Devices.cpu(wish("cpu", "bf16"), false));
    assertEquals(ErrorKind.UNPROCESSABLE, refused.kind());
    assertTrue(refused.getMessage().contains("float32"), refused.getMessage());
    refused = assertThrows(NeuroWeaverException.class, () -> Devices.open(wish("nd4j", "bf16")));
    assertTrue(refused.getMessage().contains("`device: nd4j` computes in float32"));
  }

  @Test
  void nd4jIsOpenedOnce() {
    Device device = Devices.open(wish("nd4j", "auto"));
    assertSame(device, Devices.open(wish("nd4j", "float32")));
    assertTrue(device.profile().startsWith("nd4j-1.0.0-M2.1 "), device.profile());
  }

  @Test
  void aProcessKeepsItsDevice() {
    Device first = Devices.use(DeviceWish.ANY);
    assertSame(first, Devices.use(DeviceWish.ANY));
    assertSame(first, Devices.best());
    NeuroWeaverException refused =
        assertThrows(NeuroWeaverException.class, () -> Devices.use(wish("nd4j", "auto")));
    assertEquals(ErrorKind.CONFLICT, refused.kind());
    assertSame(first, Devices.best());
  }

  @Test
  void everyDeviceIsOfferedWithItsProfileOrAReason() {
    Map<String, String> offered = Devices.offered();
    assertEquals(3, offered.size());
    assertEquals(Devices.float32().profile(), offered.get("device: cpu, precision: float32"));
  }

  @Test
  void unknownWordsAreRefusedWithTheKnown() {
    NeuroWeaverException refused =
        assertThrows(NeuroWeaverException.class, () -> wish("gpu", "auto"));
    assertEquals("`device` is `gpu`, right is one of auto, cpu, nd4j", refused.getMessage());
  }
}
