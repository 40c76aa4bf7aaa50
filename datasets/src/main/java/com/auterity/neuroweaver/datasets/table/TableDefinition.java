package com.auterity.neuroweaver.datasets.table;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.QueryEntity;
import org.apache.ignite.cache.QueryIndex;
import org.apache.ignite.cache.QueryIndexType;
import org.apache.ignite.configuration.CacheConfiguration;

/**
 * What a table is: its name, the record that is a row, how many leading components are the key (the
 * first is the tenant) and its group. Says how its cache looks; where it lies is the group's.
 */
public final class TableDefinition<R extends Record> {
  public static final String SCHEMA = "NEUROWEAVER";

  private final String name;
  private final Class<R> rowType;
  private final CacheGroup group;
  private final List<TableColumn> keys;
  private final List<TableColumn> values;
  private final List<List<String>> indexes;
  private final List<List<String>> laterIndexes;
  private final Constructor<R> constructor;

  private TableDefinition(
      String name,
      Class<R> rowType,
      CacheGroup group,
      List<TableColumn> keys,
      List<TableColumn> values,
      List<List<String>> indexes,
      List<List<String>> laterIndexes,
      Constructor<R> constructor) {
    this.name = name;
    this.rowType = rowType;
    this.group = group;
    this.keys = keys;
    this.values = values;
    this.indexes = indexes;
    this.laterIndexes = laterIndexes;
    this.constructor = constructor;
  }

  /**
   * A table whose columns are the record's components.
   *
   * @param keyColumns at least 1 and fewer than there are components; the first must be {@code
   *     tenant}
   */
  public static <R extends Record> TableDefinition<R> of(
      String name, Class<R> rowType, int keyColumns, CacheGroup group) {
    RecordComponent[] components = rowType.getRecordComponents();
    if (keyColumns < 1 || keyColumns >= components.length) {
      throw new IllegalArgumentException(
          "table "
              + name
              + " of "
              + components.length
              + " columns cannot have a key of "
              + keyColumns);
    }
    if (!components[0].getName().equals("tenant") || components[0].getType() != String.class) {
      throw new IllegalArgumentException(
          "table " + name + ": every key begins with `String tenant`, found " + components[0]);
    }
    List<TableColumn> columns = Arrays.stream(components).map(TableColumn::new).toList();
    try {
      Constructor<R> constructor =
          rowType.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      return new TableDefinition<>(
          name,
          rowType,
          group,
          List.copyOf(columns.subList(0, keyColumns)),
          List.copyOf(columns.subList(keyColumns, columns.size())),
          List.of(),
          List.of(),
          constructor);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException("no canonical constructor in " + rowType, e);
    }
  }

  /** The same table with an index over these columns. */
  public TableDefinition<R> withIndex(String... columns) {
    return new TableDefinition<>(
        name, rowType, group, keys, values, plus(indexes, columns), laterIndexes, constructor);
  }

  /**
   * The same table with an index over these columns that is made by a migration after that of the
   * table: {@link #createIndex} is its statement.
   */
  public TableDefinition<R> withLaterIndex(String... columns) {
    return new TableDefinition<>(
        name, rowType, group, keys, values, indexes, plus(laterIndexes, columns), constructor);
  }

  private static List<List<String>> plus(List<List<String>> indexes, String... columns) {
    List<List<String>> more = new ArrayList<>(indexes);
    more.add(List.of(columns));
    return List.copyOf(more);
  }

  /** SQL that makes an index of {@link #withLaterIndex}. */
  public String createIndex(String... columns) {
    if (!laterIndexes.contains(List.of(columns))) {
      throw new IllegalArgumentException(
          "table " + name + " has no later index over " + List.of(columns));
    }
    return "CREATE INDEX IF NOT EXISTS %s ON %s.%s (%s)"
        .formatted(indexName(List.of(columns)), SCHEMA, name, String.join(", ", columns));
  }

  /** Of the index over these columns. */
  String indexName(List<String> columns) {
    return name + "_BY_" + String.join("_", columns);
  }

  /**
   * The columns of the longest index that finds rows by equality with these columns; empty without
   * one.
   */
  List<String> indexFor(Set<String> columns) {
    List<String> best = List.of();
    for (List<List<String>> some : List.of(indexes, laterIndexes)) {
      for (List<String> index : some) {
        if (columns.containsAll(index) && index.size() > best.size()) {
          best = index;
        }
      }
    }
    return best;
  }

  public String name() {
    return name;
  }

  public Class<R> rowType() {
    return rowType;
  }

  public CacheGroup group() {
    return group;
  }

  public List<TableColumn> keyColumns() {
    return keys;
  }

  public List<TableColumn> valueColumns() {
    return values;
  }

  public List<TableColumn> columns() {
    List<TableColumn> all = new ArrayList<>(keys);
    all.addAll(values);
    return all;
  }

  public String cacheName() {
    return "NW_" + name;
  }

  String keyTypeName() {
    return name + "_KEY";
  }

  String valueTypeName() {
    return name + "_VALUE";
  }

  TableColumn column(String component) {
    return columns().stream()
        .filter(column -> column.component().equals(component))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("table " + name + " has no component " + component));
  }

  R row(Object[] components) {
    try {
      return constructor.newInstance(components);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("cannot make a row of " + name, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a row of " + name, e);
    }
  }

  /** The cache of this table, without what its group decides (mode, backups, affinity). */
  public CacheConfiguration<Object, Object> cacheConfiguration() {
    LinkedHashMap<String, String> fields = new LinkedHashMap<>();
    Set<String> keyFields = new LinkedHashSet<>();
    for (TableColumn column : columns()) {
      fields.put(column.name(), column.stored().getName());
    }
    keys.forEach(column -> keyFields.add(column.name()));
    List<QueryIndex> queryIndexes = new ArrayList<>();
    for (List<String> columns : indexes) {
      queryIndexes.add(new QueryIndex(columns, QueryIndexType.SORTED).setName(indexName(columns)));
    }
    QueryEntity entity =
        new QueryEntity(keyTypeName(), valueTypeName())
            .setTableName(name)
            .setFields(fields)
            .setKeyFields(keyFields)
            .setIndexes(queryIndexes);
    return new CacheConfiguration<Object, Object>(cacheName())
        .setSqlSchema(SCHEMA)
        .setQueryEntities(List.of(entity))
        .setAtomicityMode(
            group.transactional() ? CacheAtomicityMode.TRANSACTIONAL : CacheAtomicityMode.ATOMIC);
  }

  /** One line that changes exactly when the table's columns, key, group or own indexes do. */
  public String fingerprint() {
    StringBuilder text = new StringBuilder(name).append(' ').append(group).append(" (");
    keys.forEach(
        c -> text.append(c.name()).append(' ').append(c.stored().getSimpleName()).append(','));
    text.append(") ");
    values.forEach(
        c -> text.append(c.name()).append(' ').append(c.stored().getSimpleName()).append(','));
    return text.append(indexes).toString();
  }

  /** Component values by name, for {@link RecordTable#where}. */
  Map<String, Object> stored(Map<String, ?> components) {
    Map<String, Object> out = new HashMap<>();
    components.forEach(
        (component, value) -> {
          TableColumn column = column(component);
          out.put(column.name(), column.toStored(value));
        });
    return out;
  }

  @Override
  public String toString() {
    return name;
  }
}
