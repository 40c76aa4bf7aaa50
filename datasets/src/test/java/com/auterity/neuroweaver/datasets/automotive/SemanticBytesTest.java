package com.auterity.neuroweaver.datasets.automotive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SemanticBytesTest {
  private static final Map<SemanticType, List<String>> USUAL =
      Map.of(
          SemanticType.VIN,
              List.of(
                  "1HGCM82633A004352",
                  "WBA3A5C50CF256651",
                  Vin.withCheckDigit("7FARW2H50KE000001").value()),
          SemanticType.PHONE, List.of("(555) 010-0199", "+1 555.010.0199", "5550100199"),
          SemanticType.EMAIL, List.of("ann.lee+x@mail.example.com", "a@b-c.io"),
          SemanticType.MONEY, List.of("1234.50", "$99", "0"),
          SemanticType.ODOMETER, List.of("45210", "0"),
          SemanticType.OP_CODE, List.of("LOF", "01-A/2 B", "9*"),
          SemanticType.DTC, List.of("P0301", "U3FFF"));

  private static boolean fits(SemanticType semantic, String text) {
    byte[] bytes = ("\"" + text + "9").getBytes(StandardCharsets.UTF_8);
    return SemanticBytes.fits(semantic, bytes, 1, bytes.length - 1);
  }

  @Test
  void usualFormsNeedNoFurtherCheck() {
    USUAL.forEach(
        (semantic, texts) ->
            texts.forEach(text -> assertTrue(fits(semantic, text), semantic + " " + text)));
  }

  @Test
  void whatIsTakenIsRight() {
    Random random = new Random(5);
    String alphabet = "0123456789ABCPXZaz@.-+()/ $,%üI";
    int taken = 0;
    for (int i = 0; i < 400_000; i++) {
      SemanticType semantic = List.copyOf(USUAL.keySet()).get(random.nextInt(USUAL.size()));
      StringBuilder text =
          new StringBuilder(USUAL.get(semantic).get(random.nextInt(USUAL.get(semantic).size())));
      for (int edits = random.nextInt(3); edits > 0 && !text.isEmpty(); edits--) {
        int at = random.nextInt(text.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, c);
          case 1 -> text.insert(at, c);
          default -> text.deleteCharAt(at);
        }
      }
      if (!text.isEmpty() && fits(semantic, text.toString())) {
        assertNull(SemanticCheck.fault(semantic, text.toString()), semantic + " " + text);
        taken++;
      }
    }
    assertTrue(taken > 100_000, "only " + taken);
  }

  @Test
  void numbersAreJudgedByTheirBits() {
    assertTrue(SemanticBytes.fits(SemanticType.ODOMETER, ColumnType.INT64, 2_000_000));
    assertFalse(SemanticBytes.fits(SemanticType.ODOMETER, ColumnType.INT64, 2_000_001));
    assertFalse(SemanticBytes.fits(SemanticType.ODOMETER, ColumnType.INT64, -1));
    for (double value : new double[] {-0.0, 12.5, 2e6, 2e6 + 1, -1, Double.NaN, 1e300}) {
      long bits = Double.doubleToRawLongBits(value);
      for (SemanticType semantic : List.of(SemanticType.ODOMETER, SemanticType.MONEY)) {
        assertEquals(
            SemanticCheck.fault(semantic, value) == null,
            SemanticBytes.fits(semantic, ColumnType.FLOAT64, bits),
            semantic + " " + value);
      }
    }
    assertTrue(SemanticBytes.fits(SemanticType.DATE, ColumnType.TIMESTAMP, 5));
    assertFalse(SemanticBytes.fits(SemanticType.VIN, ColumnType.INT64, 5), "is looked at as text");
  }
}
