package com.auterity.neuroweaver.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.costguard.UsageRow;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobServiceTest {
  private static final String TENANT = "default";
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path folder;
  private JobsInMemory jobs;

  @BeforeEach
  void open() {
    jobs = new JobsInMemory(folder);
  }

  @AfterEach
  void close() throws Exception {
    jobs.close();
  }

  private JobView run(String kind) throws InterruptedException {
    String id = jobs.service.submit(TENANT, kind, JobsInMemory.json(), null, null);
    return jobs.service.await(TENANT, id, LONG);
  }

  @Test
  void aJobRunsAndItsResultProgressEventsAndUsageAreKept() throws Exception {
    jobs.kinds.open(
        List.of(
            JobsInMemory.handler(
                "work",
                context -> {
                  context.attribute("dsv_1", null);
                  context.progress(new Progress("reading", 3, 4, "rows", Map.of("loss", 0.5)));
                  context.meter().tokensIn(11);
                  return JobsInMemory.json().put("answer", 42);
                })));
    jobs.coordinator("n1", 2);
    JobView job = run("work");
    assertEquals(JobState.SUCCEEDED, job.state());
    assertEquals(42, job.result().get("answer").asInt());
    assertEquals(3, job.progress().done());
    assertEquals(0.5, job.progress().metrics().get("loss"));
    assertEquals(
        List.of("QUEUED", "RUNNING", "PROGRESS", "SUCCEEDED"),
        jobs.service.events(TENANT, job.jobId(), 0, 100).stream().map(JobEvent::type).toList());
    assertEquals(
        List.of("PROGRESS"),
        jobs.service.events(TENANT, job.jobId(), 2, 1).stream().map(JobEvent::type).toList());
    assertEquals(1, jobs.usage.size());
    UsageRow row = jobs.usage.get(0);
    assertEquals(UsageRow.Role.COORDINATOR, row.role());
    assertEquals(11, row.tokensIn());
    assertEquals("dsv_1", row.datasetVersionId());
    assertTrue(row.cpuNanos() > 0 && row.wallNanos() > 0);
  }

  @Test
  void theSameIdempotencyKeyIsTheSameJobAndAnotherRequestUnderItIsRefused() {
    jobs.kinds.open(List.of(JobsInMemory.handler("work", context -> JobsInMemory.json())));
    ObjectNode parameters = JobsInMemory.json().put("a", 1);
    String first = jobs.service.submit(TENANT, "work", parameters, "key", null);
    assertEquals(first, jobs.service.submit(TENANT, "work", parameters, "key", null));
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                jobs.service.submit(TENANT, "work", JobsInMemory.json().put("a", 2), "key", null));
    assertEquals(ErrorKind.CONFLICT, e.kind());
    assertEquals(1, jobs.service.list(TENANT).size());
    assertEquals(List.of(), jobs.service.list("another"));
  }

  @Test
  void aKindThatIsNotThereIsRefusedNamingThoseThatAre() {
    jobs.kinds.open(List.of(JobsInMemory.handler("work", context -> JobsInMemory.json())));
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> jobs.service.submit(TENANT, "wrok", JobsInMemory.json(), null, null));
    assertEquals("there is no job of kind wrok; right is one of [work]", e.getMessage());
  }

  @Test
  void parentsThatWaitForChildrenDoNotStarveThem() throws Exception {
    jobs.kinds.open(
        List.of(
            JobsInMemory.handler("child", context -> JobsInMemory.json().put("done", true)),
            JobsInMemory.handler(
                "parent",
                context -> {
                  String child =
                      jobs.service.submit(
                          TENANT, "child", JobsInMemory.json(), null, context.jobId());
                  assertEquals(JobState.SUCCEEDED, jobs.service.await(TENANT, child, LONG).state());
                  return JobsInMemory.json();
                })));
    jobs.coordinator("n1", 1);
    List<String> parents = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      parents.add(jobs.service.submit(TENANT, "parent", JobsInMemory.json(), null, null));
    }
    for (String parent : parents) {
      assertEquals(JobState.SUCCEEDED, jobs.service.await(TENANT, parent, LONG).state());
      assertEquals(1, jobs.service.children(TENANT, parent).size());
    }
  }

  @Test
  void cancellingAParentCancelsItsChildren() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    jobs.kinds.open(
        List.of(
            JobsInMemory.handler(
                "child",
                context -> {
                  running.countDown();
                  while (true) {
                    context.ensureActive();
                    Thread.onSpinWait();
                  }
                }),
            JobsInMemory.handler(
                "parent",
                context -> {
                  String child =
                      jobs.service.submit(
                          TENANT, "child", JobsInMemory.json(), null, context.jobId());
                  jobs.service.await(TENANT, child, LONG);
                  context.ensureActive();
                  return JobsInMemory.json();
                })));
    jobs.coordinator("n1", 1);
    String parent = jobs.service.submit(TENANT, "parent", JobsInMemory.json(), null, null);
    String queued = jobs.service.submit(TENANT, "child", JobsInMemory.json(), null, null);
    assertTrue(running.await(30, TimeUnit.SECONDS));
    assertEquals(JobState.CANCELLED, jobs.service.cancel(TENANT, queued).state());
    jobs.service.cancel(TENANT, parent);
    assertEquals(JobState.CANCELLED, jobs.service.await(TENANT, parent, LONG).state());
    assertEquals(JobState.CANCELLED, jobs.service.children(TENANT, parent).get(0).state());
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> jobs.service.cancel(TENANT, parent));
    assertEquals("job " + parent + " is CANCELLED and cannot become CANCELLED", e.getMessage());
  }

  @Test
  void whatTryingAgainCanCureIsTriedAgainFromTheLastCommit() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    jobs.kinds.open(
        List.of(
            JobsInMemory.handler(
                "flaky",
                context -> {
                  if (runs.incrementAndGet() == 1) {
                    context.commit(7, new byte[] {1, 2});
                    throw new NeuroWeaverException(ErrorKind.UNAVAILABLE, "a node left");
                  }
                  assertEquals(7, context.lastCommit().orElseThrow().step());
                  assertArrayEquals(new byte[] {1, 2}, context.lastCommit().orElseThrow().state());
                  return JobsInMemory.json().put("epoch", context.epoch());
                }),
            JobsInMemory.handler(
                "hopeless",
                context -> {
                  throw new NeuroWeaverException(ErrorKind.UNAVAILABLE, "no node at all");
                })));
    jobs.coordinator("n1", 2);
    JobView job = run("flaky");
    assertEquals(JobState.SUCCEEDED, job.state());
    assertEquals(2, job.result().get("epoch").asInt());
    JobView hopeless = run("hopeless");
    assertEquals(JobState.FAILED, hopeless.state());
    assertEquals(3, hopeless.epoch());
    assertEquals("no node at all", hopeless.error().message());
  }

  @Test
  void aBugIsNotTriedAgainAndAnOutOfMemoryErrorIsOnlyTheJobs() throws Exception {
    jobs.kinds.open(
        List.of(
            JobsInMemory.handler(
                "bug",
                context -> {
                  throw new IllegalStateException("oops");
                }),
            JobsInMemory.handler(
                "memory",
                context -> {
                  throw new OutOfMemoryError("Java heap space");
                })));
    jobs.coordinator("n1", 2);
    JobView bug = run("bug");
    assertEquals(ErrorKind.INTERNAL, bug.error().kind());
    assertTrue(bug.error().message().endsWith("java.lang.IllegalStateException: oops"));
    assertEquals(1, bug.epoch());
    assertEquals(ErrorKind.OUT_OF_MEMORY, run("memory").error().kind());
  }

  @Test
  void aRunThatWasTakenOverWritesNothingMore() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<Throwable> refused = new AtomicReference<>();
    jobs.kinds.open(
        List.of(
            JobsInMemory.handler(
                "work",
                context -> {
                  if (context.epoch() > 1) {
                    context.commit(1, new byte[] {9});
                    return JobsInMemory.json().put("by", context.epoch());
                  }
                  started.countDown();
                  assertTrue(go.await(30, TimeUnit.SECONDS));
                  refused.set(
                      assertThrows(FencedException.class, () -> context.commit(2, new byte[] {1})));
                  return JobsInMemory.json().put("by", "the dead");
                })));
    jobs.coordinator("n1", 2);
    String id = jobs.service.submit(TENANT, "work", JobsInMemory.json(), null, null);
    assertTrue(started.await(30, TimeUnit.SECONDS));
    // A second node that believes the first has died takes the job up.
    JobCoordinator second = jobs.coordinator("n2", 2);
    JobView job = jobs.service.await(TENANT, id, LONG);
    go.countDown();
    assertEquals(JobState.SUCCEEDED, job.state());
    assertEquals(2, job.result().get("by").asInt());
    second.close();
    jobs.close();
    assertFalse(refused.get() == null, "the first run was not refused");
    assertEquals(2, jobs.service.get(TENANT, id).result().get("by").asInt());
  }

  @Test
  void aStoppingNodeLeavesItsJobsToTheNext() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    jobs.kinds.open(
        List.of(
            JobsInMemory.handler(
                "work",
                context -> {
                  started.countDown();
                  while (context.epoch() == 1) {
                    context.ensureActive();
                    Thread.onSpinWait();
                  }
                  return JobsInMemory.json();
                })));
    JobCoordinator first = jobs.coordinator("n1", 2);
    String id = jobs.service.submit(TENANT, "work", JobsInMemory.json(), null, null);
    assertTrue(started.await(30, TimeUnit.SECONDS));
    first.close();
    assertEquals(JobState.RUNNING, jobs.service.get(TENANT, id).state());
    jobs.coordinator("n2", 2);
    JobView job = jobs.service.await(TENANT, id, LONG);
    assertEquals(JobState.SUCCEEDED, job.state());
    assertEquals("n2", job.node());
    assertEquals(2, job.epoch());
  }

  @Test
  void aRequestRowIsAnsweredOnce() throws Exception {
    jobs.kinds.open(List.of(JobsInMemory.handler("work", context -> JobsInMemory.json())));
    jobs.requests.put(new JobRequestRow(TENANT, "r1", "work", "{}", null, null, null, null));
    jobs.requests.put(new JobRequestRow(TENANT, "r2", "work", "[]", null, null, null, null));
    JobRequests requests = new JobRequests(jobs.requests, jobs.service, jobs.store::now);
    requests.answer();
    requests.answer();
    JobRequestRow accepted = jobs.requests.get(TENANT, "r1").orElseThrow();
    assertEquals("ACCEPTED", accepted.status());
    assertEquals(accepted.jobId(), jobs.service.list(TENANT).get(0).jobId());
    assertEquals(1, jobs.service.list(TENANT).size());
    assertEquals(
        "PARAMS is ARRAY, a JSON object is right",
        jobs.requests.get(TENANT, "r2").orElseThrow().message());
  }
}
