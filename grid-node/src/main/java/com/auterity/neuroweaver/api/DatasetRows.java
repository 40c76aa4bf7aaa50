package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.Manifest;
import java.util.List;

/** Reads rows of a committed dataset version. */
@FunctionalInterface
public interface DatasetRows {
  /** The first {@code limit} rows in source order. */
  List<Row> first(Manifest manifest, int limit);
}
