package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;

/** On whose behalf calls are made. */
interface CallScope {
  String jobId();

  GridExecutor executor();

  /** Throws what stops the work: cancelled, taken over, node stopping. */
  void ensureActive();

  /** Told of every reply, good or bad. */
  void used(String node, GridReply reply);

  /** Told of every call that is tried again on another node. */
  void retried(String function, int partition, String node, NeuroWeaverException cause);
}
