package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.schema.ColumnType;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.Sha256;
import com.auterity.neuroweaver.jobs.grid.GridFunction;
import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Compares the rows of one partition of two versions by their keys. Rows of equal keys are equal
 * when all columns that both versions have are. Of a key with several rows, equal ones pair up
 * first, then others as changed ones. In memory are keys and hashes, and one chunk.
 */
public final class DiffPartition
    implements GridFunction<DiffPartition.Request, DiffPartition.Differences> {
  /**
   * @param examples at most so many of each kind
   */
  public record Request(
      String tenant, DiffSide before, DiffSide after, int partition, String key, int examples) {}

  /**
   * What was found; of each kind the examples with the lowest keys, as JSON.
   *
   * @param unchanged rows
   */
  public record Differences(
      long added,
      long removed,
      long changed,
      long unchanged,
      List<Example> addedExamples,
      List<Example> removedExamples,
      List<Example> changedExamples) {}

  /**
   * @param key as text, null for none
   */
  public record Example(String key, String json) {
    static final Comparator<Example> BY_KEY =
        Comparator.comparing(Example::key, Comparator.nullsFirst(Comparator.naturalOrder()));
  }

  @Override
  public Class<Request> inputType() {
    return Request.class;
  }

  @Override
  public Class<Differences> outputType() {
    return Differences.class;
  }

  @Override
  public Differences apply(Request request, NodeContext node) {
    return new Run(request, node).run();
  }

  /** A row: where it is, and the SHA-256 of its values cut to 128 bits. */
  private record Found(int chunk, int row, long high, long low) {
    boolean sameValues(Found other) {
      return high == other.high && low == other.low;
    }
  }

  /** One version's chunks of the partition, read under their own names. */
  private static final class Side {
    private final Manifest manifest;
    private final DatasetReader reader;
    private final List<DiffSide.Exchanged> chunks = new ArrayList<>();
    private int loaded = -1;
    private RowBatch batch;

    Side(DiffSide side, int partition, Manifest manifest, DatasetReader reader) {
      this.manifest = manifest;
      this.reader = reader;
      if (side.exchanged() == null) {
        for (ChunkInfo chunk : manifest.chunksOf(partition)) {
          chunks.add(new DiffSide.Exchanged(manifest.versionId(), chunk));
        }
      } else {
        chunks.addAll(side.exchanged());
      }
    }

    RowBatch batch(int chunk) {
      if (chunk != loaded) {
        DiffSide.Exchanged at = chunks.get(chunk);
        batch = reader.batch(DiffSide.under(manifest, at.exchangeId()), at.chunk());
        loaded = chunk;
      }
      return batch;
    }
  }

  private static final class Run {
    private final Request request;
    private final Side before;
    private final Side after;
    private final List<String> common = new ArrayList<>();
    private final MessageDigest digest = Sha256.digest();
    private long added;
    private long removed;
    private long changed;
    private long unchanged;
    private final List<Example> addedExamples = new ArrayList<>();
    private final List<Example> removedExamples = new ArrayList<>();
    private final List<Example> changedExamples = new ArrayList<>();

    Run(Request request, NodeContext node) {
      this.request = request;
      DatasetReader reader = new DatasetReader(node.datasets(), node.chunks());
      Manifest first = node.datasets().get(request.tenant(), request.before().versionId());
      Manifest second = node.datasets().get(request.tenant(), request.after().versionId());
      before = new Side(request.before(), request.partition(), first, reader);
      after = new Side(request.after(), request.partition(), second, reader);
      for (String name : first.schema().names()) {
        if (!name.equals(request.key()) && second.schema().indexOf(name).isPresent()) {
          common.add(name);
        }
      }
    }

    Differences run() {
      TreeMap<String, List<Found>> old =
          new TreeMap<>(Comparator.nullsFirst(Comparator.naturalOrder()));
      read(before, old);
      TreeMap<String, List<Found>> now =
          new TreeMap<>(Comparator.nullsFirst(Comparator.naturalOrder()));
      read(after, now);
      for (Map.Entry<String, List<Found>> entry : old.entrySet()) {
        List<Found> others = now.remove(entry.getKey());
        compare(entry.getKey(), entry.getValue(), others == null ? new ArrayList<>() : others);
      }
      now.forEach((key, rows) -> compare(key, new ArrayList<>(), rows));
      addedExamples.sort(Example.BY_KEY);
      return new Differences(
          added,
          removed,
          changed,
          unchanged,
          addedExamples.subList(0, Math.min(request.examples(), addedExamples.size())),
          removedExamples,
          changedExamples);
    }

    private void read(Side side, Map<String, List<Found>> rows) {
      for (int c = 0; c < side.chunks.size(); c++) {
        RowBatch batch = side.batch(c);
        Schema schema = batch.schema();
        int key = schema.indexOf(request.key()).orElseThrow();
        int[] columns = common.stream().mapToInt(n -> schema.indexOf(n).orElseThrow()).toArray();
        for (int r = 0; r < batch.rows(); r++) {
          Row row = batch.row(r);
          for (int i = 0; i < columns.length; i++) {
            String value = canonical(common.get(i), row.get(columns[i]));
            byte[] utf8 = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4).putInt(utf8 == null ? -1 : utf8.length).array());
            if (utf8 != null) {
              digest.update(utf8);
            }
          }
          ByteBuffer hash = ByteBuffer.wrap(digest.digest());
          rows.computeIfAbsent(row.text(key), text -> new ArrayList<>(1))
              .add(new Found(c, r, hash.getLong(), hash.getLong()));
        }
      }
    }

    /** Equal for equal values of the two versions, whose types of the column may differ. */
    private String canonical(String name, Object value) {
      if (value instanceof Long number
          && (type(before, name) == ColumnType.FLOAT64
              || type(after, name) == ColumnType.FLOAT64)) {
        return Double.toString(number);
      }
      return Objects.toString(value, null);
    }

    private static ColumnType type(Side side, String name) {
      Schema schema = side.manifest.schema();
      return schema.columns().get(schema.indexOf(name).orElseThrow()).type();
    }

    private void compare(String key, List<Found> old, List<Found> now) {
      for (Iterator<Found> left = old.iterator(); left.hasNext(); ) {
        Found row = left.next();
        for (Iterator<Found> right = now.iterator(); right.hasNext(); ) {
          if (right.next().sameValues(row)) {
            left.remove();
            right.remove();
            unchanged++;
            break;
          }
        }
      }
      int pairs = Math.min(old.size(), now.size());
      for (int i = 0; i < pairs; i++) {
        changed++;
        if (changedExamples.size() < request.examples()) {
          changedExamples.add(new Example(key, change(old.get(i), now.get(i))));
        }
      }
      for (Found row : old.subList(pairs, old.size())) {
        removed++;
        if (removedExamples.size() < request.examples()) {
          removedExamples.add(new Example(key, whole(before, row)));
        }
      }
      for (Found row : now.subList(pairs, now.size())) {
        added++;
        if (addedExamples.size() < 2 * request.examples()) {
          addedExamples.add(new Example(key, whole(after, row)));
        }
      }
    }

    private static String whole(Side side, Found found) {
      Row row = side.batch(found.chunk()).row(found.row());
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      List<Column> columns = side.manifest.schema().columns();
      for (int i = 0; i < columns.size(); i++) {
        json.set(columns.get(i).name(), JsonNodeFactory.instance.pojoNode(plain(row.get(i))));
      }
      return json.toString();
    }

    /** Columns whose values differ: {@code {"key": ..., "changes": {"km": [1, 2]}}}. */
    private String change(Found old, Found now) {
      Row left = before.batch(old.chunk()).row(old.row());
      Row right = after.batch(now.chunk()).row(now.row());
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.set("key", JsonNodeFactory.instance.pojoNode(plain(value(before, left, request.key()))));
      ObjectNode changes = json.putObject("changes");
      for (String name : common) {
        Object from = value(before, left, name);
        Object to = value(after, right, name);
        if (!Objects.equals(canonical(name, from), canonical(name, to))) {
          changes.putArray(name).addPOJO(plain(from)).addPOJO(plain(to));
        }
      }
      return json.toString();
    }

    private static Object value(Side side, Row row, String name) {
      return row.get(side.manifest.schema().indexOf(name).orElseThrow());
    }

    private static Object plain(Object value) {
      return value instanceof Number || value instanceof Boolean
          ? value
          : Objects.toString(value, null);
    }
  }
}
