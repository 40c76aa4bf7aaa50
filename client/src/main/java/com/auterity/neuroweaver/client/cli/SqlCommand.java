package com.auterity.neuroweaver.client.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.ignite.Ignition;
import org.apache.ignite.cache.query.FieldsQueryCursor;
import org.apache.ignite.cache.query.SqlFieldsQuery;
import org.apache.ignite.client.ClientConnectionException;
import org.apache.ignite.client.ClientException;
import org.apache.ignite.client.IgniteClient;
import org.apache.ignite.client.SslMode;
import org.apache.ignite.configuration.ClientConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "sql",
    description = "Query the grid's tables through an Ignite thin client.",
    mixinStandardHelpOptions = true)
final class SqlCommand implements Callable<Integer> {
  @Mixin private Connection connection;
  @Mixin private Printer printer;

  @Parameters(
      paramLabel = "QUERY",
      description = "For example \"SELECT JOB_ID, KIND, STATE FROM JOB\"; schema NEUROWEAVER.")
  private String query;

  @Option(
      names = "--thin",
      paramLabel = "HOST:PORT",
      description = "Thin-client address (default: asked of the node at --url).")
  private String address;

  @Override
  public Integer call() {
    String thin =
        address == null ? connection.client().healthDetailed().thinClientAddress() : address;
    if (thin == null) {
      throw new UsageException(
          "the node does not say where thin clients connect: name it with --thin");
    }
    ClientConfiguration configuration = new ClientConfiguration().setAddresses(thin);
    connection
        .tls()
        .ifPresent(
            tls -> configuration.setSslMode(SslMode.REQUIRED).setSslContextFactory(() -> tls));
    try (IgniteClient client = Ignition.startClient(configuration)) {
      run(client);
      return ExitCode.OK;
    } catch (ClientConnectionException e) {
      throw new FailureException("no thin-client port answers at " + thin + ": " + e.getMessage());
    } catch (ClientException e) {
      throw new UsageException("the grid refused the query: " + e.getMessage(), e);
    }
  }

  private void run(IgniteClient client) {
    SqlFieldsQuery sql = new SqlFieldsQuery(query).setSchema("NEUROWEAVER");
    try (FieldsQueryCursor<List<?>> cursor = client.query(sql)) {
      // A thin client's cursor knows its columns only after the first page.
      List<List<?>> rows = cursor.getAll();
      List<String> names = new ArrayList<>();
      for (int i = 0; i < cursor.getColumnsCount(); i++) {
        names.add(cursor.getFieldName(i));
      }
      if (printer.json()) {
        printer.out().println(Printer.pretty(rows.stream().map(row -> named(names, row)).toList()));
        return;
      }
      TextTable table = new TextTable(names.toArray(new String[0]));
      rows.forEach(row -> table.row(row.toArray()));
      table.print(printer.out());
      printer.out().println("(" + rows.size() + (rows.size() == 1 ? " row)" : " rows)"));
    }
  }

  private static Map<String, Object> named(List<String> names, List<?> row) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      Object value = row.get(i);
      map.put(
          names.get(i),
          value instanceof Number || value instanceof Boolean || value == null
              ? value
              : value.toString());
    }
    return map;
  }
}
