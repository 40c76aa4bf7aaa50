package com.auterity.neuroweaver.client.cli;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.NeuroWeaverClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;

/** Follows one job to its end with a line of progress. */
final class JobWatch {
  private static final Duration FOREVER = Duration.ofDays(3650);

  private final NeuroWeaverClient client;
  private final ProgressLines lines;

  JobWatch(NeuroWeaverClient client, PrintWriter out) {
    this.client = client;
    this.lines = ProgressLines.of(out);
  }

  /** Returns the final job; throws the error the shell should see when it did not succeed. */
  Job follow(String jobId) throws InterruptedException {
    Job job =
        client.awaitJob(
            jobId,
            FOREVER,
            seen -> {
              if (!seen.state().isFinal()) {
                Instant now = Instant.now();
                lines.update(line(seen, now), now);
              }
            });
    lines.settle(line(job, job.finishedAt() == null ? Instant.now() : job.finishedAt()));
    JobFailure.throwUnlessSucceeded("job " + job.jobId(), job.state(), job.error());
    return job;
  }

  private static String line(Job job, Instant now) {
    String progress = ProgressText.of(job.progress(), job.startedAt(), now);
    String took =
        job.state().isFinal() && job.startedAt() != null
            ? "  in " + ProgressText.duration(Duration.between(job.startedAt(), now))
            : "";
    return (job.kind() + " " + job.jobId() + "  " + job.state() + "  " + progress).strip() + took;
  }
}
