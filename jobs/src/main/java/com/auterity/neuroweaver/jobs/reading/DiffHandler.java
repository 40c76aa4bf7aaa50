package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkVersions;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Job {@code diff}: what differs between two dataset versions: columns, counts, and with a key the
 * rows that were added, removed and changed. Rows are compared where they lie; a version that is
 * not partitioned by the key is first exchanged by its hash.
 */
public final class DiffHandler implements JobHandler {
  private static final Set<String> KNOWN = Set.of("before", "after", "key", "examples");
  private static final int EXAMPLES = 10;
  private static final int MOST_EXAMPLES = 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DatasetCatalog datasets;

  public DiffHandler(DatasetCatalog datasets) {
    this.datasets = datasets;
  }

  private record Parameters(String before, String after, String key, int examples) {
    static Parameters of(ObjectNode json) {
      for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
        String name = names.next();
        if (!KNOWN.contains(name)) {
          throw NeuroWeaverException.invalid(
              name + ": unknown parameter; the known ones are " + new TreeSet<>(KNOWN));
        }
      }
      JsonNode examples = json.path("examples");
      boolean none = examples.isMissingNode() || examples.isNull();
      if (!none
          && (!examples.isInt()
              || examples.intValue() < 0
              || examples.intValue() > MOST_EXAMPLES)) {
        throw NeuroWeaverException.invalid(
            "examples: expected a whole number from 0 to " + MOST_EXAMPLES + ", found " + examples);
      }
      return new Parameters(
          text(json, "before", true),
          text(json, "after", true),
          text(json, "key", false),
          none ? EXAMPLES : examples.intValue());
    }

    private static String text(ObjectNode json, String name, boolean needed) {
      JsonNode value = json.path(name);
      if (value.isTextual() && !value.textValue().isEmpty()) {
        return value.textValue();
      }
      if (needed || !(value.isMissingNode() || value.isNull())) {
        throw NeuroWeaverException.invalid(
            name
                + ": expected text, found "
                + (value.isMissingNode() ? "nothing" : value.toString()));
      }
      return null;
    }
  }

  @Override
  public String kind() {
    return "diff";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    Parameters asked = Parameters.of(parameters);
    for (String reference : List.of(asked.before(), asked.after())) {
      Manifest manifest = datasets.get(tenant, reference);
      if (asked.key() != null && manifest.schema().indexOf(asked.key()).isEmpty()) {
        throw NeuroWeaverException.invalid(
            "key: "
                + manifest.name()
                + "@"
                + manifest.version()
                + " has no column "
                + asked.key()
                + "; its columns are "
                + String.join(", ", manifest.schema().names()));
      }
    }
  }

  @Override
  public ObjectNode run(JobContext context) {
    Parameters asked = Parameters.of(context.parameters());
    Manifest before = context.datasets().get(context.tenant(), asked.before());
    Manifest after = context.datasets().get(context.tenant(), asked.after());
    context.attribute(after.versionId(), null);
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    describe(result.putObject("before"), before);
    describe(result.putObject("after"), after);
    schema(result.putObject("schema"), before.schema(), after.schema());
    if (asked.key() != null) {
      rows(context, asked, before, after, result);
    }
    return result;
  }

  private static void describe(ObjectNode json, Manifest manifest) {
    json.put("dataset", manifest.name())
        .put("version", manifest.version())
        .put("version_id", manifest.versionId())
        .put("rows", manifest.rows())
        .put("bytes", manifest.bytes());
  }

  private static void schema(ObjectNode json, Schema before, Schema after) {
    ArrayNode added = json.putArray("added");
    ArrayNode removed = json.putArray("removed");
    ArrayNode changed = json.putArray("changed");
    for (Column column : after.columns()) {
      if (before.indexOf(column.name()).isEmpty()) {
        added.addObject().put("name", column.name()).put("type", word(column));
      }
    }
    for (Column column : before.columns()) {
      if (after.indexOf(column.name()).isEmpty()) {
        removed.addObject().put("name", column.name()).put("type", word(column));
        continue;
      }
      Column other = after.columns().get(after.indexOf(column.name()).getAsInt());
      if (!other.equals(column)) {
        changed
            .addObject()
            .put("name", column.name())
            .put("before", word(column))
            .put("after", word(other));
      }
    }
  }

  /** {@code int64}, with what else is not usual of it: {@code string vin not null}. */
  private static String word(Column column) {
    String semantic = column.semantic().name().toLowerCase(Locale.ROOT);
    return column.type().name().toLowerCase(Locale.ROOT)
        + (semantic.equals("none") ? "" : " " + semantic)
        + (column.nullable() ? "" : " not null");
  }

  private static void rows(
      JobContext context, Parameters asked, Manifest before, Manifest after, ObjectNode result) {
    int partitions = context.datasets().partitions();
    List<Exchange> exchanges = new ArrayList<>();
    try {
      Exchange old = exchange(context, asked.key(), before, "a", exchanges);
      Exchange now = exchange(context, asked.key(), after, "b", exchanges);
      result.put("key", asked.key()).put("exchanged", !exchanges.isEmpty());
      long[] sums = new long[4];
      List<List<DiffPartition.Example>> examples =
          List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      int[] done = {0};
      PartitionCalls.forEach(
          context,
          IntStream.range(0, partitions).boxed().toList(),
          DiffPartition.class,
          partition ->
              new DiffPartition.Request(
                  context.tenant(),
                  old.side(partition),
                  now.side(partition),
                  partition,
                  asked.key(),
                  asked.examples()),
          (partition, found) -> {
            sums[0] += found.added();
            sums[1] += found.removed();
            sums[2] += found.changed();
            sums[3] += found.unchanged();
            examples.get(0).addAll(found.addedExamples());
            examples.get(1).addAll(found.removedExamples());
            examples.get(2).addAll(found.changedExamples());
            examples.forEach(some -> lowest(some, asked.examples()));
            context.progress(
                new Progress("comparing", ++done[0], partitions, "partitions", Map.of()));
          });
      result
          .putObject("rows")
          .put("added", sums[0])
          .put("removed", sums[1])
          .put("changed", sums[2])
          .put("unchanged", sums[3]);
      ObjectNode shown = result.putObject("examples");
      show(shown.putArray("added"), examples.get(0));
      show(shown.putArray("removed"), examples.get(1));
      show(shown.putArray("changed"), examples.get(2));
    } catch (FencedException e) {
      // The run that took over makes and removes the same chunks.
      exchanges.clear();
      throw e;
    } finally {
      exchanges.forEach(exchange -> exchange.remove(context));
    }
  }

  private static void lowest(List<DiffPartition.Example> examples, int most) {
    examples.sort(DiffPartition.Example.BY_KEY);
    if (examples.size() > most) {
      examples.subList(most, examples.size()).clear();
    }
  }

  private static void show(ArrayNode array, List<DiffPartition.Example> examples) {
    for (DiffPartition.Example example : examples) {
      try {
        array.add(JSON.readTree(example.json()));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Where a version's rows of each partition are, by the key. */
  private static final class Exchange {
    private final Manifest manifest;
    private final List<String> ids = new ArrayList<>();
    private final Map<Integer, List<DiffSide.Exchanged>> sent;

    Exchange(Manifest manifest, boolean needed) {
      this.manifest = manifest;
      this.sent = needed ? new HashMap<>() : null;
    }

    DiffSide side(int partition) {
      return new DiffSide(
          manifest.versionId(), sent == null ? null : sent.getOrDefault(partition, List.of()));
    }

    void remove(JobContext context) {
      for (String id : ids) {
        ChunkVersions.remove(context.chunks(), context.tenant(), id, manifest.partitions());
      }
    }
  }

  private static Exchange exchange(
      JobContext context, String key, Manifest manifest, String side, List<Exchange> exchanges) {
    if (key.equals(manifest.partitionBy())) {
      return new Exchange(manifest, false);
    }
    Exchange exchange = new Exchange(manifest, true);
    exchanges.add(exchange);
    List<Integer> partitions =
        manifest.chunks().stream().map(ChunkInfo::partition).distinct().toList();
    Map<Integer, String> ids = new HashMap<>();
    for (int partition : partitions) {
      String id = "diff_" + context.jobId() + "_" + side + "_" + partition;
      ids.put(partition, id);
      exchange.ids.add(id);
    }
    int[] done = {0};
    PartitionCalls.forEach(
        context,
        partitions,
        ExchangePartition.class,
        partition ->
            new ExchangePartition.Request(
                context.tenant(), manifest.versionId(), partition, key, ids.get(partition)),
        (partition, answer) -> {
          for (ChunkInfo chunk : answer.chunks()) {
            exchange
                .sent
                .computeIfAbsent(chunk.partition(), target -> new ArrayList<>())
                .add(new DiffSide.Exchanged(ids.get(partition), chunk));
          }
          context.progress(
              new Progress(
                  "exchanging " + side, ++done[0], partitions.size(), "partitions", Map.of()));
        });
    return exchange;
  }
}
