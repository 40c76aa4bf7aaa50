package com.auterity.neuroweaver.jobs.training;

import com.auterity.neuroweaver.datasets.automotive.Dirt;
import com.auterity.neuroweaver.datasets.automotive.ServiceRequests;
import com.auterity.neuroweaver.datasets.automotive.Split;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.jobs.model.ModelFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Generated service requests as tokens of a model, without a grid. */
final class ServiceRequestSamples {
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Column.of("customer_text", ColumnType.STRING),
              Column.of("answer", ColumnType.STRING)));

  private ServiceRequestSamples() {}

  static TokenizedPartition of(ModelFolder folder, int count, int maxTokens) {
    List<Row> rows = new ArrayList<>();
    for (Map<String, Object> row :
        (Iterable<Map<String, Object>>)
            () -> new ServiceRequests(7, count, Split.TRAIN, Dirt.none())) {
      rows.add(new Row(rows.size(), row.get("customer_text"), row.get("answer")));
    }
    return TokenizedPartition.of(
        rows, SCHEMA, new PromptFormat("{customer_text}", null, "answer"), folder, maxTokens);
  }
}
