package com.auterity.neuroweaver.jobs.care;

import com.auterity.neuroweaver.datasets.table.MemoryRecordTable;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A table in memory whose writer may die before any write. */
final class MortalTable<R extends Record> implements RecordTable<R> {
  private final RecordTable<R> rows;
  private final Mortality mortality;

  MortalTable(TableDefinition<R> table, Mortality mortality) {
    this.rows = new MemoryRecordTable<>(table);
    this.mortality = mortality;
  }

  @Override
  public TableDefinition<R> definition() {
    return rows.definition();
  }

  @Override
  public Optional<R> get(Object... key) {
    return rows.get(key);
  }

  @Override
  public List<R> getAll(List<Object[]> keys) {
    return rows.getAll(keys);
  }

  @Override
  public void put(R row) {
    mortality.write();
    rows.put(row);
  }

  @Override
  public void putAll(Collection<R> more) {
    mortality.write();
    rows.putAll(more);
  }

  @Override
  public boolean insert(R row) {
    mortality.write();
    return rows.insert(row);
  }

  @Override
  public Optional<R> update(UnaryOperator<R> change, Object... key) {
    mortality.write();
    return rows.update(change, key);
  }

  @Override
  public boolean remove(Object... key) {
    mortality.write();
    return rows.remove(key);
  }

  @Override
  public List<R> where(Map<String, ?> components) {
    return rows.where(components);
  }
}
