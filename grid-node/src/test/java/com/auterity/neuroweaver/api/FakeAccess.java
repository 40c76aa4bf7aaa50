package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.reading.RowPages;
import com.auterity.neuroweaver.upload.Uploads;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A dataset {@code codes} of five rows in pages. */
final class FakeAccess implements DatasetAccess {
  private static final Schema SCHEMA =
      new Schema(List.of(Column.of("code", ColumnType.STRING), Column.of("n", ColumnType.INT64)));

  private final FakeJobs jobs;

  /** What was sent, or null. */
  byte[] sent;

  FakeAccess(FakeJobs jobs) {
    this.jobs = jobs;
  }

  @Override
  public long mostUploadBytes() {
    return 1 << 20;
  }

  @Override
  public Job upload(
      String tenant,
      String file,
      ObjectNode parameters,
      String idempotencyKey,
      Uploads.Content content)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    content.to(bytes);
    sent = bytes.toByteArray();
    return jobs.submit(tenant, "load", parameters.put("upload_file", file), idempotencyKey, null);
  }

  @Override
  public RowPages.Page rows(RowPages.Request request) {
    if (request.columns().contains("colour")) {
      throw NeuroWeaverException.invalid("columns, name 1: colour is no column of this dataset");
    }
    int from = request.cursor() == null ? 0 : Integer.parseInt(request.cursor());
    List<Row> rows = new ArrayList<>();
    for (long i = from; i < 5 && rows.size() < request.limit(); i++) {
      rows.add(new Row(i, "P000" + i, i));
    }
    int next = from + rows.size();
    return new RowPages.Page(
        new Manifest(
            "default",
            "ds_1",
            request.dataset(),
            "dsv_1",
            1,
            SCHEMA,
            2,
            null,
            List.of(),
            List.of(),
            "job_1",
            Instant.EPOCH),
        SCHEMA,
        rows,
        next == 5 ? null : Integer.toString(next));
  }
}
