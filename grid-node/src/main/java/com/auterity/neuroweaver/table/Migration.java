package com.auterity.neuroweaver.table;

import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.util.List;

/**
 * One step of the grid's schema. Never changed after it has shipped: what comes later is a
 * migration of its own.
 *
 * @param caches other caches than tables, by name, in group nw_bulk
 * @param statements SQL that runs after the tables are made ({@code ALTER TABLE ...})
 */
public record Migration(
    int version,
    String description,
    List<TableDefinition<?>> tables,
    List<String> caches,
    List<String> statements) {
  public Migration {
    tables = List.copyOf(tables);
    caches = List.copyOf(caches);
    statements = List.copyOf(statements);
  }

  /** Changes exactly when the migration does. */
  String fingerprint() {
    StringBuilder text = new StringBuilder();
    tables.forEach(table -> text.append(table.fingerprint()).append('\n'));
    text.append(caches).append('\n').append(statements);
    return text.toString();
  }
}
