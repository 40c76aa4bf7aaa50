package com.auterity.neuroweaver.datasets.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** A table in memory, for runs in one process. */
public final class MemoryRecordTable<R extends Record> implements RecordTable<R> {
  private final TableDefinition<R> table;
  private final Map<List<Object>, R> rows = new ConcurrentHashMap<>();

  public MemoryRecordTable(TableDefinition<R> table) {
    this.table = table;
  }

  @Override
  public TableDefinition<R> definition() {
    return table;
  }

  @Override
  public Optional<R> get(Object... key) {
    return Optional.ofNullable(rows.get(key(key)));
  }

  @Override
  public List<R> getAll(List<Object[]> keys) {
    return keys.stream().map(key -> rows.get(key(key))).filter(Objects::nonNull).toList();
  }

  @Override
  public void put(R row) {
    rows.put(keyOf(row), row);
  }

  @Override
  public void putAll(Collection<R> more) {
    more.forEach(this::put);
  }

  @Override
  public boolean insert(R row) {
    return rows.putIfAbsent(keyOf(row), row) == null;
  }

  @Override
  public Optional<R> update(UnaryOperator<R> change, Object... key) {
    return Optional.ofNullable(
        rows.computeIfPresent(
            key(key),
            (id, row) -> {
              R next = change.apply(row);
              return next == null ? row : next;
            }));
  }

  @Override
  public boolean remove(Object... key) {
    return rows.remove(key(key)) != null;
  }

  @Override
  public List<R> where(Map<String, ?> components) {
    List<R> found = new ArrayList<>();
    for (R row : rows.values()) {
      boolean all =
          components.entrySet().stream()
              .allMatch(
                  entry -> {
                    TableColumn column = table.column(entry.getKey());
                    return Objects.equals(column.read(row), column.toStored(entry.getValue()));
                  });
      if (all) {
        found.add(row);
      }
    }
    found.sort(new KeyOrder<>(table.keyColumns()));
    return found;
  }

  private List<Object> key(Object... components) {
    if (components.length != table.keyColumns().size()) {
      throw new IllegalArgumentException(
          "the key of "
              + table
              + " has "
              + table.keyColumns().size()
              + " columns, given "
              + Arrays.toString(components));
    }
    List<Object> key = new ArrayList<>();
    for (int i = 0; i < components.length; i++) {
      key.add(table.keyColumns().get(i).toStored(components[i]));
    }
    return key;
  }

  private List<Object> keyOf(R row) {
    return table.keyColumns().stream().map(column -> column.read(row)).toList();
  }
}
