package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry over tables in memory. */
public final class Registries {
  private final AtomicInteger numbers = new AtomicInteger();
  private final Deployments deployments =
      new Deployments(new MemoryRecordTable<>(DeploymentRow.TABLE), this::id, Clock.systemUTC());
  private final ModelRegistry registry;

  public Registries(BlobStore blobs) {
    registry =
        new ModelRegistry(
            new MemoryRecordTable<>(ModelRow.TABLE),
            new MemoryRecordTable<>(ModelVersionRow.TABLE),
            new MemoryRecordTable<>(AliasRow.TABLE),
            deployments,
            blobs,
            this::id,
            Clock.systemUTC());
  }

  private String id(String kind) {
    return kind + "_" + numbers.incrementAndGet();
  }

  public ModelRegistry registry() {
    return registry;
  }

  public Deployments deployments() {
    return deployments;
  }

  /** A version with an adapter of these blobs. */
  public static NewVersion version(String name, String version, String adapter, String config) {
    return new NewVersion(
        name,
        version,
        "nano",
        "base-sha",
        adapter,
        config,
        adapter,
        List.of("dsv_1"),
        "job_1",
        configuration(),
        Map.of("op_code_accuracy", 0.9));
  }

  static ObjectNode configuration() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("base_model", "nano").put("dataset", "requests").put("prompt_column", "question");
    json.put("answer_column", "answer").put("lora_r", 8);
    return json;
  }
}
