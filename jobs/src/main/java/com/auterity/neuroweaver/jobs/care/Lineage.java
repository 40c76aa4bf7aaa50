package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.store.DatasetDisposalRow;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.VersionDisposal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which versions come from which, through those that are no more. A version's place is its dataset
 * and number: an id may have taken the place of another, a place never moves.
 */
final class Lineage {
  /** {@code ds_...@3}. */
  record Place(String datasetId, int version) {}

  private final Map<String, Place> placeOf = new HashMap<>();
  private final Map<Place, Set<Place>> parents = new HashMap<>();
  private final Map<Place, Set<String>> ids = new HashMap<>();
  private final Map<Place, Manifest> live = new HashMap<>();

  private Lineage() {}

  static Lineage of(VersionDisposal versions, String tenant) {
    Lineage lineage = new Lineage();
    Map<String, List<String>> parentIds = new HashMap<>();
    for (DatasetDisposalRow gone : versions.disposals(tenant)) {
      lineage.add(gone.versionId(), new Place(gone.datasetId(), gone.version()));
      parentIds.put(gone.versionId(), gone.parentIds());
    }
    for (Manifest version : versions.live(tenant)) {
      Place place = new Place(version.datasetId(), version.version());
      lineage.add(version.versionId(), place);
      lineage.live.put(place, version);
      parentIds.put(version.versionId(), version.parents());
    }
    parentIds.forEach(
        (id, of) ->
            of.stream()
                .map(lineage.placeOf::get)
                .filter(parent -> parent != null)
                .forEach(
                    parent ->
                        lineage
                            .parents
                            .computeIfAbsent(lineage.placeOf.get(id), key -> new HashSet<>())
                            .add(parent)));
    return lineage;
  }

  private void add(String id, Place place) {
    placeOf.put(id, place);
    ids.computeIfAbsent(place, key -> new HashSet<>()).add(id);
  }

  /** The places of a dataset and of all that was derived from it, parents before children. */
  List<Place> from(String datasetId) {
    Set<Place> scope = new HashSet<>();
    ids.keySet().stream().filter(place -> place.datasetId().equals(datasetId)).forEach(scope::add);
    boolean grew = true;
    while (grew) {
      grew = false;
      for (Map.Entry<Place, Set<Place>> child : parents.entrySet()) {
        if (!scope.contains(child.getKey())
            && child.getValue().stream().anyMatch(scope::contains)) {
          scope.add(child.getKey());
          grew = true;
        }
      }
    }
    List<Place> ordered = new ArrayList<>();
    List<Place> sorted = new ArrayList<>(scope);
    sorted.sort((a, b) -> name(a).compareTo(name(b)));
    sorted.forEach(place -> visit(place, scope, ordered, new HashSet<>()));
    return ordered;
  }

  private void visit(Place place, Set<Place> scope, List<Place> ordered, Set<Place> path) {
    if (ordered.contains(place) || !path.add(place)) {
      return;
    }
    parentsOf(place).stream()
        .filter(scope::contains)
        .forEach(parent -> visit(parent, scope, ordered, path));
    ordered.add(place);
  }

  private static String name(Place place) {
    return "%s %010d".formatted(place.datasetId(), place.version());
  }

  Set<Place> parentsOf(Place place) {
    return parents.getOrDefault(place, Set.of());
  }

  /** The version there is now, or null. */
  Manifest live(Place place) {
    return live.get(place);
  }

  /** Every id the place has had. */
  Set<String> ids(Place place) {
    return ids.getOrDefault(place, Set.of());
  }
}
