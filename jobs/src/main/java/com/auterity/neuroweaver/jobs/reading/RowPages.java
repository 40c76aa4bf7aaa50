package com.auterity.neuroweaver.jobs.reading;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.filter.RowFilter;
import com.auterity.neuroweaver.datasets.schema.Row;
import com.auterity.neuroweaver.datasets.schema.RowBatch;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkCodec;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.jobs.grid.Grid;
import com.auterity.neuroweaver.jobs.reading.SelectRows.Found;
import com.auterity.neuroweaver.jobs.reading.SelectRows.Scan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Pages of a dataset's rows: those a filter takes, in source order. Each node that owns partitions
 * filters them where they lie ({@link SelectRows}); here their answers are merged. A page ends at
 * its limit, at some mebibytes, or after some seconds; a cursor goes on from there. Thread-safe.
 */
public final class RowPages {
  static final long MOST_BYTES = 8L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final DatasetCatalog catalog;
  private final Grid grid;
  private final Duration budget;

  /**
   * @param budget after so long a page ends with what it has, which may be nothing
   */
  public RowPages(DatasetCatalog catalog, Grid grid, Duration budget) {
    this.catalog = catalog;
    this.grid = grid;
    this.budget = budget;
  }

  /**
   * What somebody asks for.
   *
   * @param dataset id, version id, name or name@version
   * @param where a {@link RowFilter}, or null for all rows
   * @param columns empty for all
   * @param limit at least 1
   * @param cursor of the page before, or null for the first
   */
  public record Request(
      String tenant, String dataset, String where, List<String> columns, int limit, String cursor) {
    public Request {
      columns = List.copyOf(columns);
    }
  }

  /**
   * @param rows with values of {@code schema}
   * @param cursor null after the last row
   */
  public record Page(Manifest manifest, Schema schema, List<Row> rows, String cursor) {}

  /**
   * @throws NeuroWeaverException INVALID_INPUT for a filter, column or cursor that is none;
   *     NOT_FOUND for a dataset that is not there
   */
  public Page read(Request request) {
    Manifest manifest = catalog.get(request.tenant(), request.dataset());
    RowCursor cursor = request.cursor() == null ? null : RowCursor.of(request.cursor());
    if (cursor != null && !cursor.versionId().equals(manifest.versionId())) {
      manifest = versionOf(cursor, manifest, request);
    }
    RowFilter.parse(request.where(), manifest.schema());
    List<String> columns = columns(request.columns(), manifest.schema());
    long fingerprint = RowCursor.request(request.where(), columns);
    if (cursor != null && cursor.request() != fingerprint) {
      throw NeuroWeaverException.invalid(
          "cursor: is of a page with another where or other columns; they stay the same from page"
              + " to page");
    }
    if (cursor == null) {
      List<Scan> all =
          manifest.chunks().stream()
              .map(chunk -> chunk.partition())
              .distinct()
              .sorted()
              .map(partition -> new Scan(partition, 0))
              .toList();
      cursor = new RowCursor(manifest.versionId(), fingerprint, RowKey.BEFORE_ALL, all);
    }
    return new Reading(request, manifest, columns, cursor).page();
  }

  /** Pages go on in the version they began with, even when the name means a newer one by now. */
  private Manifest versionOf(RowCursor cursor, Manifest named, Request request) {
    Manifest version = catalog.get(request.tenant(), cursor.versionId());
    if (!version.datasetId().equals(named.datasetId())
        || request.dataset().equals(named.versionId())) {
      throw NeuroWeaverException.invalid(
          "cursor: is of " + cursor.versionId() + ", not of " + request.dataset());
    }
    return version;
  }

  private static List<String> columns(List<String> asked, Schema schema) {
    Set<String> seen = new LinkedHashSet<>();
    for (String name : asked) {
      if (schema.indexOf(name).isEmpty()) {
        throw refused(
            name,
            seen.size() + 1,
            "is no column of this dataset; those are " + String.join(", ", schema.names()));
      }
      if (!seen.add(name)) {
        throw refused(name, seen.size() + 1, "is named twice; once is right");
      }
    }
    return asked.isEmpty() ? schema.names() : asked;
  }

  private static NeuroWeaverException refused(String name, int place, String why) {
    return new NeuroWeaverException(
        ErrorKind.INVALID_INPUT,
        "columns, name " + place + ": " + name + " " + why,
        Map.of("field", "columns", "position", place, "found", name));
  }

  /** The making of one page. */
  private final class Reading {
    private final Request request;
    private final Manifest manifest;
    private final List<String> columns;
    private final RowCursor start;
    private final Schema schema;
    private final long deadline = System.nanoTime() + budget.toNanos();
    private final List<Row> rows = new ArrayList<>();
    private RowKey last;
    private long weight;

    Reading(Request request, Manifest manifest, List<String> columns, RowCursor start) {
      this.request = request;
      this.manifest = manifest;
      this.columns = columns;
      this.start = start;
      this.schema = manifest.schema().select(columns);
      this.last = start.last();
    }

    Page page() {
      Collection<Share> shares = shares();
      do {
        fetch(shares.stream().filter(Share::isWaiting).toList());
      } while (!merge(shares) && System.nanoTime() < deadline);
      List<Scan> next =
          shares.stream()
              .flatMap(share -> share.next().stream())
              .sorted(Comparator.comparingInt(Scan::partition))
              .toList();
      return new Page(
          manifest,
          schema,
          rows,
          next.isEmpty()
              ? null
              : new RowCursor(manifest.versionId(), start.request(), last, next).text());
    }

    /** The partitions by the nodes that hold them. */
    private Collection<Share> shares() {
      Map<String, List<Scan>> byOwner = new LinkedHashMap<>();
      for (Scan scan : start.scans()) {
        byOwner
            .computeIfAbsent(grid.owners(scan.partition()).get(0), owner -> new ArrayList<>())
            .add(scan);
      }
      return byOwner.values().stream()
          .map(scans -> new Share(scans, start.last()))
          .collect(Collectors.toList());
    }

    private void fetch(List<Share> waiting) {
      long millis = Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
      Map<Share, CompletableFuture<Found>> answers = new LinkedHashMap<>();
      for (Share share : waiting) {
        SelectRows.Request call =
            new SelectRows.Request(
                request.tenant(),
                manifest.versionId(),
                request.where(),
                columns,
                share.scans,
                share.given.ordinal(),
                share.given.partition(),
                request.limit() - rows.size(),
                Math.max(1, MOST_BYTES - weight),
                millis);
        answers.put(share, grid.callOwner(share.scans.get(0).partition(), SelectRows.class, call));
      }
      answers.forEach((share, answer) -> share.take(await(answer, millis), schema));
    }

    /** Takes rows while their order is certain; whether the page is done. */
    private boolean merge(Collection<Share> shares) {
      while (true) {
        if (rows.size() == request.limit() || (weight >= MOST_BYTES && !rows.isEmpty())) {
          return true;
        }
        Share first = null;
        long certain = Long.MAX_VALUE;
        for (Share share : shares) {
          if (share.hasRow()) {
            first = first == null || share.key().compareTo(first.key()) < 0 ? share : first;
          } else if (share.isWaiting()) {
            certain = Math.min(certain, share.complete);
          }
        }
        if (first == null) {
          return certain == Long.MAX_VALUE && shares.stream().noneMatch(Share::isWaiting);
        }
        if (shares.stream().anyMatch(Share::isWaiting) && first.key().ordinal() >= certain) {
          return false;
        }
        last = first.key();
        weight += first.batch.weight(first.row);
        rows.add(first.batch.row(first.row++));
      }
    }
  }

  private static Found await(CompletableFuture<Found> answer, long millis) {
    try {
      return answer.get(millis + PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw NeuroWeaverException.unchecked(e.getCause());
    } catch (TimeoutException e) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE, "a node did not answer in time; try again", Map.of(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE, "interrupted while rows were read", Map.of(), e);
    }
  }

  /** What one node reads for a page: the rows it has given, and where it goes on. */
  private static final class Share {
    private List<Scan> scans;
    private RowKey given;
    private RowBatch batch;
    private int[] partitions = {};
    private int[] chunks = {};
    private int row;
    private long complete = Long.MIN_VALUE;

    Share(List<Scan> scans, RowKey given) {
      this.scans = scans;
      this.given = given;
    }

    void take(Found found, Schema schema) {
      batch = found.rows().length == 0 ? null : ChunkCodec.decodeBatch(schema, found.rows());
      partitions = found.partitions();
      chunks = found.chunks();
      row = 0;
      scans = found.next();
      complete = found.complete();
      if (batch != null) {
        int end = partitions.length - 1;
        given = new RowKey(batch.ordinal(end), partitions[end]);
      }
    }

    boolean hasRow() {
      return row < partitions.length;
    }

    /** Whether only its node knows what comes next. */
    boolean isWaiting() {
      return !hasRow() && !scans.isEmpty();
    }

    RowKey key() {
      return new RowKey(batch.ordinal(row), partitions[row]);
    }

    /** Where its partitions go on, rows that are not on the page included. */
    List<Scan> next() {
      Map<Integer, Integer> next = new HashMap<>();
      scans.forEach(scan -> next.put(scan.partition(), scan.chunk()));
      for (int i = partitions.length - 1; i >= row; i--) {
        next.put(partitions[i], chunks[i]);
      }
      return next.entrySet().stream()
          .map(entry -> new Scan(entry.getKey(), entry.getValue()))
          .toList();
    }
  }
}
