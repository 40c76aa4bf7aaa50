package com.auterity.neuroweaver.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.ApiException;
import com.auterity.neuroweaver.client.DatasetRowPage;
import com.auterity.neuroweaver.client.DiffRequest;
import com.auterity.neuroweaver.client.EraseRequest;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import com.auterity.neuroweaver.client.PublishRequest;
import com.auterity.neuroweaver.client.UploadRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.SyncPutListener;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.ignite.client.IgniteClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Ways into datasets and out of them, on a grid of two node processes. */
class DataAccessTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static GridHarness grid;
  private static IgniteClient thin;
  private static SqlJobs sql;
  private static List<NeuroWeaverClient> nodes;
  private static BufferAllocator memory;

  @BeforeAll
  static void start() {
    grid = GridHarness.start(2, "uploads.max_mb=4");
    thin = grid.client(0);
    sql = new SqlJobs(thin);
    nodes =
        List.of(
            NeuroWeaverClient.at(URI.create(grid.url(0))),
            NeuroWeaverClient.at(URI.create(grid.url(1))));
    memory = new RootAllocator();
  }

  @AfterAll
  static void stop() {
    if (memory != null) {
      memory.close();
    }
    if (thin != null) {
      thin.close();
    }
    if (grid != null) {
      grid.close();
    }
  }

  private static JsonNode succeeded(Job job) throws InterruptedException {
    Job end = nodes.get(0).awaitJob(job.jobId(), Duration.ofSeconds(120), seen -> {});
    assertEquals(JobState.SUCCEEDED, end.state(), () -> String.valueOf(end.error()));
    return end.result();
  }

  private static Path file(String name, String text) throws Exception {
    return Files.writeString(grid.folder("files").resolve(name), text);
  }

  private static String cars(int from, int to, String colour) {
    StringBuilder text = new StringBuilder("vin,make,year,sold,colour\n");
    for (int i = from; i < to; i++) {
      text.append(
          "V%05d,%s,%d,2026-01-%02d,%s\n"
              .formatted(i, i % 3 == 0 ? "Honda" : "Ford", 2015 + i % 10, 1 + i % 28, colour));
    }
    return text.toString();
  }

  private static UploadRequest asking(String name, String partitionBy) {
    return new UploadRequest(
        name, null, partitionBy, null, null, null, null, null, null, null, null, null, null);
  }

  private static long blobs() {
    return thin.cache("NW_BLOB").size();
  }

  @Test
  void anUploadToTheNodeThatDoesNotCoordinateIsReadBackFilteredPageByPage() throws Exception {
    Path file = file("cars.csv", cars(0, 1_000, "red"));
    JsonNode result = succeeded(nodes.get(1).uploadDataset(asking("up", "vin"), file, null));
    assertEquals(1_000, result.get("rows").asLong());
    Set<String> vins = new TreeSet<>();
    String cursor = null;
    do {
      DatasetRowPage page =
          nodes
              .get(1)
              .rows(
                  "up",
                  "make = 'Honda' and not (year < 2020 or sold is null)",
                  List.of("vin", "sold"),
                  50,
                  cursor);
      page.rows().forEach(row -> assertTrue(vins.add((String) row.get("vin"))));
      assertEquals(List.of("vin", "sold"), page.columns());
      cursor = page.cursor();
    } while (cursor != null);
    Set<String> expected = new TreeSet<>();
    for (int i = 0; i < 1_000; i += 3) {
      if (i % 10 >= 5) {
        expected.add("V%05d".formatted(i));
      }
    }
    assertEquals(expected, vins);
    ApiException wrong =
        assertThrows(
            ApiException.class, () -> nodes.get(0).rows("up", "year = 'x'", List.of(), 5, null));
    assertEquals(400, wrong.status());
    assertTrue(wrong.getMessage().contains("year"), wrong.getMessage());
    GridHarness.await(Duration.ofSeconds(60), "the blob to be dropped", () -> blobs() == 0);
  }

  @Test
  void theSameBytesWithTheSameIdempotencyKeyAreTheSameJob() throws Exception {
    Path file = file("again.csv", cars(0, 10, "red"));
    Job first = nodes.get(0).uploadDataset(asking("again", null), file, "k-1");
    Job second = nodes.get(1).uploadDataset(asking("again", null), file, "k-1");
    assertEquals(first.jobId(), second.jobId());
    succeeded(first);
    assertEquals(1, nodes.get(0).dataset("again").version());
    Path other = file("again.csv", cars(0, 11, "red"));
    ApiException conflict =
        assertThrows(
            ApiException.class,
            () -> nodes.get(0).uploadDataset(asking("again", null), other, "k-1"));
    assertEquals(409, conflict.status());
    assertTrue(conflict.getMessage().contains("other bytes"), conflict.getMessage());
  }

  @Test
  void anUploadThatBreaksOffIsTooLongOrBadlyNamedLeavesNothing() throws Exception {
    URI url = nodes.get(0).url();
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /api/v1/datasets/upload?name=broken&format=csv HTTP/1.1\r\nHost: x\r\n"
                  + "Content-Length: 3000000\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.write(new byte[2_500_000]);
      out.flush();
      GridHarness.await(
          Duration.ofSeconds(60),
          "pieces of the upload",
          () ->
              sql.query("SELECT UPLOAD_ID FROM NEUROWEAVER.UPLOAD WHERE JOB_ID = ''").size() == 1);
    }
    GridHarness.await(
        Duration.ofSeconds(60),
        "nothing to be left",
        () -> sql.query("SELECT UPLOAD_ID FROM NEUROWEAVER.UPLOAD WHERE JOB_ID = ''").isEmpty());
    assertEquals(
        List.of(), sql.query("SELECT NAME FROM NEUROWEAVER.DATASET WHERE NAME = 'broken'"));
    Path big = grid.folder("files").resolve("big.csv");
    Files.write(big, new byte[(4 << 20) + 1]);
    ApiException tooLarge =
        assertThrows(
            ApiException.class, () -> nodes.get(0).uploadDataset(asking("big", null), big, null));
    assertEquals(413, tooLarge.status());
    for (String name : List.of("..%2Fx", "a%2Fb")) {
      java.net.http.HttpResponse<String> refused =
          java.net.http.HttpClient.newHttpClient()
              .send(
                  java.net.http.HttpRequest.newBuilder(
                          URI.create(
                              url + "/api/v1/datasets/upload?name=ok&format=csv&file=" + name))
                      .POST(java.net.http.HttpRequest.BodyPublishers.ofString("a\n1\n"))
                      .build(),
                  java.net.http.HttpResponse.BodyHandlers.ofString());
      assertEquals(400, refused.statusCode(), refused.body());
      assertTrue(refused.body().contains("is no file name"), refused.body());
    }
  }

  private static FlightClient flight(int node) {
    String[] address = grid.address(node, "flight").split(":");
    return FlightClient.builder(
            memory, Location.forGrpcInsecure(address[0], Integer.parseInt(address[1])))
        .build();
  }

  private static final Schema ARROW =
      new Schema(
          List.of(
              Field.nullable("vin", ArrowType.Utf8.INSTANCE),
              Field.nullable("km", new ArrowType.Int(64, true))));

  /** Puts rows V0, V1 ... in batches of 100; returns what the grid acknowledged. */
  private static JsonNode put(
      FlightClient client, FlightDescriptor descriptor, int rows, String metadata)
      throws Exception {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(ARROW, memory);
        SyncPutListener acknowledged = new SyncPutListener()) {
      FlightClient.ClientStreamListener out = client.startPut(descriptor, root, acknowledged);
      for (int from = 0; from < rows; from += 100) {
        root.allocateNew();
        int count = Math.min(100, rows - from);
        for (int i = 0; i < count; i++) {
          ((VarCharVector) root.getVector(0))
              .setSafe(i, ("V" + (from + i)).getBytes(StandardCharsets.UTF_8));
          ((BigIntVector) root.getVector(1)).setSafe(i, from + i);
        }
        root.setRowCount(count);
        if (from == 0 && metadata != null) {
          byte[] bytes = metadata.getBytes(StandardCharsets.UTF_8);
          ArrowBuf buffer = memory.buffer(bytes.length);
          buffer.writeBytes(bytes);
          out.putNext(buffer);
        } else {
          out.putNext();
        }
      }
      out.completed();
      try (PutResult result = acknowledged.read()) {
        byte[] bytes = new byte[(int) result.getApplicationMetadata().readableBytes()];
        result.getApplicationMetadata().getBytes(0, bytes);
        out.getResult();
        return JSON.readTree(bytes);
      } catch (ExecutionException e) {
        throw (FlightRuntimeException) e.getCause();
      }
    }
  }

  private static List<Long> kilometres(FlightClient client, Ticket ticket) throws Exception {
    List<Long> values = new ArrayList<>();
    try (FlightStream stream = client.getStream(ticket)) {
      while (stream.next()) {
        BigIntVector km = (BigIntVector) stream.getRoot().getVector("km");
        for (int i = 0; i < stream.getRoot().getRowCount(); i++) {
          values.add(km.get(i));
        }
      }
    }
    return values;
  }

  @Test
  void aFlightClientPutsOnceAndReadsEachPartitionFromTheNodeThatOwnsIt() throws Exception {
    try (FlightClient one = flight(0);
        FlightClient two = flight(1)) {
      FlightDescriptor path = FlightDescriptor.path("flown");
      String options = "{\"partition_by\":\"vin\",\"key\":\"june\"}";
      JsonNode first = put(two, path, 1_050, options);
      assertEquals(1_050, first.get("rows").asLong());
      // Acknowledged means committed.
      assertEquals(1_050, nodes.get(0).dataset("flown").rows());
      JsonNode second = put(one, path, 1_050, options);
      assertEquals(first.get("version_id"), second.get("version_id"));
      FlightRuntimeException other =
          assertThrows(FlightRuntimeException.class, () -> put(one, path, 10, options));
      assertEquals(FlightStatusCode.ALREADY_EXISTS, other.status().code());

      FlightInfo info = one.getInfo(path);
      assertEquals(1_050, info.getRecords());
      assertEquals(
          ARROW.getFields().get(1).getName(), info.getSchema().getFields().get(1).getName());
      Set<String> locations = new HashSet<>();
      List<Long> all = new ArrayList<>();
      for (FlightEndpoint endpoint : info.getEndpoints()) {
        URI at = endpoint.getLocations().get(0).getUri();
        locations.add(at.getHost() + ":" + at.getPort());
        List<Long> part =
            kilometres(
                (at.getHost() + ":" + at.getPort()).equals(grid.address(0, "flight")) ? one : two,
                endpoint.getTicket());
        assertFalse(part.isEmpty());
        all.addAll(part);
      }
      assertEquals(Set.of(grid.address(0, "flight"), grid.address(1, "flight")), locations);
      assertEquals(1_050, all.size());
      assertEquals(1_050, new HashSet<>(all).size());

      Ticket filtered =
          new Ticket(
              "{\"dataset\":\"flown\",\"columns\":[\"km\"],\"where\":\"km >= 1040\"}"
                  .getBytes(StandardCharsets.UTF_8));
      assertEquals(10, kilometres(two, filtered).size());
      FlightRuntimeException wrong =
          assertThrows(
              FlightRuntimeException.class,
              () ->
                  kilometres(
                      one,
                      new Ticket(
                          "{\"dataset\":\"flown\",\"columns\":[\"miles\"]}"
                              .getBytes(StandardCharsets.UTF_8))));
      assertEquals(FlightStatusCode.INVALID_ARGUMENT, wrong.status().code());
      assertTrue(wrong.getMessage().contains("there is no column miles"), wrong.getMessage());
      FlightRuntimeException missing =
          assertThrows(
              FlightRuntimeException.class, () -> one.getInfo(FlightDescriptor.path("none")));
      assertEquals(FlightStatusCode.NOT_FOUND, missing.status().code());
      List<String> listed = new ArrayList<>();
      one.listFlights(org.apache.arrow.flight.Criteria.ALL)
          .forEach(flight -> listed.add(flight.getDescriptor().getPath().get(0)));
      assertTrue(listed.contains("flown"), listed.toString());
      assertEquals(2, two.getSchema(path).getSchema().getFields().size());
    }
  }

  @Test
  void aPutThatTheClientBreaksOffLeavesNothing() throws Exception {
    try (FlightClient client = flight(0);
        VectorSchemaRoot root = VectorSchemaRoot.create(ARROW, memory)) {
      FlightClient.ClientStreamListener out =
          client.startPut(FlightDescriptor.path("torn"), root, new AsyncPutListener());
      root.allocateNew();
      ((BigIntVector) root.getVector(1)).setSafe(0, 1);
      root.setRowCount(1);
      out.putNext();
      GridHarness.await(
          Duration.ofSeconds(60),
          "the put to have begun",
          () -> sql.query("SELECT UPLOAD_ID FROM NEUROWEAVER.UPLOAD WHERE JOB_ID = ''").size() > 0);
      out.error(new IllegalStateException("the client gives up"));
      GridHarness.await(
          Duration.ofSeconds(60),
          "nothing to be left",
          () -> sql.query("SELECT UPLOAD_ID FROM NEUROWEAVER.UPLOAD WHERE JOB_ID = ''").isEmpty());
    }
    assertEquals(List.of(), sql.query("SELECT NAME FROM NEUROWEAVER.DATASET WHERE NAME = 'torn'"));
  }

  @Test
  void aPublishedDatasetIsJoinedInSqlReplacedAndRemoved() throws Exception {
    succeeded(
        nodes
            .get(0)
            .uploadDataset(asking("stock", "vin"), file("s1.csv", cars(0, 300, "red")), null));
    JsonNode published =
        succeeded(nodes.get(1).publishDataset("stock", new PublishRequest("vehicle")));
    assertEquals("VEHICLE", published.get("table").asText());
    // YEAR is a word of SQL's.
    assertEquals(
        List.of(List.of("V00003", "Honda", 2018L, Date.valueOf("2026-01-04"), "red")),
        sql.query(
            "SELECT VIN, MAKE, "
                + yearColumn()
                + ", SOLD, COLOUR FROM NEUROWEAVER.VEHICLE WHERE VIN = 'V00003'"));
    assertEquals(
        List.of(List.of(300L)),
        sql.query(
            "SELECT COUNT(*) FROM NEUROWEAVER.VEHICLE A JOIN NEUROWEAVER.VEHICLE B"
                + " ON A.NW_PARTITION = B.NW_PARTITION AND A.VIN = B.VIN"));
    succeeded(
        nodes
            .get(0)
            .uploadDataset(asking("stock", "vin"), file("s2.csv", cars(0, 310, "blue")), null));
    succeeded(nodes.get(0).publishDataset("stock", new PublishRequest("VEHICLE")));
    assertEquals(
        List.of(List.of("blue", 310L)),
        sql.query("SELECT COLOUR, COUNT(*) FROM NEUROWEAVER.VEHICLE GROUP BY COLOUR"));
    try (Connection jdbc =
            DriverManager.getConnection("jdbc:ignite:thin://" + grid.address(1, "client"));
        Statement statement = jdbc.createStatement();
        ResultSet joined =
            statement.executeQuery(
                "SELECT D.NAME, COUNT(*) FROM NEUROWEAVER.VEHICLE V"
                    + " JOIN NEUROWEAVER.PUBLISHED_TABLE P ON P.TABLE_NAME = 'VEHICLE'"
                    + " JOIN NEUROWEAVER.DATASET D ON D.NAME = P.DATASET_NAME"
                    + " WHERE V.SOLD >= DATE '2026-01-15' GROUP BY D.NAME")) {
      assertTrue(joined.next());
      assertEquals("stock", joined.getString(1));
      assertEquals(IntStream.range(0, 310).filter(i -> i % 28 >= 14).count(), joined.getLong(2));
      assertFalse(joined.next());
    }
    JsonNode erased = succeeded(nodes.get(1).erase("stock", new EraseRequest("vin", "V00003")));
    assertEquals("[\"VEHICLE\"]", erased.get("tables").toString());
    assertEquals(
        List.of(List.of(309L, 0L)),
        sql.query(
            "SELECT COUNT(*), SUM(CASE WHEN VIN = 'V00003' THEN 1 ELSE 0 END)"
                + " FROM NEUROWEAVER.VEHICLE"));
    assertEquals(
        List.of(List.of(309L, nodes.get(0).dataset("stock").versionId())),
        sql.query("SELECT ROW_COUNT, VERSION_ID FROM NEUROWEAVER.PUBLISHED_TABLE"));
    for (String reserved : List.of("DATASET", "nw_x", "select", "a b")) {
      ApiException refused =
          assertThrows(
              ApiException.class,
              () -> nodes.get(0).publishDataset("stock", new PublishRequest(reserved)));
      assertEquals(400, refused.status(), reserved);
    }
    succeeded(nodes.get(1).unpublishTable("vehicle"));
    assertEquals(
        List.of(), sql.query("SELECT TABLE_NAME FROM SYS.TABLES WHERE CACHE_NAME LIKE 'NW_SQL_%'"));
    assertEquals(
        404,
        assertThrows(ApiException.class, () -> nodes.get(0).unpublishTable("vehicle")).status());
  }

  private static String yearColumn() {
    return sql.query(
            "SELECT COLUMN_NAME FROM SYS.TABLE_COLUMNS WHERE TABLE_NAME = 'VEHICLE' AND"
                + " COLUMN_NAME LIKE 'YEAR%'")
        .get(0)
        .get(0)
        .toString();
  }

  @Test
  void aProfileIsTakenOnTheOwnersKeptAndGoneAfterAnErasure() throws Exception {
    succeeded(
        nodes
            .get(0)
            .uploadDataset(asking("lot", "vin"), file("lot.csv", cars(0, 400, "red")), null));
    JsonNode first = succeeded(nodes.get(1).profileDataset("lot", List.of()));
    assertEquals(400, first.get("rows_read").asInt());
    JsonNode again = succeeded(nodes.get(0).profileDataset("lot", List.of()));
    assertEquals(0, again.get("rows_read").asInt());
    assertEquals(400, again.get("rows_from_kept_profiles").asInt());
    assertEquals(first.get("profile"), again.get("profile"));
    succeeded(
        nodes
            .get(0)
            .uploadDataset(asking("lot-2", "vin"), file("lot2.csv", cars(300, 600, "red")), null));
    JsonNode both = succeeded(nodes.get(1).profileDataset("lot-2", List.of("lot")));
    assertEquals(300, both.get("rows_read").asInt());
    assertEquals(400, both.get("rows_from_kept_profiles").asInt());
    assertEquals(600, both.at("/profile/columns/0/distinct").asInt());
    JsonNode columns = first.at("/profile/columns");
    assertEquals(400, columns.get(0).get("distinct").asInt());
    assertEquals("V00000", columns.get(0).get("min").asText());
    assertEquals("Ford", columns.get(1).at("/frequent/0/value").asText());
    assertEquals(266, columns.get(1).at("/frequent/0/count").asInt());
    succeeded(nodes.get(1).erase("lot", new EraseRequest("vin", "V00000")));
    JsonNode erased = succeeded(nodes.get(0).profileDataset("lot", List.of()));
    assertEquals(399, erased.at("/profile/rows").asInt());
    assertEquals("V00001", erased.at("/profile/columns/0/min").asText());
  }

  @Test
  void versionsAreComparedByKeyWhateverTheyArePartitionedBy() throws Exception {
    for (String by : new String[] {"vin", null}) {
      String name = "diff-" + by;
      succeeded(
          nodes.get(0).uploadDataset(asking(name, by), file("d1.csv", cars(0, 200, "red")), null));
      String next = cars(5, 203, "red").replace("V00007,Ford", "V00007,Opel");
      succeeded(nodes.get(0).uploadDataset(asking(name, by), file("d2.csv", next), null));
      JsonNode diff =
          succeeded(nodes.get(1).diffDatasets(new DiffRequest(name + "@1", name + "@2", "vin", 2)));
      assertEquals(by == null, diff.get("exchanged").asBoolean());
      assertEquals(
          "{\"added\":3,\"removed\":5,\"changed\":1,\"unchanged\":194}",
          diff.get("rows").toString());
      assertEquals(
          "[{\"key\":\"V00007\",\"changes\":{\"make\":[\"Ford\",\"Opel\"]}}]",
          diff.at("/examples/changed").toString());
      assertEquals("V00000", diff.at("/examples/removed/0/vin").asText());
      assertEquals(2, diff.at("/examples/removed").size());
      assertEquals("V00200", diff.at("/examples/added/0/vin").asText());
    }
    assertEquals(
        0,
        thin
            .<Object, Object>cache("NW_CHUNK")
            .query(new org.apache.ignite.cache.query.ScanQuery<>())
            .getAll()
            .stream()
            .filter(entry -> entry.getKey().toString().contains("diff_"))
            .count());
  }
}
