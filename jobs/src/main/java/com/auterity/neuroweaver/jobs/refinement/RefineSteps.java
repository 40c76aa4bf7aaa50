package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** What the calls of a refinement share. */
final class RefineSteps {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RefineSteps() {}

  /** Reads a recipe on a node and tells its survey stages, the first of them, what was found. */
  static Recipe recipe(String stages, Manifest source, List<byte[]> known) {
    Recipe recipe = Recipe.of(json(stages), source.schema(), source.partitionBy());
    List<Integer> places = recipe.surveyStages();
    for (int i = 0; i < known.size(); i++) {
      recipe.surveyStage(places.get(i)).know(known.get(i));
    }
    return recipe;
  }

  /** JSON that this project has written. */
  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
