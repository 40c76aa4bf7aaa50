package com.auterity.neuroweaver.datasets.automotive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VinTest {
  /** Published examples: 49 CFR 565, NHTSA's decoder, Wikipedia. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1M8GDM9AXKP042788",
        "11111111111111111",
        "5GZCZ43D13S812715",
        "1HGCM82633A004352"
      })
  void knowsRightCheckDigits(String vin) {
    assertTrue(new Vin(vin).checkDigitIsRight());
  }

  @Test
  void seesAChangeOfAnySinglePlaceThatTheDigitCanShow() {
    String right = "1M8GDM9AXKP042788";
    String digits = "0123456789";
    int caught = 0;
    int changes = 0;
    for (int place = 0; place < 17; place++) {
      for (char c : digits.toCharArray()) {
        if (place != 8 && c != right.charAt(place) && Character.isDigit(right.charAt(place))) {
          changes++;
          String wrong = right.substring(0, place) + c + right.substring(place + 1);
          caught += new Vin(wrong).checkDigitIsRight() ? 0 : 1;
        }
      }
    }
    assertEquals(changes, caught);
  }

  @Test
  void agreesWithTheSlowFormulaOfTheRegulation() {
    String values = "A1B2C3D4E5F6G7H8J1K2L3M4N5P7R9S2T3U4V5W6X7Y8Z9";
    int[] weights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    SplittableRandom random = new SplittableRandom(5);
    for (int n = 0; n < 2000; n++) {
      String vin = Vehicles.draw(Split.TRAIN, random).vin().value();
      int sum = 0;
      for (int i = 0; i < 17; i++) {
        char c = vin.charAt(i);
        int at = values.indexOf(c);
        int value = Character.isDigit(c) ? c - '0' : values.charAt(at + 1) - '0';
        sum += value * weights[i];
      }
      char expected = "0123456789X".charAt(sum % 11);
      assertEquals(expected, vin.charAt(8), vin);
      assertTrue(new Vin(vin).checkDigitIsRight(), vin);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1FTMW1T88MFA00001, 2021",
    "1M8GDM9AXKP042788, 1989",
    "1HGCM82633A004352, 2003",
    "5UXWX7C50BA000000, 2011"
  })
  void tellsTheModelYear(String vin, int year) {
    assertEquals(year, new Vin(vin).modelYear().orElseThrow());
  }

  @Test
  void codesEveryModelYear() {
    assertEquals('A', Vin.yearCode(1980));
    assertEquals('Y', Vin.yearCode(2000));
    assertEquals('9', Vin.yearCode(2009));
    assertEquals('A', Vin.yearCode(2010));
    assertEquals('R', Vin.yearCode(2024));
    assertThrows(IllegalArgumentException.class, () -> Vin.yearCode(1979));
  }

  @Test
  void refusesWhatIsNoVin() {
    assertFalse(Vin.parse("1M8GDM9AXKP04278").isPresent());
    assertFalse(Vin.parse("IM8GDM9AXKP042788").isPresent());
    assertFalse(Vin.parse(null).isPresent());
    assertEquals("has 'O' at place 12", Vin.fault("1M8GDM9AXKPO42788"));
    assertEquals("1M8GDM9AXKP042788", Vin.parse(" 1m8gdm9axkp042788 ").orElseThrow().value());
  }
}
