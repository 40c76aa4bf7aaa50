package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** What the calls of a refinement share. */
final class RefineSteps {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RefineSteps() {}

  /** Reads a recipe on a node and tells its duplicate stages what is known. */
  static Recipe recipe(String stages, Manifest source, List<byte[]> duplicates) {
    Recipe recipe;
    try {
      recipe = Recipe.of(JSON.readTree(stages), source.schema(), source.partitionBy());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
    List<Integer> places = recipe.duplicateStages();
    for (int i = 0; i < duplicates.size(); i++) {
      recipe.duplicates(places.get(i)).know(DuplicateSet.ofBytes(duplicates.get(i)));
    }
    return recipe;
  }
}
