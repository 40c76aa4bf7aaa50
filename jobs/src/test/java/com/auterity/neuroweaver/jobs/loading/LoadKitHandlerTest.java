package com.auterity.neuroweaver.jobs.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.automotive.Kit;
import com.auterity.neuroweaver.datasets.automotive.KitDataset;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.MemoryChunkStore;
import com.auterity.neuroweaver.datasets.store.MemoryDatasetCatalog;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class LoadKitHandlerTest {
  private final MemoryDatasetCatalog catalog = new MemoryDatasetCatalog(8);
  private final MemoryChunkStore chunks = new MemoryChunkStore();
  private final LoadKitHandler handler = new LoadKitHandler(Clock.systemUTC());

  private static ObjectNode asked(String dataset) {
    return JsonNodeFactory.instance.objectNode().put("kit", "automotive").put("dataset", dataset);
  }

  private LoadingRun job(String id, ObjectNode parameters) {
    return new LoadingRun(id, catalog, chunks, parameters, new ScanningGrid(catalog, chunks));
  }

  private void refuses(ObjectNode parameters, String because) {
    String message =
        assertThrows(NeuroWeaverException.class, () -> handler.validate("default", parameters))
            .getMessage();
    assertTrue(message.contains(because), message);
  }

  @Test
  void aKitDatasetIsTheGeneratorsRowsInTheirOrder() {
    ObjectNode parameters =
        asked("sales_conversations").put("name", "talks").put("rows", 101).put("seed", 7);
    handler.validate("default", parameters);
    ObjectNode result = handler.run(job("job_1", parameters));
    assertEquals(101, result.get("rows").asLong());
    Manifest manifest = catalog.get("default", "talks");
    KitDataset dataset = Kit.get("automotive").dataset("sales_conversations");
    assertEquals(dataset.schema(), manifest.schema());
    assertEquals(dataset.first(7, 101), new DatasetReader(catalog, chunks).first(manifest, 1_000));
  }

  @Test
  void withoutMoreItIsCalledAsInTheKitAndHasTheRowsOnOffer() {
    ObjectNode result = handler.run(job("job_1", asked("vehicle_specifications")));
    assertEquals("vehicle_specifications", result.get("dataset").asText());
    assertEquals(
        Kit.get("automotive").dataset("vehicle_specifications").rows(),
        result.get("rows").asLong());
  }

  @Test
  void aRunAfterACrashMakesTheSameVersionOfTheSameBytes() {
    ObjectNode parameters = asked("dealership_qa").put("rows", 300);
    handler.run(job("job_1", parameters));
    Manifest first = catalog.get("default", "dealership_qa");
    handler.run(job("job_1", parameters));
    assertEquals(first.chunks(), catalog.get("default", "dealership_qa").chunks());
    assertEquals(1, catalog.get("default", "dealership_qa").version());
    handler.run(job("job_2", parameters));
    assertEquals(2, catalog.get("default", "dealership_qa").version());
    assertEquals(first.chunks(), catalog.get("default", "dealership_qa").chunks());
  }

  @Test
  void aCancelledLoadLeavesNothing() {
    LoadingRun job = job("job_1", asked("dealership_qa").put("rows", 300));
    job.stop = new CancelledException("job_1");
    job.stopAtCheck = 3;
    assertThrows(CancelledException.class, () -> handler.run(job));
    assertTrue(catalog.find("default", "dealership_qa").isEmpty());
    assertEquals(0, chunks.size());
  }

  @Test
  void whatCannotBeMadeIsRefusedBefore() {
    refuses(asked("boats"), "kit automotive has no dataset boats; it has [dealership_qa");
    refuses(asked("dealership_qa").put("kit", "marine"), "there is no kit marine");
    refuses(asked("dealership_qa").put("rows", 0), "rows: expected a whole number from 1 to");
    refuses(asked("dealership_qa").put("rows", 1.5), "rows: expected a whole number from 1 to");
    refuses(asked("dealership_qa").put("seed", "x"), "seed: expected a whole number");
    refuses(asked("dealership_qa").put("nmae", "x"), "nmae: unknown parameter");
    refuses(asked("dealership_qa").put("name", "a b@"), "name");
  }
}
