package com.auterity.neuroweaver.datasets.store;

import com.auterity.neuroweaver.datasets.schema.Row;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/** Merges sequences of rows, each ascending by ordinal, into one; ties go to the earlier one. */
final class OrdinalMerge implements Iterator<Row> {
  private final PriorityQueue<Head> heads =
      new PriorityQueue<>(
          Comparator.<Head>comparingLong(head -> head.row.ordinal())
              .thenComparingInt(head -> head.source));

  OrdinalMerge(List<Iterator<Row>> sources) {
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).hasNext()) {
        heads.add(new Head(i, sources.get(i)));
      }
    }
  }

  @Override
  public boolean hasNext() {
    return !heads.isEmpty();
  }

  @Override
  public Row next() {
    Head head = heads.poll();
    if (head == null) {
      throw new NoSuchElementException();
    }
    Row row = head.row;
    if (head.rest.hasNext()) {
      heads.add(new Head(head.source, head.rest));
    }
    return row;
  }

  private static final class Head {
    final int source;
    final Iterator<Row> rest;
    final Row row;

    Head(int source, Iterator<Row> rest) {
      this.source = source;
      this.rest = rest;
      this.row = rest.next();
    }
  }
}
