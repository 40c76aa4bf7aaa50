package com.auterity.neuroweaver.api;

import com.auterity.neuroweaver.client.Job;
import com.auterity.neuroweaver.client.JobEvent;
import com.auterity.neuroweaver.client.JobState;
import com.auterity.neuroweaver.client.Page;
import java.util.List;

/** Jobs over HTTP. */
final class JobResource {
  private static final int EVENTS = 1000;

  private final Jobs jobs;

  JobResource(Jobs jobs) {
    this.jobs = jobs;
  }

  List<Route<?, ?>> routes() {
    return List.of(
        Route.page("/jobs", "Jobs, newest first.", Job.class, this::list)
            .paged()
            .query("kind", Route.Query.Type.STRING, "Only this kind: load, refine, train ...")
            .query("state", Route.Query.Type.STRING, "Only this state."),
        Route.get(
            "/jobs/{job_id}",
            "A job with its parameters, progress, result or error.",
            Job.class,
            call -> jobs.get(call.tenant(), call.path("job_id"))),
        Route.post(
            "/jobs/{job_id}/cancel",
            "Ask a job and its children to stop.",
            Void.class,
            Job.class,
            202,
            (call, none) -> jobs.cancel(call.tenant(), call.path("job_id"))),
        Route.page("/jobs/{job_id}/events", "What happened to a job.", JobEvent.class, this::events)
            .query("since", Route.Query.Type.INTEGER, "Only events after this sequence number."));
  }

  private Page<Job> list(Call call) {
    return jobs.list(
        call.tenant(),
        call.query("kind"),
        call.choice("state", JobState.class),
        call.limit(),
        call.offset());
  }

  private Page<JobEvent> events(Call call) {
    long since = call.number("since", 0, 0, Long.MAX_VALUE);
    List<JobEvent> events = jobs.events(call.tenant(), call.path("job_id"), since, EVENTS);
    return Page.of(events, events.size(), EVENTS, 0);
  }
}
