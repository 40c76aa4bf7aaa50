package com.auterity.neuroweaver.datasets.table;

/** The cache groups, fixed at creation: every table and every other cache lies in one of them. */
public enum CacheGroup {
  /** Replicated; small rows that are compared and set: transactional. */
  META("nw_meta", true),
  /** Partitioned, one backup; many rows written in batches: atomic. */
  LEDGER("nw_ledger", false),
  /** Partitioned with the grid's partition count; chunks and blobs. */
  BULK("nw_bulk", false);

  private final String groupName;
  private final boolean transactional;

  CacheGroup(String groupName, boolean transactional) {
    this.groupName = groupName;
    this.transactional = transactional;
  }

  public String groupName() {
    return groupName;
  }

  public boolean transactional() {
    return transactional;
  }
}
