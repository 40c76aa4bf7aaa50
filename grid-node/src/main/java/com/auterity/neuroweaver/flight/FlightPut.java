package com.auterity.neuroweaver.flight;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.DatasetNames;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.arrow.flight.FlightDescriptor;

/**
 * What a client puts: a descriptor's path is the dataset's name, its command is this as JSON; with
 * a path the rest may stand in the first batch's application metadata.
 *
 * @param key by which the grid knows this put again, or null
 * @param evolve which differences to the newest version are allowed, or null
 */
record FlightPut(String name, String partitionBy, String key, List<String> evolve) {
  private static final String RIGHT =
      "{\"name\": ..., \"partition_by\": ..., \"key\": ..., \"evolve\": [...]}";

  /**
   * @param metadata of the first batch, or null
   */
  static FlightPut of(FlightDescriptor descriptor, byte[] metadata) {
    FlightPut more = metadata == null ? null : FlightTicket.read(metadata, FlightPut.class, RIGHT);
    FlightPut put;
    if (descriptor.isCommand()) {
      put = FlightTicket.read(descriptor.getCommand(), FlightPut.class, RIGHT);
      if (more != null) {
        throw NeuroWeaverException.invalid(
            "app_metadata: the descriptor's command says it all; leave it out");
      }
    } else {
      List<String> path = descriptor.getPath();
      if (path.size() != 1) {
        throw NeuroWeaverException.invalid(
            "descriptor: expected a path of one part, the dataset's name, found " + path);
      }
      if (more != null && more.name != null && !more.name.equals(path.get(0))) {
        throw NeuroWeaverException.invalid(
            "app_metadata: name is " + more.name + ", the descriptor's is " + path.get(0));
      }
      put =
          more == null
              ? new FlightPut(path.get(0), null, null, null)
              : new FlightPut(path.get(0), more.partitionBy, more.key, more.evolve);
    }
    if (put.name == null) {
      throw NeuroWeaverException.invalid("name: is missing");
    }
    DatasetNames.check(put.name);
    return put;
  }

  /** The parameters of the load it becomes. */
  ObjectNode parameters() {
    ObjectNode parameters =
        JsonNodeFactory.instance.objectNode().put("name", name).put("format", "arrow");
    if (partitionBy != null) {
      parameters.put("partition_by", partitionBy);
    }
    if (key != null) {
      parameters.put("key", key);
    }
    if (evolve != null) {
      ArrayNode array = parameters.putArray("evolve");
      evolve.forEach(array::add);
    }
    return parameters;
  }
}
