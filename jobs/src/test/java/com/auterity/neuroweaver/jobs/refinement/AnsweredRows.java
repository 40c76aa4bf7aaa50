package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.store.BlobStore;

/** A dataset about whose rows a language model was asked. */
public final class AnsweredRows {
  private static final String REQUEST = "say: a row";

  private final AnswerCache answers;

  public AnsweredRows(BlobStore blobs, String datasetId) {
    this.answers = new AnswerCache(blobs, datasetId, "job_1");
  }

  public void keep() {
    answers.keep(REQUEST, new ChatAnswer("words of a row", null, null, 3, 4));
  }

  public boolean kept() {
    return answers.find(REQUEST).isPresent();
  }
}
