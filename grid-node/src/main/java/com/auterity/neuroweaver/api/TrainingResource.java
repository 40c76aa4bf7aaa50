package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobProgress;
import com.auterity.neuroweaver.client.TrainingProgress;
import com.auterity.neuroweaver.client.TrainingRequest;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Training over HTTP: the {@code train} jobs. */
final class TrainingResource {
  private static final String KIND = "train";

  private final Jobs jobs;
  private final JsonMapper mapper;

  TrainingResource(Jobs jobs, JsonMapper mapper) {
    this.jobs = jobs;
    this.mapper = mapper;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.post(
            "/training/start",
            "Train a LoRA adapter on a dataset.",
            TrainingRequest.class,
            Job.class,
            202,
            this::start),
        Route.get(
            "/training/{job_id}/progress",
            "How far a training job is.",
            TrainingProgress.class,
            this::progress),
        Route.post(
            "/training/{job_id}/cancel",
            "Ask a training job to stop.",
            Void.class,
            Job.class,
            202,
            (call, none) -> {
              Job job = training(call);
              return jobs.cancel(call.tenant(), job.jobId());
            }));
  }

  private Job start(Call call, TrainingRequest body) {
    ObjectNode parameters = mapper.valueToTree(body);
    return jobs.submit(call.tenant(), KIND, parameters, call.idempotencyKey(), null);
  }

  private Job training(Call call) {
    Job job = jobs.get(call.tenant(), call.path("job_id"));
    if (!KIND.equals(job.kind())) {
      throw NeuroWeaverException.notFound(
          "job " + job.jobId() + " is a " + job.kind() + " job, not a training");
    }
    return job;
  }

  private TrainingProgress progress(Call call) {
    Job job = training(call);
    JobProgress progress = job.progress();
    if (progress == null) {
      return new TrainingProgress(
          job.jobId(), job.state(), null, 0, 0, null, null, null, job.error());
    }
    Double remaining = progress.metrics().get("remaining_seconds");
    return new TrainingProgress(
        job.jobId(),
        job.state(),
        progress.phase(),
        progress.done(),
        progress.total(),
        progress.metrics().get("loss"),
        progress.metrics().get("tokens_per_second"),
        job.state().isFinal() ? Double.valueOf(0) : remaining,
        job.error());
  }
}
