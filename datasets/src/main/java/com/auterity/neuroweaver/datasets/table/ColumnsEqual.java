package com.auterity.neuroweaver.datasets.table;

import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.lang.IgniteBiPredicate;

/** Runs where the rows lie: keeps those whose columns have these values. Crosses the wire. */
final class ColumnsEqual implements IgniteBiPredicate<BinaryObject, BinaryObject> {
  private static final long serialVersionUID = 1L;

  private final int keyCount;
  private final String[] names;
  private final Object[] values;

  /** The first {@code keyCount} columns are fields of the key, the others of the value. */
  ColumnsEqual(int keyCount, String[] names, Object[] values) {
    this.keyCount = keyCount;
    this.names = names;
    this.values = values;
  }

  @Override
  public boolean apply(BinaryObject key, BinaryObject value) {
    for (int i = 0; i < names.length; i++) {
      Object found = (i < keyCount ? key : value).field(names[i]);
      if (values[i] == null ? found != null : !values[i].equals(found)) {
        return false;
      }
    }
    return true;
  }
}
