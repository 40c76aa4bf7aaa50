package com.auterity.neuroweaver.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Problem;
import com.auterity.neuroweaver.client.cli.Main;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line against a real server over doubles: what it prints and what it returns. */
class CommandLineTest {
  private final ApiFixture fixture = new ApiFixture();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private ApiServer server;
  private int port;

  @TempDir Path folder;

  @BeforeEach
  void start() {
    server = ApiServer.start(ApiConfig.on("127.0.0.1", 0), fixture.backends());
    port = server.port();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Map<String, String> environment = Map.of("NEUROWEAVER_URL", "http://127.0.0.1:" + port);
    return Main.execute(
        environment, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private void says(String... texts) {
    for (String text : texts) {
      assertTrue(out.toString().contains(text), () -> "out: " + out + "\nerr: " + err);
    }
  }

  private void complains(String... texts) {
    for (String text : texts) {
      assertTrue(err.toString().contains(text), () -> "err: " + err + "\nout: " + out);
    }
  }

  @Test
  void helpNamesTheSubcommandsOfEveryModule() {
    assertEquals(0, run());
    says("run", "dataset", "job", "model", "predict", "cost", "sql", "node", "quickstart");
    assertEquals(0, run("dataset", "load", "--help"));
    says("--delimiter", "--url");
    assertEquals(0, run("--version"));
    says("0.1.0");
  }

  @Test
  void rowsArePrintedPageByPageUpToTheLimit() {
    assertEquals(0, run("dataset", "rows", "codes", "--limit", "2"));
    says("P0001", "go on with --cursor 2");
    assertEquals(0, run("dataset", "rows", "codes", "--cursor", "2"));
    says("P0004");
    assertFalse(out.toString().contains("P0001") || out.toString().contains("--cursor"));
    assertEquals(2, run("dataset", "rows", "codes", "--columns", "colour"));
    complains("colour is no column of this dataset");
    assertEquals(2, run("dataset", "rows", "codes", "--limit", "0"));
  }

  @Test
  void aFileOfThisMachineIsSent() throws Exception {
    Path file = folder.resolve("orders.csv");
    byte[] bytes = new byte[300_000];
    new java.util.Random(3).nextBytes(bytes);
    Files.write(file, bytes);
    assertEquals(
        0,
        run("dataset", "upload", file.toString(), "--detach", "--once", "--partition-by", "vin"));
    says("job_1");
    assertArrayEquals(bytes, fixture.access.sent);
    assertEquals(
        "{\"name\":\"orders\",\"format\":\"csv\",\"partition_by\":\"vin\",\"once\":true,"
            + "\"upload_file\":\"orders.csv\"}",
        fixture.jobs.get("default", "job_1").parameters().toString());
    Files.write(file, new byte[(1 << 20) + 1]);
    assertEquals(2, run("dataset", "upload", file.toString(), "--detach"));
    complains("longer than the 1048576 bytes");
    assertEquals(2, run("dataset", "upload", folder.resolve("none.csv").toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "dataset",
        "job",
        "dataset load",
        "dataset list --limit ten",
        "job list --state asleep",
        "job show",
        "dataset list --colour",
        "predict service-advisor",
        "run nothing-here.yaml",
        "dataset show nope",
        "model show nope",
        "job show nope",
        "job list --url nonsense",
        "dataset list --limit 5000",
        "dataset erase codes --key phone",
        "dataset retention codes --keep-everything --keep-days 3",
        "dataset retire nope",
        "snapshot",
        "quickstart --nodes 0",
        "quickstart --nodes many",
      })
  void wrongInputReturns2AndSaysWhy(String line) {
    assertEquals(2, run(line.split(" ")), () -> out + "\n" + err);
    assertTrue(!err.toString().isBlank());
    assertTrue(!err.toString().contains("\tat "), "no stack trace: " + err);
  }

  @Test
  void showsLists() throws Exception {
    assertEquals(0, run("dataset", "list", "--limit", "2"));
    says("NAME", "codes", "ds_1");
    assertEquals(0, run("dataset", "list", "--json"));
    assertEquals(3, new ObjectMapper().readTree(out.toString()).at("/meta/total").asInt());
    assertEquals(0, run("dataset", "show", "codes"));
    says("5 rows in 2 partitions", "code", "string", "n1", "n2");
    assertEquals(0, run("dataset", "sample", "codes", "--rows", "2"));
    says("P0001");
    assertEquals(0, run("dataset", "retention", "codes"));
    says("codes: the newest 2 are kept, and all of the last 30 days");
    assertEquals(0, run("dataset", "retention", "codes", "--keep-everything"));
    says("codes: every version is kept");
    assertEquals(0, run("snapshot", "list"));
    says("nightly", "/snapshots/nightly", "n1 n2");
    assertEquals(0, run("model", "list"));
    says("service-advisor", "1.0.0");
    assertEquals(0, run("model", "show", "service-advisor"));
    says("perplexity: 1.5", "dsv_1", "READY");
    assertEquals(0, run("cost"));
    says("job_9", "total 0.012300 USD");
  }

  @Test
  void theOptionWinsOverTheEnvironment() {
    server.close();
    ApiServer other = ApiServer.start(ApiConfig.on("127.0.0.1", 0), fixture.backends());
    try {
      assertEquals(1, run("dataset", "list"));
      complains("no node answers at", "--url");
      assertEquals(0, run("dataset", "list", "--url", "http://127.0.0.1:" + other.port()));
    } finally {
      other.close();
    }
  }

  @Test
  void loadsAFileAndShowsTheResult() {
    fixture.jobs.resultAtOnce = JsonNodeFactory.instance.objectNode().put("rows", 4988);
    assertEquals(
        0,
        run(
            "dataset",
            "load",
            "some/codes.tab.txt",
            "--format",
            "tsv",
            "--no-header",
            "--columns",
            "code,description",
            "--delimiter",
            "\\t",
            "--no-quote"));
    says("rows: 4988", "SUCCEEDED");
    var parameters = fixture.jobs.all().get(0).parameters();
    assertEquals("codes", parameters.get("name").asText());
    assertEquals(
        Path.of("some/codes.tab.txt").toAbsolutePath().toString(), parameters.get("path").asText());
    assertEquals("\t", parameters.get("delimiter").asText());
    assertEquals("description", parameters.at("/columns/1").asText());
    assertEquals(false, parameters.get("header").asBoolean(true));
    assertEquals(false, parameters.get("quote").asBoolean(true));
    assertEquals(0, run("dataset", "load", "x.csv", "--name", "y", "--detach"));
    says("job_2");
    assertTrue(!fixture.jobs.all().get(1).parameters().has("header"), "a header is the default");
    assertEquals(
        0,
        run(
            "dataset",
            "load",
            "a.csv",
            "b.csv",
            "--name",
            "y",
            "--detach",
            "--evolve",
            "add,widen",
            "--rename",
            "a=b",
            "--rejects",
            "r.jsonl",
            "--select",
            "x,y",
            "--encoding",
            "windows-1252",
            "--schema",
            "s.yaml",
            "--max-cell",
            "9"));
    parameters = fixture.jobs.all().get(2).parameters();
    assertEquals(2, parameters.get("paths").size());
    assertTrue(!parameters.hasNonNull("path"));
    assertEquals("[\"add\",\"widen\"]", parameters.get("evolve").toString());
    assertEquals("{\"a\":\"b\"}", parameters.get("rename").toString());
    assertEquals(
        Path.of("r.jsonl").toAbsolutePath().toString(), parameters.get("rejects").asText());
    assertEquals(9, parameters.get("max_cell").asInt());
    assertEquals(2, run("dataset", "load", "a.csv", "b.csv"), "several files need a name");
    assertEquals(0, run("dataset", "export", "codes", "out.parquet"));
    assertEquals(0, run("model", "deploy", "service-advisor@1.0.0", "--name", "a"));
  }

  @Test
  void showsTheKitsAndLoadsFromThem() {
    assertEquals(0, run("kit", "browse"));
    says("automotive: ", "dealership_qa (20,000 rows)", "columns: qa_id, department", "question: ");
    assertEquals(0, run("kit", "browse", "automotive", "--rows", "0"));
    assertTrue(!out.toString().contains("question: "), out.toString());
    assertEquals(0, run("kit", "load", "automotive", "dealership_qa", "--rows", "50", "--detach"));
    assertEquals("load_kit", fixture.jobs.all().get(0).kind());
    assertEquals(
        "{\"rows\":50,\"kit\":\"automotive\",\"dataset\":\"dealership_qa\"}",
        fixture.jobs.all().get(0).parameters().toString());
    assertEquals(2, run("kit", "browse", "marine"));
    complains("there is no kit marine; there are [automotive]");
    assertEquals(2, run("kit", "browse", "--rows", "101"));
    complains("sample_rows: found 101, expected 0 to 100");
  }

  @Test
  void aJobThatFailsReturns1AndWrongInputInItReturns2() {
    fixture.jobs.errorAtOnce = new Problem("INTERNAL", "the disk is full", Map.of());
    assertEquals(1, run("dataset", "load", "x.csv"));
    complains("the disk is full");
    fixture.jobs.errorAtOnce =
        new Problem("INVALID_INPUT", "x.csv line 7: found 3 fields, expected 2", Map.of("line", 7));
    assertEquals(2, run("dataset", "load", "x.csv"));
    complains("x.csv line 7", "line: 7");
  }

  @Test
  void watchesAndCancelsJobs() {
    fixture.jobs.submit("default", "train", JsonNodeFactory.instance.objectNode(), null, null);
    assertEquals(0, run("job", "cancel", "job_1"));
    says("job_1  CANCELLED");
    assertEquals(1, run("job", "watch", "job_1"), "a job that was cancelled did not succeed");
    assertEquals(1, run("job", "cancel", "job_1"), "a conflict is a failure");
    complains("CANCELLED already");
    assertEquals(0, run("job", "list", "--state", "cancelled", "--kind", "train"));
    says("job_1");
    assertEquals(0, run("job", "show", "job_1"));
    says("\"state\" : \"CANCELLED\"");
    assertEquals(JobState.CANCELLED, fixture.jobs.get("default", "job_1").state());
  }

  @Test
  void asksAModel() {
    assertEquals(0, run("predict", "service-advisor", "brakes squeal", "--alternatives", "2"));
    says("{}", "service-advisor 1.0.0, 7 tokens in, 2 out, 3.5 ms, stop", "'[' 0.2500");
    assertEquals(0, run("predict", "service-advisor", "--input", "code=P0301"));
  }

  @Test
  void runsAWorkflowAndWritesItsReport() throws Exception {
    Path file = folder.resolve("w.yaml");
    Files.writeString(file, "name: demo\n");
    Path report = folder.resolve("report");
    assertEquals(0, run("run", file.toString(), "--set", "a=1", "--out", report.toString()));
    says("workflow job_w", "load", "done", "report.html");
    assertEquals("{\"nodes\":2}", Files.readString(report.resolve("report.json")));
    assertTrue(Files.exists(report.resolve("report.html")));
    assertEquals(0, run("run", file.toString(), "--detach"));
    assertEquals("job_w", out.toString().strip());
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertEquals(2, run("run", file.toString()));
    complains("UTF-8");
  }

  @Test
  void aWorkflowWithoutAReportSaysThatNoneIsWritten() throws Exception {
    Path file = folder.resolve("plain.yaml");
    Files.writeString(file, "name: plain\n");
    Path report = folder.resolve("none");
    assertEquals(0, run("run", file.toString(), "--out", report.toString()));
    complains("nothing was written into " + report, "no step of kind report");
    assertFalse(Files.exists(report));
  }

  @Test
  void sqlWithoutAThinClientPortIsAFailureThatSaysWhere() {
    assertEquals(1, run("sql", "SELECT 1", "--thin", "127.0.0.1:1"));
    complains("127.0.0.1:1");
  }

  @Test
  void errorsOfOurOwnModulesHaveTheirExitCodes() {
    List<Integer> codes = new ArrayList<>();
    for (ErrorKind kind :
        List.of(ErrorKind.INVALID_INPUT, ErrorKind.NOT_FOUND, ErrorKind.CORRUPT)) {
      codes.add(
          new com.auterity.neuroweaver.workflow.WorkflowCommands()
              .exitCode(new NeuroWeaverException(kind, "x"))
              .orElse(-1));
    }
    assertEquals(List.of(2, 2, 1), codes);
    assertEquals(
        2,
        run(
            "generate",
            "service-requests",
            "--rows",
            "0",
            "--out",
            folder.resolve("x").toString()));
    complains("--rows");
  }
}
