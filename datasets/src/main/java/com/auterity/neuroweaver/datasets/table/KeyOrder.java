package com.auterity.neuroweaver.datasets.table;

import java.util.Comparator;
import java.util.List;

/** Orders rows by their key columns. */
final class KeyOrder<R extends Record> implements Comparator<R> {
  private final List<TableColumn> keys;

  KeyOrder(List<TableColumn> keys) {
    this.keys = keys;
  }

  @Override
  @SuppressWarnings({"unchecked", "rawtypes"})
  public int compare(R left, R right) {
    for (TableColumn key : keys) {
      int order = ((Comparable) key.read(left)).compareTo(key.read(right));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
