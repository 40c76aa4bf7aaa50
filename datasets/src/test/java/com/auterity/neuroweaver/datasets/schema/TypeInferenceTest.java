package com.auterity.neuroweaver.datasets.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypeInferenceTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1|INT64",
        "-7;0;9223372036854775807|INT64",
        "9223372036854775808|STRING",
        "01234|STRING",
        "1;007|STRING",
        "+15551234567|STRING",
        "-0|FLOAT64",
        "1;2.5|FLOAT64",
        "1e6;-2.5E-3|FLOAT64",
        "1e400|STRING",
        "2.5;9007199254740993|STRING",
        "1.|STRING",
        ".5|STRING",
        "1d|STRING",
        "NaN|STRING",
        "true;False|BOOL",
        "true;1|STRING",
        "2026-01-31|DATE",
        "2026-02-30|STRING",
        "20260131|INT64",
        "2026-01-31T09:30:00Z|TIMESTAMP",
        "2026-01-31;2026-01-31 09:30:00.123456+02:00|TIMESTAMP",
        "2026-01-31T09:30:00.123456789Z|STRING",
        "1;x|STRING",
        "2026-01-31;5|STRING"
      })
  void textGetsTheNarrowestTypeThatLosesNothing(String cells, ColumnType expected) {
    TypeInference inference = new TypeInference();
    for (String cell : cells.split(";")) {
      inference.text(cell);
    }
    assertEquals(expected, inference.type());
  }

  @Test
  void aColumnWithoutValuesIsText() {
    assertEquals(ColumnType.STRING, new TypeInference().type());
  }

  @Test
  void whatAFileCallsTextIsNeverANumber() {
    TypeInference inference = new TypeInference();
    inference.string("12");
    assertEquals(ColumnType.STRING, inference.type());
  }

  @Test
  void textAndNumbersMixedAreText() {
    TypeInference inference = new TypeInference();
    inference.number("12");
    inference.string("2026-01-31");
    assertEquals(ColumnType.STRING, inference.type());
  }

  @Test
  void everyInferredTextParsesAsItsType() throws BadValueException {
    SplittableRandom random = new SplittableRandom(3);
    String alphabet = "0123456789-+.eETZ: xX";
    int typed = 0;
    for (int i = 0; i < 300_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = 1 + random.nextInt(6);
      for (int c = 0; c < length; c++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      TypeInference inference = new TypeInference();
      inference.text(text.toString());
      Object value = TextValues.parse(inference.type(), text.toString());
      if (inference.type() == ColumnType.INT64) {
        assertEquals(text.toString(), value.toString());
      }
      typed += inference.type() == ColumnType.STRING ? 0 : 1;
    }
    assertTrue(typed > 1_000, "only " + typed);
  }

  /** The bytes of a column's texts say what the texts say, whatever comes after what. */
  @Test
  void bytesGiveTheTypeThatTextGives() {
    SplittableRandom random = new SplittableRandom(4);
    String[] forms = {
      "0",
      "-7",
      "12.50",
      "123456789012345",
      "1e6",
      "true",
      "False",
      "2026-01-31",
      "brakes",
      "Größe",
      "2026-01-31T09:30:00",
      "2026-01-31 09:30:00.123456Z",
      "2026-01-31T09:30:00+02:00",
      " 5",
      "+5"
    };
    String alphabet = "0123456789-+.eETtfZ: xü";
    Set<ColumnType> types = EnumSet.noneOf(ColumnType.class);
    for (int i = 0; i < 200_000; i++) {
      TypeInference byText = new TypeInference();
      TypeInference byBytes = new TypeInference();
      StringBuilder said = new StringBuilder();
      for (int n = random.nextInt(3); n >= 0; n--) {
        StringBuilder text = new StringBuilder(forms[random.nextInt(forms.length)]);
        if (random.nextInt(3) == 0) {
          int at = random.nextInt(text.length());
          text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
        }
        byText.text(text.toString());
        byte[] bytes = ("\0" + text + "9").getBytes(StandardCharsets.UTF_8);
        byBytes.text(bytes, 1, bytes.length - 1);
        said.append(text).append(';');
      }
      assertEquals(byText.type(), byBytes.type(), said.toString());
      types.add(byText.type());
    }
    assertEquals(EnumSet.allOf(ColumnType.class), types);
  }

  @Test
  void declaredTypesTakeWhatPeopleWrite() throws BadValueException {
    assertEquals(12L, TextValues.parse(ColumnType.INT64, " +012 "));
    assertEquals(0.5, TextValues.parse(ColumnType.FLOAT64, ".5"));
    assertEquals(true, TextValues.parse(ColumnType.BOOL, "Y"));
    assertEquals(LocalDate.of(1994, 11, 28), TextValues.parse(ColumnType.DATE, "19941128"));
    assertEquals(
        Instant.parse("2026-01-31T07:30:00.123456Z"),
        TextValues.parse(ColumnType.TIMESTAMP, "2026-01-31T09:30:00.123456789+02:00"));
    assertEquals(
        Instant.parse("2026-01-31T00:00:00Z"),
        TextValues.parse(ColumnType.TIMESTAMP, "2026-01-31"));
    assertEquals("  x ", TextValues.parse(ColumnType.STRING, "  x "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1.5", "x", "99999999999999999999"})
  void aBadValueSaysWhatWouldBeRight(String text) {
    BadValueException e =
        assertThrows(BadValueException.class, () -> TextValues.parse(ColumnType.INT64, text));
    assertEquals(
        "expected int64 (a whole number of at most 64 bits), found \"" + text + "\"",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1d", "0x1p3", "NaN", "Infinity", "1e999", "1,5"})
  void whatOnlyJavaTakesForANumberIsNone(String text) {
    assertThrows(BadValueException.class, () -> TextValues.parse(ColumnType.FLOAT64, text));
  }
}
