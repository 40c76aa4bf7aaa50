package com.auterity.neuroweaver.job;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.jobs.grid.Progress;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * A row of JOB.
 *
 * @param epoch fencing number of the newest run; 0 before the first
 * @param node name of the node that coordinates the newest run
 * @param run id of that node's process
 * @param commitStep -1 while nothing has been committed
 * @param events number of events so far, and the sequence of the last
 */
record JobRow(
    String tenant,
    String jobId,
    String kind,
    JobState state,
    String parentId,
    String idempotencyKey,
    String paramsJson,
    String resultJson,
    ErrorKind errorKind,
    String errorMessage,
    String errorDetailsJson,
    boolean cancelRequested,
    long epoch,
    String node,
    String run,
    long commitEpoch,
    long commitStep,
    byte[] commitState,
    String progressPhase,
    long progressDone,
    long progressTotal,
    String progressUnit,
    String metricsJson,
    long events,
    Instant createdAt,
    Instant startedAt,
    Instant finishedAt,
    Instant updatedAt) {

  static JobRow queued(
      String tenant,
      String jobId,
      String kind,
      String parentId,
      String idempotencyKey,
      String paramsJson,
      Instant now) {
    return new JobRow(
        tenant,
        jobId,
        kind,
        JobState.QUEUED,
        parentId,
        idempotencyKey,
        paramsJson,
        null,
        null,
        null,
        null,
        false,
        0,
        null,
        null,
        0,
        -1,
        null,
        null,
        0,
        0,
        null,
        null,
        0,
        now,
        null,
        null,
        now);
  }

  /** A copy with some components changed. */
  JobRow with(Consumer<Edit> change) {
    Edit edit = new Edit(this);
    change.accept(edit);
    return edit.row(this);
  }

  /** A job's row being changed; what is not here never changes. */
  static final class Edit {
    JobState state;
    String resultJson;
    ErrorKind errorKind;
    String errorMessage;
    String errorDetailsJson;
    boolean cancelRequested;
    long epoch;
    String node;
    String run;
    long commitEpoch;
    long commitStep;
    byte[] commitState;
    String progressPhase;
    long progressDone;
    long progressTotal;
    String progressUnit;
    String metricsJson;
    long events;
    Instant startedAt;
    Instant finishedAt;
    Instant updatedAt;

    private Edit(JobRow row) {
      state = row.state;
      resultJson = row.resultJson;
      errorKind = row.errorKind;
      errorMessage = row.errorMessage;
      errorDetailsJson = row.errorDetailsJson;
      cancelRequested = row.cancelRequested;
      epoch = row.epoch;
      node = row.node;
      run = row.run;
      commitEpoch = row.commitEpoch;
      commitStep = row.commitStep;
      commitState = row.commitState;
      progressPhase = row.progressPhase;
      progressDone = row.progressDone;
      progressTotal = row.progressTotal;
      progressUnit = row.progressUnit;
      metricsJson = row.metricsJson;
      events = row.events;
      startedAt = row.startedAt;
      finishedAt = row.finishedAt;
      updatedAt = row.updatedAt;
    }

    void progress(Progress progress) {
      progressPhase = progress.phase();
      progressDone = progress.done();
      progressTotal = progress.total();
      progressUnit = progress.unit();
      metricsJson = JobJson.text(progress.metrics());
    }

    private JobRow row(JobRow from) {
      return new JobRow(
          from.tenant,
          from.jobId,
          from.kind,
          state,
          from.parentId,
          from.idempotencyKey,
          from.paramsJson,
          resultJson,
          errorKind,
          errorMessage,
          errorDetailsJson,
          cancelRequested,
          epoch,
          node,
          run,
          commitEpoch,
          commitStep,
          commitState,
          progressPhase,
          progressDone,
          progressTotal,
          progressUnit,
          metricsJson,
          events,
          from.createdAt,
          startedAt,
          finishedAt,
          updatedAt);
    }
  }
}
