package com.auterity.neuroweaver.datasets.table;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The rows of one table, as records. Keys are given as the leading components in order. Operations
 * take part in the calling thread's transaction where the table is transactional.
 */
public interface RecordTable<R extends Record> {
  TableDefinition<R> definition();

  Optional<R> get(Object... key);

  /** The rows there are among these keys, in the order of the keys. */
  List<R> getAll(List<Object[]> keys);

  void put(R row);

  /** Writes all in one go; the way to write a ledger. */
  void putAll(Collection<R> rows);

  /** Writes the row unless its key is there already; says whether it did. */
  boolean insert(R row);

  /**
   * Compare-and-set: applies the change to the row as it is and writes the result, again when
   * another writer came between. The change must have no effects of its own; what it throws leaves
   * the row as it was; returning its argument or null writes nothing.
   *
   * @return the row as it is now, empty when there is none
   */
  Optional<R> update(UnaryOperator<R> change, Object... key);

  boolean remove(Object... key);

  /** The rows whose named components equal these values, ordered by key; all rows for no names. */
  List<R> where(Map<String, ?> components);
}
