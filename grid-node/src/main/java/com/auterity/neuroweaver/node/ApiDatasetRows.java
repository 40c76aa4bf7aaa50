package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.api.DatasetRows;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The first rows of a dataset version, for people to look at. */
record ApiDatasetRows(DatasetReader reader) implements DatasetRows {
  @Override
  public List<Row> first(Manifest manifest, int limit) {
    List<Row> rows = new ArrayList<>();
    Iterator<Row> all = reader.rows(manifest);
    while (rows.size() < limit && all.hasNext()) {
      rows.add(all.next());
    }
    return rows;
  }
}
