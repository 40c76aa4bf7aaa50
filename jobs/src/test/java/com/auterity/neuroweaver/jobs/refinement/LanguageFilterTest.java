package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.datasets.schema.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageFilterTest {
  private static final String ENGLISH = "{stage:'language_filter',columns:['t'],languages:['en']}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "My brakes squeal every morning until they are warm | ",
        "Los frenos chillan cada mañana hasta que se calientan | es",
        "Les freins grincent chaque matin jusqu'à ce qu'ils soient chauds | fr",
        "Check engine light came on, code P0301, 45k miles | ",
        "La luz del motor se encendió ayer en la autopista | es",
        "Le voyant moteur s'est allumé hier sur l'autoroute | fr",
        "frenos malos | ",
        "12345 67890 12345 67890 12345 | ",
      })
  void keepsTheLanguageWanted(String text, String other) {
    RecipeRun run = RecipeRun.of(ENGLISH, text);
    assertEquals(other == null ? null : "language_t", run.reason());
    if (other != null) {
      assertTrue(run.detail().startsWith("t is most likely " + other + "; a wanted"), run.detail());
    }
  }

  @Test
  void keepsEachOfSeveralLanguages() {
    String both = "{stage:'language_filter',columns:['t'],languages:['en','es'],among:['fr']}";
    assertNull(
        RecipeRun.of(both, "Los frenos chillan cada mañana hasta que se calientan").reason());
    assertNull(RecipeRun.of(both, "My brakes squeal every morning until they are warm").reason());
    assertEquals(
        "language_t",
        RecipeRun.of(both, "Les freins grincent chaque matin depuis une semaine").reason());
  }

  @Test
  void saysTheSameOfARowOnEveryThreadAndEveryTime() {
    List<Row> rows = new ArrayList<>();
    ServiceRequests.generate(3, 200, Split.TRAIN)
        .toList()
        .forEach(r -> rows.add(new Row(rows.size(), r.get("customer_text"))));
    String spanish = "[" + ENGLISH.replace("['en']", "['es']") + "]";
    List<Row> first = RecipeRun.of(spanish, RecipeRun.text(), null, rows).rejected;
    assertTrue(first.size() > 150, () -> "details of only " + first.size());
    List<List<Row>> again =
        IntStream.range(0, 6)
            .parallel()
            .mapToObj(i -> RecipeRun.of(spanish, RecipeRun.text(), null, rows).rejected)
            .toList();
    again.forEach(rejected -> assertEquals(first, rejected));
    RecipeRun usual = RecipeRun.of("[" + ENGLISH + "]", RecipeRun.text(), null, rows);
    System.out.println(
        "English service requests taken for others: " + usual.rejected.size() + " of 200");
    assertTrue(usual.rejected.size() <= 2, () -> "rejected " + usual.rejected);
  }

  @Test
  void refusesLanguagesItDoesNotKnowAndChoicesThatAreNone() {
    assertTrue(
        message("languages:['english']")
            .contains("languages holds \"english\"; right would be ISO 639-1 codes: af, "));
    assertTrue(
        message("languages:['en'],among:['en']")
            .contains("among holds no language but those wanted"));
    assertTrue(message("columns:['t']").contains("languages is missing"));
  }

  private static String message(String knobs) {
    String stage =
        "{stage:'language_filter',columns:['t'],"
            + knobs.replace("columns:['t']", "min_letters:3")
            + "}";
    return assertThrows(NeuroWeaverException.class, () -> RecipeRun.of(stage, "x")).getMessage();
  }
}
