package com.auterity.neuroweaver.datasets.automotive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.schema.SemanticType;
import java.time.Duration;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SemanticCheckTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VIN|1ftmw1t88mfa00001",
        "VIN|WVWZZZ1JZXW000001",
        "PHONE|(555) 010-0199",
        "PHONE|+49 30 1234567",
        "PHONE|555-010-0199 ext. 12",
        "EMAIL|ann.o'neil+x@mail.example.co",
        "MONEY|$1,234.50",
        "MONEY|-12",
        "MONEY|(12.00)",
        "MONEY|USD 5",
        "ODOMETER|45,210 mi",
        "ODOMETER|0",
        "DTC|p0301",
        "OP_CODE|BRK_PAD-F 1",
        "DATE|1/31/2026",
        "DATE|2024-02-29T10:00",
        "DATE|20260131",
        "JSON|{\"a\": [1]}",
        "FREE_TEXT|anything"
      })
  void rightValuesAreTaken(SemanticType semantic, String text) {
    assertNull(SemanticCheck.fault(semantic, text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VIN|1FTMW1T87MFA00001|check digit of this one should be 8",
        "VIN|1FTMW1T88MFA0000|16 characters",
        "VIN|1FTMW1T88MFA0000O|'O' at place 17",
        "PHONE|12345|phone number",
        "PHONE|call me|phone number",
        "EMAIL|ann@example|name@example.com",
        "EMAIL|a b@example.com|name@example.com",
        "MONEY|1,23|amount",
        "MONEY|five|amount",
        "ODOMETER|-5|distance",
        "ODOMETER|9999999|distance",
        "DTC|P9301|P0301",
        "OP_CODE|<script>|operation code",
        "DATE|2026-02-30|date",
        "DATE|13/13/2026|date",
        "JSON|{a}|JSON"
      })
  void wrongOnesAreNamedWithWhatIsRight(SemanticType semantic, String text, String right) {
    String fault = SemanticCheck.fault(semantic, text);
    assertTrue(fault != null && fault.contains(right), fault);
    assertTrue(fault.contains("found \"" + text + "\""), fault);
  }

  @Test
  void valuesWithTypesAreCheckedToo() {
    assertNull(SemanticCheck.fault(SemanticType.DATE, LocalDate.of(2026, 1, 31)));
    assertNull(SemanticCheck.fault(SemanticType.MONEY, 12.5));
    assertNull(SemanticCheck.fault(SemanticType.ODOMETER, 45_210L));
    assertEquals(
        "expected a distance of 0 to 2,000,000, like 45,210, found \"-1\"",
        SemanticCheck.fault(SemanticType.ODOMETER, -1L));
  }

  /** No text makes a pattern run for long. */
  @ParameterizedTest
  @EnumSource(SemanticType.class)
  void longTextsAreCheckedQuickly(SemanticType semantic) {
    for (String part : new String[] {"1", "a.", "1,234", "a@a.", "(", "[", " -"}) {
      String text = part.repeat(100_000) + "!";
      assertTimeoutPreemptively(Duration.ofSeconds(10), () -> SemanticCheck.fault(semantic, text));
    }
  }
}
