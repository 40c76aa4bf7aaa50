package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.care.VerifyPartition.Answer;
import com.auterity.neuroweaver.jobs.care.VerifyPartition.Damage;
import com.auterity.neuroweaver.jobs.care.VerifyPartition.Question;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.training.Parameters;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Job {@code verify}: checks every copy of every chunk of a dataset version on the nodes that hold
 * it, and has damaged ones mended. A chunk of which no copy is good fails the job, which names it.
 */
public final class VerifyHandler implements JobHandler {
  private final DatasetCatalog catalog;

  public VerifyHandler(DatasetCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public String kind() {
    return "verify";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    catalog.get(tenant, dataset(parameters));
  }

  private static String dataset(ObjectNode parameters) {
    Parameters keys = new Parameters("verify", parameters);
    String dataset = keys.text("dataset");
    keys.refuseUnknown();
    return dataset;
  }

  private record Copy(int partition, String node) {}

  /** An answer, or nothing when the node has left or is being filled. */
  private record Looked(Answer answer) {}

  @Override
  public ObjectNode run(JobContext context) {
    Manifest manifest = context.datasets().get(context.tenant(), dataset(context.parameters()));
    context.attribute(manifest.versionId(), null);
    List<Copy> copies = new ArrayList<>();
    for (int p = 0; p < manifest.partitions(); p++) {
      if (!manifest.chunksOf(p).isEmpty()) {
        for (String node : context.grid().owners(p)) {
          copies.add(new Copy(p, node));
        }
      }
    }
    long[] chunks = {0};
    long[] bytes = {0};
    int[] done = {0};
    TreeSet<String> unseen = new TreeSet<>();
    TreeMap<String, Long> damagedByNode = new TreeMap<>();
    Map<ChunkKey, Damage> damaged = new LinkedHashMap<>();
    PartitionCalls.forEach(
        context,
        copies,
        copy -> look(context, manifest, copy),
        (copy, looked) -> {
          done[0]++;
          if (looked.answer() == null) {
            unseen.add(copy.node() + ":" + copy.partition());
          } else {
            chunks[0] += looked.answer().chunks();
            bytes[0] += looked.answer().bytes();
            for (Damage damage : looked.answer().damaged()) {
              damagedByNode.merge(copy.node(), 1L, Long::sum);
              damaged.putIfAbsent(manifest.key(damage.chunk()), damage);
            }
          }
          context.progress(new Progress("verifying", done[0], copies.size(), "copies", Map.of()));
        });
    List<String> lost = mend(context, damaged);
    if (!lost.isEmpty()) {
      throw new NeuroWeaverException(
          ErrorKind.CORRUPT,
          lost.size()
              + " chunks of "
              + manifest.name()
              + "@"
              + manifest.version()
              + " are lost, no node has a good copy: "
              + String.join(", ", lost.subList(0, Math.min(10, lost.size())))
              + (lost.size() > 10 ? " ..." : "")
              + "; restore a snapshot or load the data again",
          Map.of("lost", lost));
    }
    return result(context, manifest, chunks[0], bytes[0], damaged, damagedByNode, unseen);
  }

  private static CompletableFuture<Looked> look(JobContext context, Manifest manifest, Copy copy) {
    return context
        .grid()
        .call(
            copy.node(),
            VerifyPartition.class,
            new Question(context.tenant(), manifest.versionId(), copy.partition()))
        .handle(
            (answer, error) -> {
              if (error == null) {
                return CompletableFuture.completedFuture(new Looked(answer));
              }
              Throwable cause = error.getCause() == null ? error : error.getCause();
              boolean away =
                  (error instanceof NeuroWeaverException here && here.kind().retryable())
                      || (cause instanceof NeuroWeaverException there && there.kind().retryable());
              return away
                  ? CompletableFuture.completedFuture(new Looked(null))
                  : CompletableFuture.<Looked>failedFuture(error);
            })
        .thenCompose(next -> next);
  }

  private static List<String> mend(JobContext context, Map<ChunkKey, Damage> damaged) {
    List<String> lost = new ArrayList<>();
    damaged.forEach(
        (key, damage) -> {
          if (context.chunks().repair(key, damage.chunk(), damage.problem()).isEmpty()) {
            lost.add(key.toString());
          }
        });
    return lost;
  }

  private static ObjectNode result(
      JobContext context,
      Manifest manifest,
      long chunks,
      long bytes,
      Map<ChunkKey, Damage> damaged,
      Map<String, Long> damagedByNode,
      TreeSet<String> unseen) {
    ObjectNode result = context.parameters().objectNode();
    result.put("dataset", manifest.name());
    result.put("version_id", manifest.versionId());
    result.put("version", manifest.version());
    result.put("chunks", manifest.chunks().size());
    result.put("copies_checked", chunks);
    result.put("bytes_checked", bytes);
    result.put("repaired", damaged.size());
    ObjectNode byNode = result.putObject("damaged_by_node");
    damagedByNode.forEach(byNode::put);
    ArrayNode keys = result.putArray("repaired_chunks");
    damaged.keySet().stream().limit(100).forEach(key -> keys.add(key.toString()));
    // Nodes that left or were being filled: node:partition.
    ArrayNode away = result.putArray("copies_not_seen");
    unseen.forEach(away::add);
    return result;
  }
}
