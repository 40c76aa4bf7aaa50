package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/** A row of ALIAS: a word that stands for one version of a model and may be moved. */
public record AliasRow(
    String tenant, String name, String alias, String version, Instant updatedAt) {
  public static final TableDefinition<AliasRow> TABLE =
      TableDefinition.of("ALIAS", AliasRow.class, 3, CacheGroup.META);
}
