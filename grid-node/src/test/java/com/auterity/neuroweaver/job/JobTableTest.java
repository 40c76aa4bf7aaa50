package com.auterity.neuroweaver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.table.IgniteRecordTable;
import com.auterity.neuroweaver.datasets.table.TableDefinition;
import com.auterity.neuroweaver.table.GridLayout;
import com.auterity.neuroweaver.table.GridTables;
import com.auterity.neuroweaver.table.Migrations;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.apache.ignite.cache.query.SqlFieldsQuery;
import org.apache.ignite.calcite.CalciteQueryEngineConfiguration;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.configuration.SqlConfiguration;
import org.apache.ignite.spi.discovery.isolated.IsolatedDiscoverySpi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobTableTest {
  private static final List<String> TENANTS = List.of("default", "other");
  private static final List<String> PARENTS = List.of("job_p1", "job_p2");

  @TempDir Path work;
  private Ignite ignite;

  @BeforeEach
  void start() {
    ignite =
        Ignition.start(
            new IgniteConfiguration()
                .setIgniteInstanceName("job-table")
                .setWorkDirectory(work.toString())
                .setConsistentId("job-table")
                .setLocalHost("127.0.0.1")
                .setDiscoverySpi(new IsolatedDiscoverySpi())
                .setConnectorConfiguration(null)
                .setClientConnectorConfiguration(null)
                .setSqlConfiguration(
                    new SqlConfiguration()
                        .setSqlSchemas(TableDefinition.SCHEMA)
                        .setQueryEnginesConfiguration(
                            new CalciteQueryEngineConfiguration().setDefault(true)))
                .setDataStorageConfiguration(
                    new DataStorageConfiguration()
                        .setDefaultDataRegionConfiguration(
                            new DataRegionConfiguration()
                                .setInitialSize(64L << 20)
                                .setMaxSize(128L << 20))));
  }

  @AfterEach
  void stop() {
    ignite.close();
  }

  private void migrate(int versions) throws InterruptedException {
    new Migrations(
            ignite,
            new GridLayout(16, 0, false),
            Clock.systemUTC(),
            GridTables.migrations().subList(0, versions))
        .run(() -> false);
  }

  private static List<JobRow> rows(long seed, int count) {
    Random random = new Random(seed);
    List<JobRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String parent = random.nextInt(3) == 0 ? null : PARENTS.get(random.nextInt(2));
      JobState state = JobState.values()[random.nextInt(JobState.values().length)];
      rows.add(
          JobRow.queued(
                  TENANTS.get(random.nextInt(2)),
                  "job_%d_%04d".formatted(seed, i),
                  "refine",
                  parent,
                  null,
                  "{}",
                  Instant.EPOCH)
              .with(
                  edit -> {
                    edit.state = state;
                    edit.commitState = new byte[random.nextInt(100)];
                  }));
    }
    return rows;
  }

  private static List<String> ids(List<JobRow> rows) {
    return rows.stream().map(row -> row.tenant() + "/" + row.jobId()).toList();
  }

  /** Whatever is asked for, an index finds what a look at every row finds. */
  private static void same(IgniteRecordTable<JobRow> table, List<JobRow> all) {
    for (JobState state : JobState.values()) {
      for (String tenant : new String[] {null, "default", "other"}) {
        for (String parent : new String[] {null, "job_p1", "job_p2", "job_none"}) {
          Map<String, Object> wanted = new HashMap<>(Map.of("state", state));
          List<JobRow> expected = new ArrayList<>(all);
          expected.removeIf(row -> row.state() != state);
          if (tenant != null) {
            wanted.put("tenant", tenant);
            expected.removeIf(row -> !row.tenant().equals(tenant));
          }
          if (parent != null) {
            wanted.put("parentId", parent);
            expected.removeIf(row -> !parent.equals(row.parentId()));
          }
          expected.sort(Comparator.comparing(JobRow::tenant).thenComparing(JobRow::jobId));
          assertEquals(ids(expected), ids(table.where(wanted)), wanted.toString());
        }
      }
    }
  }

  @Test
  void rowsAreFoundByIndexAlsoThoseOfAGridBegunWithoutIt() throws Exception {
    migrate(3);
    List<JobRow> all = rows(1, 150);
    new IgniteRecordTable<>(ignite, JobTables.Definitions.JOB).putAll(all);
    migrate(GridTables.migrations().size());
    IgniteRecordTable<JobRow> table = new IgniteRecordTable<>(ignite, JobTables.Definitions.JOB);
    same(table, all);
    List<JobRow> more = rows(2, 150);
    table.putAll(more);
    all.addAll(more);
    same(table, all);
    JobRow ended =
        table.where(Map.of("state", JobState.RUNNING)).get(0).with(e -> e.state = JobState.FAILED);
    table.put(ended);
    all.removeIf(row -> row.jobId().equals(ended.jobId()));
    all.add(ended);
    same(table, all);
    Map<String, Object> topLevel = new HashMap<>(Map.of("tenant", "other"));
    topLevel.put("parentId", null);
    assertEquals(
        all.stream().filter(r -> r.tenant().equals("other") && r.parentId() == null).count(),
        table.where(topLevel).size());
    JobRow found = table.where(Map.of("jobId", ended.jobId(), "state", JobState.FAILED)).get(0);
    assertArrayEquals(ended.commitState(), found.commitState());
  }

  @Test
  void theIndexesAreThere() throws Exception {
    migrate(GridTables.migrations().size());
    List<String> names =
        ignite
            .cache(JobTables.JOB.cacheName())
            .query(
                new SqlFieldsQuery("SELECT INDEX_NAME FROM SYS.INDEXES WHERE TABLE_NAME = 'JOB'"))
            .getAll()
            .stream()
            .map(row -> row.get(0).toString())
            .toList();
    assertTrue(names.containsAll(List.of("JOB_BY_STATE", "JOB_BY_PARENT_ID")), names.toString());
  }
}
