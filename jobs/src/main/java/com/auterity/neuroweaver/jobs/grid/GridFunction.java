package com.auterity.neuroweaver.jobs.grid;

/**
 * A function that runs on a grid node, named by its class (public no-argument constructor), with
 * records as input and output that cross as bytes through {@link
 * com.auterity.neuroweaver.datasets.store.RecordCodec}.
 */
public interface GridFunction<I extends Record, O extends Record> {
  Class<I> inputType();

  Class<O> outputType();

  O apply(I input, NodeContext node) throws Exception;
}
