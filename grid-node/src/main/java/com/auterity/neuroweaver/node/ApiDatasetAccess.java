package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.api.DatasetAccess;
import com.auterity.neuroweaver.api.Jobs;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.jobs.reading.RowPages;
import com.auterity.neuroweaver.upload.Uploads;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Datasets of this grid, in and out over HTTP. */
record ApiDatasetAccess(RowPages pages, Uploads uploads, Jobs jobs) implements DatasetAccess {
  @Override
  public RowPages.Page rows(RowPages.Request request) {
    return pages.read(request);
  }

  @Override
  public long mostUploadBytes() {
    return uploads.mostBytes();
  }

  @Override
  public Job upload(
      String tenant,
      String file,
      ObjectNode parameters,
      String idempotencyKey,
      Uploads.Content content)
      throws IOException {
    return jobs.get(tenant, uploads.load(tenant, file, parameters, idempotencyKey, content));
  }
}
