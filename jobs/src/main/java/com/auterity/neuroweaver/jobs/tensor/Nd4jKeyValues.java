package com.auterity.neuroweaver.jobs.tensor;

/** Keys transposed (keyWidth x capacity) and values (capacity x keyWidth), lent by a lane. */
record Nd4jKeyValues(Nd4jLane lane, Heads heads, int capacity, Nd4jTensor keys, Nd4jTensor values)
    implements KeyValues {
  @Override
  public void close() {
    lane.free(keys);
    lane.free(values);
  }
}
