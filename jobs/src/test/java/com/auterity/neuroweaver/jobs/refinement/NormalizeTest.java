package com.auterity.neuroweaver.jobs.refinement;

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

  private static String normalized(String knobs, String text) throws Exception {
    Normalize stage =
        new Normalize(
            new Knobs(new ObjectMapper().readTree(knobs), "stages[0]"),
            new Schema(List.of(Column.of("t", ColumnType.STRING))));
    return stage.apply(new Row(0, text), new Tally()).row().text(0);
  }
}
