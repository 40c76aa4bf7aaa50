package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.jobs.reading.RowPages;
import com.auterity.neuroweaver.upload.Uploads;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Ways into datasets and out of them that are no plain job. */
public interface DatasetAccess {
  /** The rows a filter takes, page by page. */
  RowPages.Page rows(RowPages.Request request);

  /** An upload has at most so many bytes. */
  long mostUploadBytes();

  /**
   * Takes a file and submits the job that loads it.
   *
   * @param file its name
   * @param parameters of the load, without the file
   * @param idempotencyKey null, or a key for which the same file gives the same job again
   * @throws IOException when the bytes break off
   */
  Job upload(
      String tenant,
      String file,
      ObjectNode parameters,
      String idempotencyKey,
      Uploads.Content content)
      throws IOException;
}
