package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkVersions;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
import com.auterity.neuroweaver.datasets.store.DatasetNames;
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.DatasetReader;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.auterity.neuroweaver.jobs.inference.ModelSource;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Job {@code refine}: derives the dataset {@code as} from {@code dataset} by a recipe of stages,
 * and keeps each rejected row with stage and reason in {@code <as>_rejects}. Partition by
 * partition, each committed as it is done, so a run taken up again goes on where the last one
 * ended.
 */
public final class RefineHandler implements JobHandler {
  /** What a fault may cost again, on each node; a commit takes some ten milliseconds. */
  private static final Duration BETWEEN_COMMITS = Duration.ofMillis(500);

  private final DatasetCatalog catalog;
  private final ModelSource models;
  private final LinearTrainer trainer;
  private final EndpointHosts hosts;
  private final Duration betweenCommits;

  /** For recipes that neither score with registered models nor train; commits each partition. */
  RefineHandler(DatasetCatalog catalog) {
    this(
        catalog,
        new NoModels(),
        (features, good) -> {
          throw new UnsupportedOperationException("there is no trainer here");
        },
        List.of(),
        Duration.ZERO);
  }

  /**
   * @param synthesisHosts beside this machine, where {@code synthesize} may send rows
   */
  public RefineHandler(
      DatasetCatalog catalog,
      ModelSource models,
      LinearTrainer trainer,
      List<String> synthesisHosts) {
    this(catalog, models, trainer, synthesisHosts, BETWEEN_COMMITS);
  }

  private RefineHandler(
      DatasetCatalog catalog,
      ModelSource models,
      LinearTrainer trainer,
      List<String> synthesisHosts,
      Duration betweenCommits) {
    this.catalog = catalog;
    this.models = models;
    this.trainer = trainer;
    this.hosts = new EndpointHosts(synthesisHosts);
    this.betweenCommits = betweenCommits;
  }

  private record Request(String dataset, String as, JsonNode stages) {
    static Request of(ObjectNode parameters) {
      Knobs knobs = new Knobs(parameters, "refine");
      String dataset = knobs.text("dataset");
      String as = knobs.text("as");
      knobs.has("stages");
      knobs.done();
      DatasetNames.check(as);
      DatasetNames.check(as + "_rejects");
      return new Request(dataset, as, parameters.get("stages"));
    }

    String rejects() {
      return as + "_rejects";
    }
  }

  /** Names of all stages there are. */
  public static List<String> stageNames() {
    return Recipe.STAGES;
  }

  @Override
  public String kind() {
    return "refine";
  }

  @Override
  public void validate(String tenant, ObjectNode parameters) {
    Request request = Request.of(parameters);
    Manifest source = catalog.get(tenant, request.dataset());
    JsonNode stages = RecipeFiles.inlined(request.stages());
    Recipe.of(stages, source.schema(), source.partitionBy());
    hosts.check(stages);
    StoredReferences.pinned(stages, reference -> catalog.get(tenant, reference));
    ScoringModels.pinned(stages, tenant, models, null);
    QualityTraining.check(stages, source, reference -> catalog.get(tenant, reference));
  }

  @Override
  public ObjectNode run(JobContext context) {
    Request request = Request.of(context.parameters());
    RefineState committed =
        context
            .lastCommit()
            .map(commit -> RecordCodec.decode(commit.state(), RefineState.class))
            .orElseGet(() -> begin(context, request));
    RefineProgress state = new RefineProgress(context, committed, betweenCommits);
    Manifest source = context.datasets().get(context.tenant(), state.sourceVersionId());
    Recipe recipe = RefineSteps.recipe(state.stages(), source, List.of());
    RecipeCheck.same(state.keys(), recipe.keys(), "the coordinating node");
    Reservation target =
        context.datasets().reserve(context.tenant(), request.as(), context.jobId());
    Reservation rejects =
        context.datasets().reserve(context.tenant(), request.rejects(), context.jobId());
    context.attribute(source.versionId(), null);
    try {
      refine(context, source, recipe, target, rejects, state);
    } catch (FencedException e) {
      throw e;
    } catch (NeuroWeaverException e) {
      if (!e.kind().retryable()) {
        takeBack(context, source, target, rejects);
      }
      throw e;
    }
    Instant now = Instant.now();
    List<ChunkInfo> rejected = state.chunks(RefineOutcome::rejectChunks);
    Schema rejectsSchema = recipe.rejectsSchema();
    context
        .datasets()
        .commit(
            manifest(context, source, rejects, request.rejects(), rejectsSchema, rejected, now));
    List<ChunkInfo> kept = state.chunks(RefineOutcome::chunks);
    Manifest refined = manifest(context, source, target, request.as(), recipe.schema(), kept, now);
    context.datasets().commit(refined);
    ObjectNode result = context.parameters().objectNode();
    result.put("dataset", request.as());
    result.put("dataset_id", target.datasetId());
    result.put("version_id", target.versionId());
    result.put("version", context.datasets().get(context.tenant(), target.versionId()).version());
    result.put("source_version_id", source.versionId());
    result.put("rejects_dataset", request.rejects());
    result.put("rejects_version_id", rejects.versionId());
    RefineReport.write(result, state, recipe);
    return result;
  }

  /** Fixes recipe and versions, so that nothing newer can slip into a later run of this job. */
  private RefineState begin(JobContext context, Request request) {
    Manifest newest = context.datasets().get(context.tenant(), request.dataset());
    String stages = fixed(context, request, newest).toString();
    Recipe recipe = RefineSteps.recipe(stages, newest, List.of());
    String keys = recipe.keys();
    if (!keys.isEmpty()) {
      RecipeCheck.everywhere(
          context, new RecipeCheck.Question(context.tenant(), newest.versionId(), stages), keys);
    }
    RefineState state =
        new RefineState(
            newest.versionId(),
            stages,
            null,
            new TreeMap<>(),
            DatasetProfile.of(newest.schema()).toBytes(),
            DatasetProfile.of(recipe.schema()).toBytes(),
            new TreeMap<>(),
            new TreeMap<>(),
            keys);
    context.commit(0, RecordCodec.encode(state));
    return state;
  }

  /** The stages with all that they refer to as it is now. */
  private JsonNode fixed(JobContext context, Request request, Manifest newest) {
    Function<String, Manifest> datasets =
        reference -> context.datasets().get(context.tenant(), reference);
    JsonNode stages = RecipeFiles.inlined(request.stages());
    hosts.check(stages);
    stages = StoredReferences.pinned(stages, datasets);
    if (ScoringModels.any(stages)) {
      String numerics = ScoringModels.numerics(context.grid().nodes());
      stages = ScoringModels.pinned(stages, context.tenant(), models, numerics);
    }
    DatasetReader reader = new DatasetReader(context.datasets(), context.chunks());
    return QualityTraining.trained(
        stages,
        newest,
        datasets,
        version -> partition -> reader.partitionRows(version, partition),
        trainer);
  }

  private static void refine(
      JobContext context,
      Manifest source,
      Recipe recipe,
      Reservation target,
      Reservation rejects,
      RefineProgress state) {
    List<Integer> waiting =
        IntStream.range(0, source.partitions()).filter(p -> !state.isDone(p)).boxed().toList();
    if (waiting.isEmpty()) {
      return;
    }
    List<SurveyStage.Findings> found = surveys(context, source, recipe, state.stages());
    if (state.surveys() == null && !found.isEmpty()) {
      state.surveyed(reports(found).toString());
    }
    PartitionCalls.forEach(
        context,
        waiting,
        RefinePartition.class,
        partition ->
            new RefineTask(
                context.tenant(),
                source.versionId(),
                partition,
                state.stages(),
                Survey.known(found, partition),
                target.versionId(),
                rejects.versionId(),
                state.keys()),
        (partition, outcome) -> {
          state.add(partition, outcome);
          long rows = state.sum(RefineOutcome::rowsIn);
          context.progress(new Progress("refining", rows, source.rows(), "rows", Map.of()));
        });
    state.commitRest();
  }

  /** What each survey stage finds, each with what those before it found known. */
  private static List<SurveyStage.Findings> surveys(
      JobContext context, Manifest source, Recipe recipe, String stages) {
    List<SurveyStage.Findings> found = new ArrayList<>();
    for (int place : recipe.surveyStages()) {
      Survey survey = new Survey(context, source, stages, place, found);
      found.add(recipe.surveyStage(place).survey(survey));
    }
    return found;
  }

  private static ArrayNode reports(List<SurveyStage.Findings> found) {
    ArrayNode reports = JsonNodeFactory.instance.arrayNode();
    found.forEach(each -> reports.add(each.report()));
    return reports;
  }

  private static Manifest manifest(
      JobContext context,
      Manifest source,
      Reservation reservation,
      String name,
      Schema schema,
      List<ChunkInfo> chunks,
      Instant now) {
    return new Manifest(
        context.tenant(),
        reservation.datasetId(),
        name,
        reservation.versionId(),
        reservation.version(),
        schema,
        source.partitions(),
        source.partitionBy(),
        chunks,
        List.of(source.versionId()),
        context.jobId(),
        now);
  }

  /** Of all partitions: some may be done and not committed. */
  private static void takeBack(
      JobContext context, Manifest source, Reservation target, Reservation rejects) {
    for (Reservation reservation : List.of(target, rejects)) {
      ChunkVersions.remove(
          context.chunks(), context.tenant(), reservation.versionId(), source.partitions());
    }
  }
}
