package com.auterity.neuroweaver.client;

import java.util.List;

/** A kit: datasets of one trade that the grid can make. */
public record KitOffer(String name, String summary, List<KitDatasetOffer> datasets) {
  public KitOffer {
    datasets = datasets == null ? List.of() : List.copyOf(datasets);
  }
}
