package com.auterity.neuroweaver.jobs.refinement;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class NormalizeTest {
  @Test
  void collapsesWhiteSpaceAndDropsWhatCannotBeSeen() throws Exception {
    assertEquals("a b c", normalized("{}", " a\u00a0\u2003b\t\n c\u200b \u0000"));
  }

  @Test
  void composesAccents() throws Exception {
    assertEquals("caf\u00e9", normalized("{}", "cafe\u0301"));
  }

  @Test
  void foldsCompatibilityFormsOnlyWhenAsked() throws Exception {
    String wide = "\uff22\uff32\uff2b \ufb01ve";
    assertEquals(wide, normalized("{}", wide));
    assertEquals("BRK five", normalized("{\"unicode\": \"nfkc\"}", wide));
  }

  @Test
  void straightensQuotesAndCase() throws Exception {
    assertEquals(
        "it's \"fine\"",
        normalized("{\"quotes\": \"ascii\", \"case\": \"lower\"}", "It\u2019s \u201cFINE\u201d"));
  }

  @Test
  void keepsWhiteSpaceWhenAsked() throws Exception {
    assertEquals("a  b\n", normalized("{\"whitespace\": \"keep\"}", "a  b\n"));
  }

  @Test
  void turnsEmptyIntoNullWhenAsked() throws Exception {
    assertEquals("", normalized("{}", "   "));
    assertNull(normalized("{\"empty_to_null\": true}", "   "));
  }

  @Test
  void keepsLinesWhenAsked() throws Exception {
    assertEquals(
        "a b\nc\n\nd", normalized("{\"whitespace\": \"lines\"}", " a  b \r\n c\n \n\n\t\nd\n"));
  }

  @Test
  void replacesHalvesOfCharactersAndKeepsWholeOnes() throws Exception {
    assertEquals("a\ufffdb\ufffd\ud83d\ude97", normalized("{}", "a\ud83db\ude97\ud83d\ude97"));
    assertEquals("\ufffd", normalized("{\"unicode\": \"keep\"}", "\udc00"));
  }

  @Test
  void repairsMojibakeOnlyWhenAskedAndCertain() throws Exception {
    String repair = "{\"mojibake\": \"repair\", \"unicode\": \"keep\"}";
    for (String right :
        new String[] {
          "caf\u00e9 \u20ac5 \u2013 it\u2019s \u201cfine\u201d",
          "\u00d1and\u00fa",
          "10\u00b0 caf\u00e9",
          "\u043f\u0440\u0438\u0432\u0435\u0442",
          "\ud83d\ude97 ok"
        }) {
      String once = new String(right.getBytes(UTF_8), "windows-1252");
      if (new String(once.getBytes("windows-1252"), UTF_8).equals(right)) {
        assertEquals(right, normalized(repair, once));
        assertEquals(once.replace("\u00a0", " "), normalized("{\"unicode\": \"keep\"}", once));
        String twice = new String(once.getBytes(UTF_8), "windows-1252");
        if (new String(twice.getBytes("windows-1252"), UTF_8).equals(once)) {
          assertEquals(right, normalized(repair, twice));
        }
      }
      assertEquals(right, normalized(repair, right));
    }
    for (String honest :
        new String[] {
          "IRM\u00c3\u201d",
          "\u00abIRM\u00c3\u00bb",
          "caf\u00e9 \u00c3\u00a9",
          "\u00c3\u00a9 \u4e2d",
          "\u00c2",
          "\u00c3 x"
        }) {
      assertEquals(honest, normalized(repair, honest));
    }
  }

  private static String normalized(String knobs, String text) throws Exception {
    Normalize stage =
        new Normalize(
            new Knobs(new ObjectMapper().readTree(knobs), "stages[0]"),
            new Schema(List.of(Column.of("t", ColumnType.STRING))));
    return stage.apply(new Row(0, text), new Tally()).row().text(0);
  }
}
