package com.auterity.neuroweaver.flight;

import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.TableDefinition;

/** Table FLIGHT_NODE: where a node's Flight server listens; written at each start. */
public record FlightNodeRow(String tenant, String node, String host, int port) {
  public static final TableDefinition<FlightNodeRow> TABLE =
      TableDefinition.of("FLIGHT_NODE", FlightNodeRow.class, 2, CacheGroup.META);
}
