package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.refinement.text.DateText;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatesTest {
  private static final String MDY = "{stage:'dates',columns:['t'],order:'mdy'}";
  private static final String DMY = "{stage:'dates',columns:['t'],order:'dmy'}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1/2/2026 | 2026-01-02 | 2026-02-01",
        "01-02-26 | 2026-01-02 | 2026-02-01",
        "1.2.2026 | 2026-01-02 | 2026-02-01",
        "2026-01-02 | 2026-01-02 | 2026-01-02",
        "2026/1/2 | 2026-01-02 | 2026-01-02",
        "20260102 | 2026-01-02 | 2026-01-02",
        "Jan 2, 2026 | 2026-01-02 | 2026-01-02",
        "january 2nd 2026 | 2026-01-02 | 2026-01-02",
        "2-JAN-26 | 2026-01-02 | 2026-01-02",
        "2 Jan. 2026 | 2026-01-02 | 2026-01-02",
        "2nd of January 2026 | 2026-01-02 | 2026-01-02",
        "Fri, Jan 2, 2026 | 2026-01-02 | 2026-01-02",
        "Friday 2 January '26 | 2026-01-02 | 2026-01-02",
        "Sept 5 71 | 1971-09-05 | 1971-09-05",
        "5 Sep 69 | 2069-09-05 | 2069-09-05",
        "1/2/2026 3:05 PM | 2026-01-02T15:05:00 | 2026-02-01T15:05:00",
        "1/2/2026 at 12am | 2026-01-02T00:00:00 | 2026-02-01T00:00:00",
        "2026-01-02T03:04:05Z | 2026-01-02T03:04:05Z | 2026-01-02T03:04:05Z",
        "2026-01-02 03:04:05.250 +01:00 | 2026-01-02T03:04:05.25+01:00 | 2026-01-02T03:04:05.25+01:00",
      })
  void readsWhatDealersWriteInTheOrderTold(String text, String mdy, String dmy) {
    assertEquals(mdy, RecipeRun.of(MDY, text).result());
    assertEquals(dmy, RecipeRun.of(DMY, text).result());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "31/1/2026",
        "2/30/2026",
        "2/29/2025",
        "13-1-2026",
        "1/2-2026",
        "Mon, Jan 2, 2026",
        "0/1/2026",
        "1/2/2026 25:00",
        "1/2/2026 13pm",
        "1/2/2026 7",
        "next week",
        "12",
        "2026",
        "1/2/026",
        "Foo 2, 2026",
        "1/2/2026 and 1/3/2026",
      })
  void rejectsWhatItWouldHaveToGuess(String text) {
    RecipeRun run = RecipeRun.of(MDY, text);
    assertEquals("dates_t", run.reason());
    assertEquals("t is \"" + text + "\", not a date such as 1/31/2026", run.detail());
  }

  @Test
  void readsEveryDayOfFourYearsInEveryForm() {
    List<DateTimeFormatter> forms =
        List.of("M/d/yyyy", "MM-dd-yy", "d MMM yyyy", "EEEE, MMMM d, yyyy", "yyyyMMdd", "ddMMMyy")
            .stream()
            .map(p -> DateTimeFormatter.ofPattern(p, Locale.US))
            .toList();
    for (LocalDate day = LocalDate.of(2024, 1, 1); day.getYear() < 2028; day = day.plusDays(1)) {
      for (DateTimeFormatter form : forms) {
        DateText read = DateText.parse(day.format(form), DateText.Order.MDY, 1970);
        assertEquals(day, read == null ? null : read.date(), day.format(form));
      }
    }
  }

  @Test
  void writesNewColumnsOfDatesAndLeavesTheOldOnes() {
    Schema schema =
        new Schema(List.of(Column.of("o", ColumnType.STRING), Column.of("c", ColumnType.STRING)));
    RecipeRun run =
        RecipeRun.of(
            "[{stage:'dates',columns:['o','c'],into:['opened','closed'],order:'dmy',unreadable:'null'},"
                + "{stage:'consistency_check',rules:[{name:'order',require:'closed >= opened'}]}]",
            schema,
            null,
            List.of(
                new Row(0, "1/2/2026 10:00", "3.2.2026"),
                new Row(1, "4/2/2026", "3.2.2026"),
                new Row(2, "soon", "3.2.2026"),
                new Row(3, null, " ")));
    assertEquals(ColumnType.DATE, run.schema.columns().get(2).type());
    assertEquals(
        List.of(
            new Row(
                0,
                "1/2/2026 10:00",
                "3.2.2026",
                LocalDate.of(2026, 2, 1),
                LocalDate.of(2026, 2, 3)),
            new Row(2, "soon", "3.2.2026", null, LocalDate.of(2026, 2, 3)),
            new Row(3, null, " ", null, null)),
        run.kept);
    assertEquals("contradiction_order", run.reason());
    assertTrue(run.detail().contains("closed = 2026-02-03"), run.detail());
  }

  @Test
  void keepsOrEmptiesWhatItCannotReadWhenTold() {
    assertEquals("soon", RecipeRun.of(MDY.replace("}", ",unreadable:'keep'}"), "soon").result());
    assertNull(RecipeRun.of(MDY.replace("}", ",unreadable:'null'}"), "soon").result());
  }
}
