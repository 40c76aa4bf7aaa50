package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/** A row of MODEL: a name under which versions are registered. */
public record ModelRow(String tenant, String name, String modelId, Instant createdAt) {
  public static final TableDefinition<ModelRow> TABLE =
      TableDefinition.of("MODEL", ModelRow.class, 2, CacheGroup.META);
}
