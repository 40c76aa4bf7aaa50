package com.auterity.neuroweaver.publish;

import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** Job {@code unpublish}: the SQL table that shows a dataset goes; the dataset stays. */
public final class UnpublishHandler implements JobHandler {
  private final PublishedTables tables;

  public UnpublishHandler(PublishedTables tables) {
    this.tables = tables;
  }

  @Override
  public String kind() {
    return "unpublish";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    String table = PublishHandler.text(parameters, "table");
    PublishHandler.known(parameters, Set.of("table"));
    if (tables.find(tenant, table).isEmpty()) {
      throw PublishedTables.unknown(table);
    }
  }

  @Override
  public ObjectNode run(JobContext context) {
    String table = PublishHandler.text(context.parameters(), "table");
    // A run after a crash may find it gone.
    if (tables.find(context.tenant(), table).isPresent()) {
      tables.remove(context.tenant(), table);
    }
    return JsonNodeFactory.instance.objectNode().put("table", table);
  }
}
