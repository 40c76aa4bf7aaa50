package com.auterity.neuroweaver.datasets.automotive;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;
import java.util.Map;

/** Datasets of one trade, made by seeded generators when they are asked for. */
public record Kit(String name, String summary, List<KitDataset> datasets) {
  private static final List<Kit> ALL =
      List.of(
          new Kit(
              "automotive",
              "What a dealership knows, sells, repairs and talks about; all of it invented.",
              List.of(
                  DealershipQuestions.DATASET,
                  VehicleSpecifications.DATASET,
                  MaintenanceProcedures.DATASET,
                  SalesConversations.DATASET)));

  public Kit {
    datasets = List.copyOf(datasets);
  }

  public static List<Kit> all() {
    return ALL;
  }

  /**
   * @throws NeuroWeaverException NOT_FOUND naming the kits there are
   */
  public static Kit get(String name) {
    return ALL.stream()
        .filter(kit -> kit.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new NeuroWeaverException(
                    ErrorKind.NOT_FOUND,
                    "there is no kit %s; there are %s"
                        .formatted(name, ALL.stream().map(Kit::name).toList()),
                    Map.of("kit", name)));
  }

  /**
   * @throws NeuroWeaverException NOT_FOUND naming the datasets there are
   */
  public KitDataset dataset(String wanted) {
    return datasets.stream()
        .filter(dataset -> dataset.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new NeuroWeaverException(
                    ErrorKind.NOT_FOUND,
                    "kit %s has no dataset %s; it has %s"
                        .formatted(name, wanted, datasets.stream().map(KitDataset::name).toList()),
                    Map.of("kit", name, "dataset", wanted)));
  }
}
