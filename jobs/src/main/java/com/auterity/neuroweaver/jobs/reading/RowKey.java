package com.auterity.neuroweaver.jobs.reading;

/**
 * The place of a row in a version: source order is by ordinal, and by partition where derived rows
 * share one. Within a partition ordinals ascend.
 */
record RowKey(long ordinal, int partition) implements Comparable<RowKey> {
  static final RowKey BEFORE_ALL = new RowKey(Long.MIN_VALUE, -1);

  @Override
  public int compareTo(RowKey other) {
    int order = Long.compare(ordinal, other.ordinal);
    return order == 0 ? Integer.compare(partition, other.partition) : order;
  }
}
