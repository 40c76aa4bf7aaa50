package com.auterity.neuroweaver.jobs.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.jobs.evaluation.KeywordBaseline.Example;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeywordBaselineTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void findsTheWordsThatTell() {
    KeywordBaseline baseline =
        KeywordBaseline.fit(
            List.of(
                new Example("the brakes grind", "A"),
                new Example("grinding the brakes", "A"),
                new Example("the window is stuck", "B"),
                new Example("stuck the glass", "B")));
    assertEquals("brakes", baseline.keywordsOf("A").get(0));
    assertEquals("stuck", baseline.keywordsOf("B").get(0));
    assertEquals("A", baseline.predict("Brakes, please!"));
    assertEquals("B", baseline.predict("it got STUCK"));
  }

  @Test
  void saysSoWhenThereIsNothingToFitOn() {
    assertThrows(IllegalArgumentException.class, () -> KeywordBaseline.fit(List.of()));
  }

  @Test
  void staysUnderSeventyPercentOnHeldOutRequests() throws JsonProcessingException {
    KeywordBaseline baseline = KeywordBaseline.fit(examples(1, 3000, Split.TRAIN));
    double seen = baseline.accuracy(examples(2, 1000, Split.TRAIN));
    double heldOut = baseline.accuracy(examples(1, 1000, Split.HELDOUT));
    System.out.printf("keyword look-up: training wordings %.3f, held-out %.3f%n", seen, heldOut);
    assertTrue(heldOut < 0.70, "keyword look-up reaches " + heldOut + ", the task is too easy");
    assertTrue(heldOut > 0.30, "keyword look-up reaches only " + heldOut + ": words tell nothing");
  }

  private static List<Example> examples(long seed, int rows, Split split)
      throws JsonProcessingException {
    List<Example> examples = new ArrayList<>();
    for (var row : ServiceRequests.generate(seed, rows, split).toList()) {
      if (row.get("answer") instanceof String answer) {
        examples.add(
            new Example(
                (String) row.get("customer_text"), JSON.readTree(answer).get("op_code").asText()));
      }
    }
    return examples;
  }
}
