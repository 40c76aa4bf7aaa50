package com.auterity.neuroweaver.table;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Instant;

/** A row of SCHEMA_VERSION: one migration that has run. */
record SchemaVersionRow(
    String tenant,
    int version,
    String description,
    String fingerprint,
    String appliedBy,
    Instant appliedAt) {
  static final TableDefinition<SchemaVersionRow> TABLE =
      TableDefinition.of("SCHEMA_VERSION", SchemaVersionRow.class, 2, CacheGroup.META);
}
