package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.automotive.TroubleCode;
import com.auterity.neuroweaver.jobs.SharedData;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TroubleCodesTest {
  private static final String CELLS = "{stage:'trouble_codes',columns:['t']}";
  private static final String TEXTS = "{stage:'trouble_codes',text_columns:['t']}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "p301 | P0301",
        "P-0301 | P0301",
        "DTC P0301. | P0301",
        "p 0301 | P0301",
        "(p0301) | P0301",
        "code: u0100 | U0100",
        "P0301, P0302;p0303 | P0301, P0302, P0303",
        "P0301 P0420 | P0301, P0420",
        "DTCs: p0301 and P-0420 | P0301, P0420",
        "P0301,p0301 | P0301",
        "P0301-1a | P0301-1A",
        "B1318:13 | B1318-13",
        "Stored codes P0171/P0174 | P0171, P0174",
      })
  void bringsCellsIntoOneForm(String cell, String codes) {
    assertEquals(codes, RecipeRun.of(CELLS, cell).result());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "P03011",
        "P4301",
        "X0301",
        "P030",
        "B301",
        "misfire",
        "P0301 misfire",
        "...",
        "P 03 01"
      })
  void rejectsCellsThatHoldAnythingElse(String cell) {
    assertEquals("trouble_codes_t", RecipeRun.of(CELLS, cell).reason());
    assertNull(RecipeRun.of(CELLS.replace("}", ",unreadable:'null'}"), cell).result());
    assertEquals(cell, RecipeRun.of(CELLS.replace("}", ",unreadable:'keep'}"), cell).result());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "pulled p0301 and p-0420, cleared | pulled P0301 and P0420, cleared",
        "set P 0455 again | set P0455 again",
        "P0301-1a. | P0301-1A.",
        "part P03011 and b-2000 at p301 psi | part P03011 and b-2000 at p301 psi",
        "xp0301 p0301x | xp0301 p0301x",
      })
  void rewritesOnlyWholeCodesInText(String text, String after) {
    assertEquals(after, RecipeRun.of(TEXTS, text).result());
  }

  @Test
  void findsEveryKnownCodeInEveryGuise() throws Exception {
    List<String> codes = new ArrayList<>();
    for (String line : Files.readAllLines(SharedData.get("dtc/dtc_codes.csv"))) {
      String code = line.substring(0, Math.max(0, line.indexOf(',')));
      if (TroubleCode.parse(code).isPresent()) {
        codes.add(code);
      }
    }
    assertTrue(codes.size() > 4_900, codes.size() + " codes");
    for (String code : codes) {
      String lower = code.toLowerCase(Locale.ROOT);
      for (String guise :
          List.of(
              lower,
              code.charAt(0) + "-" + code.substring(1),
              code.charAt(0) + " " + lower.substring(1),
              "DTC " + code + ".",
              "[" + lower + "]",
              "code #" + lower)) {
        assertEquals(code, TroubleCodes.codes(guise), guise);
      }
      assertEquals("reads " + code + " now", TroubleCodes.inText("reads " + lower + " now"));
      if (code.startsWith("P0") && code.charAt(2) != '0') {
        assertEquals(code, TroubleCodes.codes("P" + code.substring(2)));
      }
    }
    System.out.println("trouble codes found again in every guise: " + codes.size());
    String joined = String.join(" ", codes.subList(0, 500)).toLowerCase(Locale.ROOT);
    assertEquals(String.join(", ", codes.subList(0, 500)), TroubleCodes.codes(joined));
  }
}
