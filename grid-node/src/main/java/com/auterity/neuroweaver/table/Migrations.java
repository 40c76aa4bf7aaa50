package com.auterity.neuroweaver.table;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.table.CacheGroup;
import com.auterity.neuroweaver.datasets.table.IgniteRecordTable;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.query.SqlFieldsQuery;
import org.apache.ignite.configuration.CacheConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the grid's tables to the version this build knows: in order, each once, recorded. */
public final class Migrations {
  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);
  private static final String TENANT = "default";

  private final Ignite ignite;
  private final GridLayout layout;
  private final Clock clock;
  private final List<Migration> migrations;

  public Migrations(Ignite ignite, GridLayout layout, Clock clock, List<Migration> migrations) {
    this.ignite = ignite;
    this.layout = layout;
    this.clock = clock;
    this.migrations = List.copyOf(migrations);
    for (int i = 0; i < migrations.size(); i++) {
      if (migrations.get(i).version() != i + 1) {
        throw new IllegalArgumentException(
            "migration " + migrations.get(i).version() + " stands at place " + (i + 1));
      }
    }
  }

  /** Returns when all have run; the oldest node runs them, the others wait for it. */
  public void run(BooleanSupplier stopped) throws InterruptedException {
    while (!isCurrent()) {
      if (stopped.getAsBoolean()) {
        throw new NeuroWeaverException(
            ErrorKind.CANCELLED, "the node was stopped before its tables were there");
      }
      if (ignite.cluster().forServers().forOldest().node().isLocal()) {
        apply();
      } else {
        Thread.sleep(50);
      }
    }
  }

  private boolean isCurrent() {
    if (ignite.cache(SchemaVersionRow.TABLE.cacheName()) == null) {
      return false;
    }
    RecordTable<SchemaVersionRow> versions =
        new IgniteRecordTable<>(ignite, SchemaVersionRow.TABLE);
    for (Migration migration : migrations) {
      Optional<SchemaVersionRow> row = versions.get(TENANT, migration.version());
      if (row.isEmpty()) {
        return false;
      }
      if (!row.get().fingerprint().equals(migration.fingerprint())) {
        throw new NeuroWeaverException(
            ErrorKind.CONFLICT,
            "migration "
                + migration.version()
                + " is not the one this grid has run: its work folders come from another version"
                + " of NeuroWeaver; it ran\n"
                + row.get().fingerprint()
                + "\nand this build has\n"
                + migration.fingerprint());
      }
    }
    return true;
  }

  private void apply() {
    create(first());
    RecordTable<SchemaVersionRow> versions =
        new IgniteRecordTable<>(ignite, SchemaVersionRow.TABLE);
    for (Migration migration : migrations) {
      if (versions.get(TENANT, migration.version()).isPresent()) {
        continue;
      }
      LOG.info("migration {}: {}", migration.version(), migration.description());
      create(configurations(migration));
      for (String statement : migration.statements()) {
        ignite
            .cache(SchemaVersionRow.TABLE.cacheName())
            .query(new SqlFieldsQuery(statement).setSchema(TableDefinition.SCHEMA))
            .getAll();
      }
      versions.put(
          new SchemaVersionRow(
              TENANT,
              migration.version(),
              migration.description(),
              migration.fingerprint(),
              ignite.name(),
              clock.instant().truncatedTo(ChronoUnit.MICROS)));
    }
  }

  /**
   * SCHEMA_VERSION, and on an empty grid all tables up to the first statement in the same exchange.
   */
  private List<CacheConfiguration<?, ?>> first() {
    List<CacheConfiguration<?, ?>> caches = new ArrayList<>();
    caches.add(layout.place(SchemaVersionRow.TABLE.cacheConfiguration(), CacheGroup.META));
    if (ignite.cache(SchemaVersionRow.TABLE.cacheName()) == null) {
      for (Migration migration : migrations) {
        caches.addAll(configurations(migration));
        if (!migration.statements().isEmpty()) {
          break;
        }
      }
    }
    return caches;
  }

  @SuppressWarnings("rawtypes")
  private void create(List<CacheConfiguration<?, ?>> caches) {
    ignite.getOrCreateCaches(new ArrayList<CacheConfiguration>(caches));
  }

  private List<CacheConfiguration<?, ?>> configurations(Migration migration) {
    List<CacheConfiguration<?, ?>> caches = new ArrayList<>();
    for (TableDefinition<?> table : migration.tables()) {
      caches.add(layout.place(table.cacheConfiguration(), table.group()));
    }
    migration.caches().forEach(name -> caches.add(layout.bulk(name)));
    return caches;
  }
}
