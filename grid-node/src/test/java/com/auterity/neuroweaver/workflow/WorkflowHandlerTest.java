package com.auterity.neuroweaver.workflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.api.FakeJobs;
import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Problem;
import com.auterity.neuroweaver.client.Workflow;
import com.auterity.neuroweaver.client.WorkflowRequest;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.jobs.grid.CancelledException;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkflowHandlerTest {
  private static final String SOURCE =
      """
      name: demo
      steps:
        left:
          kind: load
          with: {name: a, path: /a.csv}
        right:
          kind: load
          with: {name: b, path: /b.csv}
        train:
          kind: train
          needs: [right]
          with:
            base_model: nano
            dataset: ${steps.left.version_id}
            prompt_column: code
            answer_column: cost in $${usd}
            lora_r: 8
        evaluate:
          kind: evaluate
          with: {base_model: nano, dataset: b, adapter: "${steps.train}", prompt_column: code, answer_column: x}
      """;

  private final FakeJobs jobs = new FakeJobs();
  private final WorkflowSource source = new WorkflowSource((tenant, kind, parameters) -> {});
  private final WorkflowHandler handler = new WorkflowHandler(jobs, source, Duration.ofNanos(1));

  private static ObjectNode parameters() {
    return JsonNodeFactory.instance.objectNode().put("file", "w.yaml").put("source", SOURCE);
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(text);
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private Job child(String kind) {
    return jobs.all().stream().filter(job -> job.kind().equals(kind)).findFirst().orElseThrow();
  }

  /** Lets the world do one thing at each check of the run. */
  private FakeContext context(Runnable... things) {
    FakeContext context = new FakeContext("job_w", parameters());
    List<Runnable> left = new ArrayList<>(List.of(things));
    context.active =
        () -> {
          if (!left.isEmpty()) {
            left.remove(0).run();
          }
        };
    return context;
  }

  private void succeedLoads() {
    for (Job job : jobs.all()) {
      if (job.kind().equals("load") && !job.state().isFinal()) {
        jobs.end(job.jobId(), JobState.SUCCEEDED, json("{\"version_id\":\"dsv_7\"}"), null);
      }
    }
  }

  private void succeed(String kind, String result) {
    jobs.end(child(kind).jobId(), JobState.SUCCEEDED, json(result), null);
  }

  @Test
  void runsStepsInParallelWhenTheyCanAndHandsResultsOn() throws Exception {
    FakeContext context =
        context(
            () -> {},
            () -> {
              assertEquals(2, jobs.all().size(), "both loads at once, nothing that waits for them");
              succeedLoads();
            },
            () -> {},
            () -> succeed("train", "{\"adapter_blob\":\"aa\",\"steps\":3}"),
            () -> {},
            () -> succeed("evaluate", "{\"rows\":5}"));
    ObjectNode result = handler.run(context);
    ObjectNode train = (ObjectNode) child("train").parameters();
    assertEquals("dsv_7", train.get("dataset").asText());
    assertEquals("cost in ${usd}", train.get("answer_column").asText());
    ObjectNode evaluate = (ObjectNode) child("evaluate").parameters();
    assertEquals("aa", evaluate.at("/adapter/adapter_blob").asText());
    assertEquals(child("train").jobId(), evaluate.at("/adapter/job_id").asText());
    assertEquals("job_w", child("train").parentJobId());
    assertEquals("job_w/train", child("train").idempotencyKey());
    assertEquals(child("evaluate").jobId(), result.at("/steps/evaluate").asText());
    assertEquals(4, context.told.get(context.told.size() - 1).done());
  }

  @Test
  void aRunThatTakesOverFindsTheChildrenOfTheOneBefore() throws Exception {
    FakeContext dead =
        context(
            () -> {},
            () -> succeedLoads(),
            () -> {},
            () -> {
              throw new FencedException("job_w", 1);
            });
    assertThrows(FencedException.class, () -> handler.run(dead));
    assertEquals(JobState.QUEUED, child("train").state(), "the new run owns the children");
    FakeContext next =
        context(
            () -> {},
            () -> {},
            () -> {},
            () -> succeed("train", "{}"),
            () -> {},
            () -> succeed("evaluate", "{}"));
    handler.run(next);
    assertEquals(4, jobs.all().size());
  }

  @Test
  void failsFastWithTheStepsErrorAndCancelsWhatRuns() {
    FakeContext context =
        context(
            () -> {},
            () ->
                jobs.end(
                    jobs.all().get(1).jobId(),
                    JobState.FAILED,
                    null,
                    new Problem("INVALID_INPUT", "/b.csv line 3: 2 fields", Map.of("line", 3))));
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> handler.run(context));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertEquals("step right: /b.csv line 3: 2 fields", e.getMessage());
    assertEquals(3, e.details().get("line"));
    assertEquals("right", e.details().get("step"));
    assertEquals(JobState.CANCELLED, jobs.all().get(0).state());
    assertEquals(2, jobs.all().size());
  }

  @Test
  void aRetryableErrorOfAStepIsNotRetriedByTheWorkflow() {
    FakeContext context =
        context(
            () -> {},
            () ->
                jobs.end(
                    "job_1", JobState.FAILED, null, new Problem("UNAVAILABLE", "gone", Map.of())));
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> handler.run(context));
    assertTrue(!e.kind().retryable(), e.kind().name());
  }

  @Test
  void cancellingCancelsTheChildren() {
    FakeContext context =
        context(
            () -> {},
            () -> {
              throw new CancelledException("job_w");
            });
    assertThrows(CancelledException.class, () -> handler.run(context));
    assertTrue(jobs.all().stream().allMatch(job -> job.state() == JobState.CANCELLED));
  }

  @Test
  void aResultThatLacksTheFieldIsNamed() {
    FakeContext context =
        context(
            () -> {},
            () ->
                jobs.all()
                    .forEach(job -> jobs.end(job.jobId(), JobState.SUCCEEDED, json("{}"), null)));
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> handler.run(context));
    assertTrue(e.getMessage().contains("left has no version_id"), e.getMessage());
  }

  @Test
  void validatesCompleteStepsWithTheirHandlersBeforeAnythingRuns() {
    List<String> asked = new ArrayList<>();
    WorkflowSource strict =
        new WorkflowSource(
            (tenant, kind, with) -> {
              asked.add(kind);
              if (with.path("path").asText().equals("/b.csv")) {
                throw NeuroWeaverException.notFound("there is no file /b.csv");
              }
            });
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () -> new WorkflowHandler(jobs, strict).validate("default", parameters()));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
    assertEquals("w.yaml: step right: there is no file /b.csv", e.getMessage());
    assertEquals(List.of("load", "load"), asked);
    assertThrows(
        NeuroWeaverException.class,
        () -> handler.validate("default", JsonNodeFactory.instance.objectNode()));
    assertThrows(
        NeuroWeaverException.class,
        () -> handler.validate("default", parameters().put("sauce", "x")));
  }

  @Test
  void theViewShowsEveryStepAndItsJob() throws Exception {
    WorkflowRuns runs =
        new WorkflowRuns(
            jobs, source, new MemoryBlobStore(java.nio.file.Path.of("target", "blobs")));
    Workflow created =
        runs.create("default", new WorkflowRequest("w.yaml", SOURCE, Map.of()), null);
    assertEquals(4, created.steps().size());
    FakeContext context = new FakeContext(created.workflowId(), parameters());
    int[] checks = new int[1];
    context.active =
        () -> {
          if (++checks[0] == 2) {
            throw new FencedException(created.workflowId(), 1);
          }
        };
    assertThrows(FencedException.class, () -> handler.run(context));
    Workflow view = runs.get("default", created.workflowId());
    assertEquals("left", view.steps().get(0).name());
    assertEquals(JobState.QUEUED, view.steps().get(0).state());
    assertEquals(null, view.steps().get(2).jobId());
    assertThrows(
        NeuroWeaverException.class,
        () -> runs.reportJson("default", created.workflowId()),
        "no report yet");
    assertThrows(
        NeuroWeaverException.class,
        () -> runs.get("default", view.steps().get(0).jobId()),
        "a load job is no workflow");
  }
}
