package com.auterity.neuroweaver.datasets.table;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteBinary;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.apache.ignite.cache.query.IndexQuery;
import org.apache.ignite.cache.query.IndexQueryCriteriaBuilder;
import org.apache.ignite.cache.query.Query;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;

/** A table in an Ignite cache: keys and values are BinaryObjects, so no class crosses the wire. */
public final class IgniteRecordTable<R extends Record> implements RecordTable<R> {
  private final TableDefinition<R> table;
  private final IgniteBinary binary;
  private final IgniteCache<BinaryObject, BinaryObject> cache;

  /** The table's cache must be there: migrations make it. */
  public IgniteRecordTable(Ignite ignite, TableDefinition<R> table) {
    this.table = table;
    this.binary = ignite.binary();
    IgniteCache<Object, Object> found = ignite.cache(table.cacheName());
    if (found == null) {
      throw new NeuroWeaverException(
          ErrorKind.UNAVAILABLE,
          "table "
              + table
              + " is not there yet: its migration has not run (cache "
              + table.cacheName()
              + ")");
    }
    this.cache = found.withKeepBinary();
  }

  @Override
  public TableDefinition<R> definition() {
    return table;
  }

  @Override
  public Optional<R> get(Object... key) {
    BinaryObject id = key(key);
    return Optional.ofNullable(cache.get(id)).map(value -> row(id, value));
  }

  @Override
  public List<R> getAll(List<Object[]> keys) {
    Map<BinaryObject, R> rows = new LinkedHashMap<>();
    keys.forEach(key -> rows.put(key(key), null));
    cache.getAll(rows.keySet()).forEach((id, value) -> rows.put(id, row(id, value)));
    return rows.values().stream().filter(row -> row != null).toList();
  }

  @Override
  public void put(R row) {
    cache.put(keyOf(row), valueOf(row));
  }

  @Override
  public void putAll(Collection<R> rows) {
    // Sorted: two writers of the same transactional keys must lock them in one order.
    TreeMap<R, BinaryObject> sorted = new TreeMap<>(new KeyOrder<>(table.keyColumns()));
    rows.forEach(row -> sorted.put(row, valueOf(row)));
    Map<BinaryObject, BinaryObject> entries = new LinkedHashMap<>();
    sorted.forEach((row, value) -> entries.put(keyOf(row), value));
    cache.putAll(entries);
  }

  @Override
  public boolean insert(R row) {
    return cache.putIfAbsent(keyOf(row), valueOf(row));
  }

  @Override
  public Optional<R> update(UnaryOperator<R> change, Object... key) {
    BinaryObject id = key(key);
    while (true) {
      BinaryObject found = cache.get(id);
      if (found == null) {
        return Optional.empty();
      }
      R row = row(id, found);
      R next = change.apply(row);
      if (next == null || next == row) {
        return Optional.of(row);
      }
      BinaryObject nextId = keyOf(next);
      if (!nextId.equals(id)) {
        throw new IllegalArgumentException("an update of " + table + " must not change the key");
      }
      if (cache.replace(id, found, valueOf(next))) {
        return Optional.of(next);
      }
    }
  }

  @Override
  public boolean remove(Object... key) {
    return cache.remove(key(key));
  }

  @Override
  public List<R> where(Map<String, ?> components) {
    Map<String, Object> wanted = table.stored(components);
    List<R> rows = new ArrayList<>();
    try (QueryCursor<Cache.Entry<BinaryObject, BinaryObject>> cursor = cache.query(query(wanted))) {
      cursor.forEach(entry -> rows.add(row(entry.getKey(), entry.getValue())));
    }
    rows.sort(new KeyOrder<>(table.keyColumns()));
    return rows;
  }

  /** By an index if one fits: a scan reads every row of the table, however long ago it ended. */
  private Query<Cache.Entry<BinaryObject, BinaryObject>> query(Map<String, Object> wanted) {
    List<String> index = table.indexFor(notNull(wanted));
    Map<String, Object> rest = new HashMap<>(wanted);
    rest.keySet().removeAll(index);
    if (index.isEmpty()) {
      return new ScanQuery<>(equal(rest));
    }
    IndexQuery<BinaryObject, BinaryObject> query =
        new IndexQuery<BinaryObject, BinaryObject>(table.valueTypeName(), table.indexName(index))
            .setCriteria(
                index.stream()
                    .map(column -> IndexQueryCriteriaBuilder.eq(column, wanted.get(column)))
                    .toList());
    return rest.isEmpty() ? query : query.setFilter(equal(rest));
  }

  private static Set<String> notNull(Map<String, Object> wanted) {
    Set<String> columns = new HashSet<>(wanted.keySet());
    columns.removeIf(column -> wanted.get(column) == null);
    return columns;
  }

  private ColumnsEqual equal(Map<String, Object> wanted) {
    List<String> names = new ArrayList<>();
    table.keyColumns().stream()
        .filter(column -> wanted.containsKey(column.name()))
        .forEach(column -> names.add(column.name()));
    int keyCount = names.size();
    table.valueColumns().stream()
        .filter(column -> wanted.containsKey(column.name()))
        .forEach(column -> names.add(column.name()));
    return new ColumnsEqual(
        keyCount, names.toArray(String[]::new), names.stream().map(wanted::get).toArray());
  }

  private BinaryObject key(Object... components) {
    List<TableColumn> columns = table.keyColumns();
    if (components.length != columns.size()) {
      throw new IllegalArgumentException(
          "the key of "
              + table
              + " has "
              + columns.size()
              + " columns, given "
              + components.length);
    }
    BinaryObjectBuilder builder = binary.builder(table.keyTypeName());
    for (int i = 0; i < components.length; i++) {
      set(builder, columns.get(i), columns.get(i).toStored(components[i]));
    }
    return builder.build();
  }

  private BinaryObject keyOf(R row) {
    BinaryObjectBuilder builder = binary.builder(table.keyTypeName());
    table.keyColumns().forEach(column -> set(builder, column, column.read(row)));
    return builder.build();
  }

  private BinaryObject valueOf(R row) {
    BinaryObjectBuilder builder = binary.builder(table.valueTypeName());
    table.valueColumns().forEach(column -> set(builder, column, column.read(row)));
    return builder.build();
  }

  @SuppressWarnings("unchecked")
  private static void set(BinaryObjectBuilder builder, TableColumn column, Object value) {
    builder.setField(column.name(), value, (Class<Object>) column.stored());
  }

  private R row(BinaryObject key, BinaryObject value) {
    List<Object> components = new ArrayList<>();
    table
        .keyColumns()
        .forEach(column -> components.add(column.fromStored(key.field(column.name()))));
    table
        .valueColumns()
        .forEach(column -> components.add(column.fromStored(value.field(column.name()))));
    return table.row(components.toArray());
  }
}
