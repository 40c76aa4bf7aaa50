package com.auterity.neuroweaver.publish;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Column;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheKeyConfiguration;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.cache.QueryEntity;
import org.apache.ignite.cache.query.SqlFieldsQuery;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.internal.IgniteEx;

/**
 * The SQL tables that show datasets. A table's cache is filled while SQL does not see it, and
 * becomes the table at once; the one it replaces is gone then.
 */
public final class PublishedTables {
  private static final String PREFIX = "NW_SQL_";
  private static final String KEY = "_KEY";

  private final Ignite ignite;
  private final RecordTable<PublishedTableRow> tables;
  private final UnaryOperator<CacheConfiguration<Object, Object>> placed;
  private final Set<String> systemTables;

  /**
   * @param placed puts a cache where the chunks are
   * @param systemTables names no dataset gets
   */
  public PublishedTables(
      Ignite ignite,
      RecordTable<PublishedTableRow> tables,
      UnaryOperator<CacheConfiguration<Object, Object>> placed,
      Set<String> systemTables) {
    this.ignite = ignite;
    this.tables = tables;
    this.placed = placed;
    this.systemTables = Set.copyOf(systemTables);
  }

  /**
   * The name as SQL has it.
   *
   * @throws NeuroWeaverException INVALID_INPUT for one that SQL or the grid keeps for itself,
   *     CONFLICT for one that is somebody else's
   */
  String checked(String tenant, String table) {
    String name = table.toUpperCase(Locale.ROOT);
    if (!name.matches("[A-Z][A-Z0-9_]{0,62}")) {
      throw NeuroWeaverException.invalid(
          "table: \""
              + table
              + "\" is no table name: use 1 to 63 letters, digits or '_', beginning with a letter");
    }
    if (systemTables.contains(name) || name.startsWith("NW_") || SqlColumns.isReserved(name)) {
      throw NeuroWeaverException.invalid(
          "table: "
              + name
              + " is kept "
              + (SqlColumns.isReserved(name) ? "by SQL" : "for the grid's own tables")
              + "; choose another name, such as "
              + name
              + "_DATA");
    }
    if (tables.get(tenant, name).isEmpty() && isThere(name)) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          "table: there is a table " + name + " that no dataset was published as; drop it first",
          Map.of("table", name));
    }
    return name;
  }

  private boolean isThere(String name) {
    return ignite
        .cache(PublishedTableRow.TABLE.cacheName())
        .query(
            new SqlFieldsQuery(
                    "SELECT CACHE_NAME FROM SYS.TABLES WHERE SCHEMA_NAME = ? AND TABLE_NAME = ?")
                .setArgs(TableDefinition.SCHEMA, name))
        .getAll()
        .stream()
        .anyMatch(row -> !((String) row.get(0)).startsWith(PREFIX));
  }

  Optional<PublishedTableRow> find(String tenant, String table) {
    return tables.get(tenant, table.toUpperCase(Locale.ROOT));
  }

  /** The names of a job's cache and of the types in it. */
  record Draft(String cacheName, String keyType, String valueType) {
    static Draft of(String table, String jobId) {
      String cache = PREFIX + table + "_" + jobId;
      return new Draft(cache, cache + KEY, cache + "_VALUE");
    }
  }

  /** An empty cache that SQL does not see; what an earlier run left of it is gone. */
  void begin(Draft draft) {
    CacheConfiguration<Object, Object> cache =
        new CacheConfiguration<Object, Object>(draft.cacheName())
            .setAtomicityMode(CacheAtomicityMode.ATOMIC)
            .setKeyConfiguration(new CacheKeyConfiguration(draft.keyType(), SqlColumns.PARTITION));
    ignite.getOrCreateCache(placed.apply(cache));
  }

  long rows(Draft draft) {
    return ignite.cache(draft.cacheName()).sizeLong();
  }

  void abandon(Draft draft) {
    ignite.destroyCache(draft.cacheName());
  }

  /** Makes the filled cache the table. */
  void finish(Draft draft, Manifest manifest, PublishedTableRow row) {
    tables
        .get(row.tenant(), row.tableName())
        .filter(old -> !old.cacheName().equals(draft.cacheName()))
        .ifPresent(old -> ignite.destroyCache(old.cacheName()));
    if (ignite
        .cache(PublishedTableRow.TABLE.cacheName())
        .query(
            new SqlFieldsQuery("SELECT 1 FROM SYS.TABLES WHERE CACHE_NAME = ?")
                .setArgs(draft.cacheName()))
        .getAll()
        .isEmpty()) {
      try {
        ((IgniteEx) ignite)
            .context()
            .query()
            .dynamicAddQueryEntity(
                draft.cacheName(),
                TableDefinition.SCHEMA,
                entity(draft, manifest, row),
                null,
                false)
            .get();
      } catch (IgniteCheckedException e) {
        throw new NeuroWeaverException(
            ErrorKind.CONFLICT,
            "table " + row.tableName() + " cannot be made: " + e.getMessage(),
            Map.of("table", row.tableName()),
            e);
      }
    }
    tables.put(row);
  }

  private static QueryEntity entity(Draft draft, Manifest manifest, PublishedTableRow row) {
    LinkedHashMap<String, String> fields = new LinkedHashMap<>();
    fields.put(SqlColumns.PARTITION, Integer.class.getName());
    fields.put(SqlColumns.ORDINAL, Long.class.getName());
    Map<String, String> names = SqlColumns.names(manifest.schema());
    for (Column column : manifest.schema().columns()) {
      fields.put(names.get(column.name()), SqlColumns.type(column.type()).getName());
    }
    return new QueryEntity(draft.keyType(), draft.valueType())
        .setTableName(row.tableName())
        .setFields(fields)
        .setKeyFields(new LinkedHashSet<>(List.of(SqlColumns.PARTITION, SqlColumns.ORDINAL)));
  }

  /** Removes a table; NOT_FOUND when no dataset is published as it. */
  void remove(String tenant, String table) {
    PublishedTableRow row = find(tenant, table).orElseThrow(() -> unknown(table));
    ignite.destroyCache(row.cacheName());
    tables.remove(tenant, row.tableName());
  }

  /** Names of the tables that show one of these versions. */
  public List<String> of(String tenant, Set<String> versionIds) {
    return tables.where(Map.of("tenant", tenant)).stream()
        .filter(row -> versionIds.contains(row.versionId()))
        .map(PublishedTableRow::tableName)
        .sorted()
        .toList();
  }

  /**
   * Takes rows out of a table, which shows another version from then on. Repeatable; a table that
   * was removed meanwhile is passed over.
   *
   * @param ordinals of the rows, by partition
   */
  public void deleteRows(
      String tenant, String table, Map<Integer, long[]> ordinals, String versionId) {
    PublishedTableRow row = find(tenant, table).orElse(null);
    if (row == null) {
      return;
    }
    IgniteCache<BinaryObject, BinaryObject> cache = ignite.cache(row.cacheName());
    String keyType = row.cacheName() + KEY;
    ordinals.forEach(
        (partition, erased) -> {
          Set<BinaryObject> keys = new LinkedHashSet<>();
          for (long ordinal : erased) {
            keys.add(key(ignite, keyType, partition, ordinal));
          }
          cache.<BinaryObject, BinaryObject>withKeepBinary().removeAll(keys);
        });
    tables.put(
        new PublishedTableRow(
            tenant,
            row.tableName(),
            row.datasetName(),
            versionId,
            cache.sizeLong(CachePeekMode.PRIMARY),
            row.cacheName(),
            row.jobId(),
            row.createdAt()));
  }

  /** Primary key of a row. */
  static BinaryObject key(Ignite ignite, String keyType, int partition, long ordinal) {
    return ignite
        .binary()
        .builder(keyType)
        .setField(SqlColumns.PARTITION, partition, Integer.class)
        .setField(SqlColumns.ORDINAL, ordinal, Long.class)
        .build();
  }

  static NeuroWeaverException unknown(String table) {
    return new NeuroWeaverException(
        ErrorKind.NOT_FOUND,
        "no dataset is published as " + table + "; PUBLISHED_TABLE lists those that are",
        Map.of("table", table));
  }

  /**
   * Removes the caches of publications that never became a table.
   *
   * @param jobIsOver whether the job of this id has ended and will not run again
   */
  public int collectGarbage(String tenant, Predicate<String> jobIsOver) {
    Set<String> used = new LinkedHashSet<>();
    tables.where(Map.of("tenant", tenant)).forEach(row -> used.add(row.cacheName()));
    int removed = 0;
    for (String cache : ignite.cacheNames()) {
      int job = cache.lastIndexOf("job_");
      if (cache.startsWith(PREFIX)
          && job > 0
          && !used.contains(cache)
          && jobIsOver.test(cache.substring(job))) {
        ignite.destroyCache(cache);
        removed++;
      }
    }
    return removed;
  }
}
