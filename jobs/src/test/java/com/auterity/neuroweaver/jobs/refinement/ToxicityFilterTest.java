package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToxicityFilterTest {
  @TempDir Path folder;

  private static RecipeRun run(String knobs, String text) {
    return RecipeRun.of("{stage:'toxicity_filter',columns:['t']" + knobs + "}", text);
  }

  @Test
  void rejectsWordsOfTheListAsWholeWordsInAnyCase() {
    RecipeRun run = run("", "This SHITTY dealer, you Bastards!");
    assertEquals("toxic_t", run.reason());
    assertEquals("t has 2 of the list's words, first \"shitty\", more than 0", run.detail());
    assertNull(run("", "Shiitake in Scunthorpe, a pricked tire").reason());
    assertNull(run(",max_matches:2", "This SHITTY dealer, you Bastards!").reason());
  }

  @Test
  void findsPhrases() {
    assertEquals("toxic_t", run("", "you can go to  hell").reason());
    assertNull(run("", "go to the body shop. Hell of a noise").reason());
  }

  @Test
  void takesAListOfOnesOwn() {
    assertEquals("toxic_t", run(",words:['lemon law','Schrott']", "it is SCHROTT").reason());
    assertNull(run(",words:['lemon law','Schrott']", "shit").reason());
  }

  @Test
  void readsAFileOnceSoThatEveryNodeHasTheSameWords() throws Exception {
    Path words = folder.resolve("words.txt");
    Files.writeString(words, "\ufeff# ours\n\n  lemon law \nSchrott\n");
    String knobs = ",words_file:'" + words + "'";
    assertEquals("toxic_t", run(knobs, "under the lemon-law").reason());
    assertNull(run(knobs, "shit").reason());
    assertEquals(
        "[{\"stage\":\"toxicity_filter\",\"columns\":[\"t\"],\"words\":[\"lemon law\",\"Schrott\"]}]",
        RecipeFiles.inlined(
                new com.fasterxml.jackson.databind.ObjectMapper()
                    .readTree(
                        "[{\"stage\":\"toxicity_filter\",\"columns\":[\"t\"],\"words_file\":\""
                            + words
                            + "\"}]"))
            .toString());
  }

  @Test
  void refusesFilesItCannotUse() throws Exception {
    Path broken = folder.resolve("latin1.txt");
    Files.write(broken, new byte[] {'a', (byte) 0xE9, '\n'});
    Path large = folder.resolve("large.txt");
    Files.write(large, new byte[(1 << 20) + 1]);
    assertTrue(
        message(",words_file:'/no/such'")
            .contains("words_file is \"/no/such\", which is not there"));
    assertTrue(message(",words_file:'" + broken + "'").contains("which is no UTF-8"));
    assertTrue(message(",words_file:'" + large + "'").contains("which is too large"));
    assertTrue(message(",words_file:'x',words:['a']").contains("has both words and words_file"));
    assertTrue(message(",words:['...']").contains("entries of 1 to 8 words"));
  }

  private static String message(String knobs) {
    return assertThrows(NeuroWeaverException.class, () -> run(knobs, "x")).getMessage();
  }
}
