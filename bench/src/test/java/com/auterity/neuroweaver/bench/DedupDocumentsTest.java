package com.auterity.neuroweaver.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DedupDocumentsTest {
  @Test
  void theStageFindsWhatWasPlantedAndNoStrangers() {
    DedupDocuments documents = new DedupDocuments(1, 3_000);
    int[] similar = documents.similar(0.7);
    assertTrue(similar.length > 600, similar.length + " planted");
    try (OurDedup ours = new OurDedup(documents, 2)) {
      int[] clusters = ours.turn(0.7, 1).clusters();
      assertTrue(documents.recall(clusters, similar) > 0.97);
      assertEquals(0, documents.strangers(clusters));
      assertTrue(Arrays.equals(clusters, ours.turn(0.7, 1).clusters()));
    }
  }
}
