package com.auterity.neuroweaver.jobs.tensor;

/** The keys and values of one sequence in one layer, kept while it is decoded. */
public interface KeyValues extends AutoCloseable {
  /** Tokens it has room for. */
  int capacity();

  @Override
  void close();
}
