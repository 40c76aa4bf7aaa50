package com.auterity.neuroweaver.costguard;

import com.auterity.neuroweaver.datasets.table.RecordTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The USAGE table. */
public final class UsageLog implements UsageSink {
  private final RecordTable<UsageRow> table;

  public UsageLog(RecordTable<UsageRow> table) {
    this.table = table;
  }

  @Override
  public void write(List<UsageRow> rows) {
    table.putAll(rows);
  }

  /** The rows of these jobs. */
  List<UsageRow> ofJobs(String tenant, Collection<String> jobIds) {
    List<UsageRow> rows = new ArrayList<>();
    for (String jobId : jobIds) {
      rows.addAll(table.where(Map.of("tenant", tenant, "jobId", jobId)));
    }
    return rows;
  }

  List<UsageRow> ofRole(String tenant, UsageRow.Role role) {
    return table.where(Map.of("tenant", tenant, "role", role));
  }

  List<UsageRow> all(String tenant) {
    return table.where(Map.of("tenant", tenant));
  }
}
