package com.auterity.neuroweaver.datasets.automotive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TroubleCodeTest {
  @Test
  void readsCodesOfEveryArea() {
    assertEquals("powertrain", TroubleCode.parse(" p0301 ").orElseThrow().area());
    assertEquals("chassis", new TroubleCode("C1234").area());
    assertEquals("network", new TroubleCode("U0100").area());
    assertEquals("body", new TroubleCode("B00A1").area());
  }

  @Test
  void knowsWhatAllMakersShare() {
    assertTrue(new TroubleCode("P0420").generic());
    assertTrue(new TroubleCode("P2A00").generic());
    assertTrue(new TroubleCode("P3400").generic());
    assertFalse(new TroubleCode("P1259").generic());
    assertFalse(new TroubleCode("C1234").generic());
  }

  @Test
  void refusesOthers() {
    for (String text : new String[] {"P4000", "X0100", "P030", "P03011", "BRK11", ""}) {
      assertFalse(TroubleCode.parse(text).isPresent(), text);
    }
    assertFalse(TroubleCode.parse(null).isPresent());
  }
}
