package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The datasets that stages name besides the one that is refined. */
final class StoredReferences {
  /** The knob that names them: a reference or a list. */
  static final String KNOB = "against";

  private StoredReferences() {}

  /**
   * The stages of a valid recipe with each reference replaced by the id of the version it names
   * now, so that what is loaded later changes nothing.
   *
   * @param datasets gives the manifest of a reference, or NOT_FOUND
   * @throws NeuroWeaverException INVALID_INPUT when such a dataset lacks a column that is compared
   */
  static JsonNode pinned(JsonNode stages, Function<String, Manifest> datasets) {
    JsonNode pinned = stages.deepCopy();
    for (int i = 0; i < pinned.size(); i++) {
      if (!pinned.get(i).hasNonNull(KNOB)) {
        continue;
      }
      ObjectNode stage = (ObjectNode) pinned.get(i);
      String place = "stages[" + i + "] (" + stage.path("stage").asText() + ")";
      Set<String> versions = new LinkedHashSet<>();
      for (String reference : named(new Knobs(stage, place))) {
        Manifest stored = datasets.apply(reference);
        for (JsonNode column : stage.path("columns")) {
          if (stored.schema().indexOf(column.asText()).isEmpty()) {
            throw Knobs.invalid(
                place + "." + KNOB,
                "names " + reference + ", which has no column " + column.asText(),
                "a dataset with all of columns; it has "
                    + String.join(", ", stored.schema().names()));
          }
        }
        versions.add(stored.versionId());
      }
      ArrayNode ids = stage.putArray(KNOB);
      versions.forEach(ids::add);
    }
    return pinned;
  }

  /** What the knob names, nothing when it is not there. */
  static List<String> named(Knobs knobs) {
    if (!knobs.has(KNOB)) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    if (knobs.isList(KNOB)) {
      names.addAll(knobs.texts(KNOB));
    } else {
      names.add(knobs.text(KNOB));
    }
    return names;
  }
}
