package com.auterity.neuroweaver.node;

import com.auterity.neuroweaver.api.Jobs;
import com.auterity.neuroweaver.datasets.store.DatasetErasureRow;
import com.auterity.neuroweaver.datasets.store.DatasetRetentionRow;
import com.auterity.neuroweaver.jobs.care.DataUses;
import com.auterity.neuroweaver.jobs.care.EraseHandler;
import com.auterity.neuroweaver.jobs.care.RetireHandler;
import com.auterity.neuroweaver.jobs.care.VerifyHandler;
import com.auterity.neuroweaver.jobs.evaluation.EvaluateHandler;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.inference.InferHandler;
import com.auterity.neuroweaver.jobs.loading.ExportHandler;
import com.auterity.neuroweaver.jobs.loading.LoadHandler;
import com.auterity.neuroweaver.jobs.loading.LoadKitHandler;
import com.auterity.neuroweaver.jobs.loading.ScanHandler;
import com.auterity.neuroweaver.jobs.reading.DiffHandler;
import com.auterity.neuroweaver.jobs.reading.ProfileHandler;
import com.auterity.neuroweaver.jobs.refinement.RefineHandler;
import com.auterity.neuroweaver.jobs.training.TrainHandler;
import com.auterity.neuroweaver.jobs.training.TrainLedger;
import com.auterity.neuroweaver.publish.PublishHandler;
import com.auterity.neuroweaver.publish.UnpublishHandler;
import com.auterity.neuroweaver.registry.DeployHandler;
import com.auterity.neuroweaver.registry.RegisterHandler;
import com.auterity.neuroweaver.scoring.IgniteLinearTrainer;
import com.auterity.neuroweaver.workflow.ReportHandler;
import com.auterity.neuroweaver.workflow.WorkflowHandler;
import com.auterity.neuroweaver.workflow.WorkflowSource;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** All kinds of jobs this build knows, wired by constructor in one place. */
final class Handlers {
  private Handlers() {}

  static List<JobHandler> all(GridParts parts, Features features) {
    List<JobHandler> handlers = new ArrayList<>();
    handlers.add(new LoadHandler(features.loadKeys()));
    handlers.add(new LoadKitHandler(parts.clock()));
    handlers.add(new ExportHandler());
    handlers.add(new ScanHandler(parts.datasets()));
    handlers.add(new DiffHandler(parts.datasets()));
    handlers.add(new ProfileHandler(parts.datasets()));
    handlers.add(new PublishHandler(features.published(), parts.datasets(), parts.clock()));
    handlers.add(new UnpublishHandler(features.published()));
    handlers.add(
        new RefineHandler(
            parts.datasets(),
            features.registry(),
            new IgniteLinearTrainer(),
            parts.config().synthesisHosts()));
    handlers.add(
        new TrainHandler(
            parts.datasets(),
            new TrainLedger(
                parts.table(TrainLedger.MICRO_BATCHES), parts.table(TrainLedger.STEPS))));
    handlers.add(new EvaluateHandler(parts.datasets(), features.registry()));
    handlers.add(new RegisterHandler(features.registry(), new SucceededJobs(parts.jobs())));
    handlers.add(new DeployHandler(features.registry(), features.deployments()));
    handlers.add(new InferHandler(parts.datasets(), features.registry(), parts.clock()));
    DataUses uses =
        new GridUses(parts.jobs(), features.registry(), features.snapshots(), features.published());
    handlers.add(new VerifyHandler(parts.datasets()));
    handlers.add(
        new RetireHandler(
            parts.datasets(),
            parts.datasets(),
            parts.table(DatasetRetentionRow.TABLE),
            uses,
            parts.clock()));
    handlers.add(
        new EraseHandler(
            parts.datasets(),
            parts.datasets(),
            parts.table(DatasetErasureRow.TABLE),
            uses,
            parts.clock()));
    handlers.add(new SnapshotHandler(features.snapshots()));
    Jobs jobs = new ApiJobs(parts.jobs());
    handlers.add(new WorkflowHandler(jobs, workflows(parts)));
    handlers.add(new ReportHandler(jobs, new ApiBills(features.billing(), jobs)));
    // Kinds that lie on the class path only, such as those of tests.
    ServiceLoader.load(JobHandler.class).forEach(handlers::add);
    return handlers;
  }

  /** Reads workflow programs and checks their steps as the jobs they will be. */
  static WorkflowSource workflows(GridParts parts) {
    return new WorkflowSource(parts.jobs()::validate);
  }
}
