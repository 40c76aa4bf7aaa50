package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.schema.Schema;
import com.auterity.neuroweaver.datasets.store.ChunkInfo;
import com.auterity.neuroweaver.datasets.store.ChunkKey;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog;
import com.auterity.neuroweaver.datasets.store.DatasetCatalog.Reservation;
import com.auterity.neuroweaver.datasets.store.DatasetNames;
import com.auterity.neuroweaver.datasets.store.DatasetProfile;
import com.auterity.neuroweaver.datasets.store.Manifest;
import com.auterity.neuroweaver.datasets.store.RecordCodec;
import com.auterity.neuroweaver.jobs.grid.FencedException;
import com.auterity.neuroweaver.jobs.grid.JobContext;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.grid.PartitionCalls;
import com.auterity.neuroweaver.jobs.grid.Progress;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Job {@code refine}: derives the dataset {@code as} from {@code dataset} by a recipe of stages,
 * and keeps each rejected row with stage and reason in {@code <as>_rejects}. Partition by
 * partition, each committed as it is done, so a run taken up again goes on where the last one
 * ended.
 */
public final class RefineHandler implements JobHandler {
  private final DatasetCatalog catalog;

  public RefineHandler(DatasetCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * What is committed: the version refined, the outcome of each partition that is done, and the
   * profiles and examples of those partitions together.
   *
   * @param stages the recipe as JSON text, with the contents of the files and the versions of other
   *     datasets that it names
   * @param surveys what the survey stages say for the result, as a JSON list; null until they have
   * @param keys {@link Recipe#keys} when the job began
   */
  record State(
      String sourceVersionId,
      String stages,
      String surveys,
      TreeMap<Integer, RefineOutcome> done,
      byte[] profileBefore,
      byte[] profileAfter,
      TreeMap<String, List<MaskedExample>> examples,
      String keys) {

    State surveyed(String said) {
      return new State(
          sourceVersionId, stages, said, done, profileBefore, profileAfter, examples, keys);
    }

    State with(int partition, RefineOutcome outcome) {
      TreeMap<Integer, RefineOutcome> more = new TreeMap<>(done);
      more.put(partition, outcome.withoutMerged());
      return new State(
          sourceVersionId,
          stages,
          surveys,
          more,
          merged(profileBefore, outcome.profileBefore()),
          merged(profileAfter, outcome.profileAfter()),
          merged(examples, outcome.examples()),
          keys);
    }

    /** Of each kind those of the rows that come first, whichever partition was done first. */
    private static TreeMap<String, List<MaskedExample>> merged(
        Map<String, List<MaskedExample>> one, Map<String, List<MaskedExample>> two) {
      TreeMap<String, List<MaskedExample>> all = new TreeMap<>(one);
      two.forEach(
          (kind, examples) ->
              all.merge(
                  kind,
                  examples,
                  (a, b) ->
                      Stream.concat(a.stream(), b.stream())
                          .sorted(Comparator.comparingLong(MaskedExample::ordinal))
                          .limit(Tally.EXAMPLES)
                          .toList()));
      return all;
    }

    private static byte[] merged(byte[] one, byte[] two) {
      DatasetProfile profile = DatasetProfile.ofBytes(one);
      profile.merge(DatasetProfile.ofBytes(two));
      return profile.toBytes();
    }
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
    StoredReferences.pinned(stages, reference -> catalog.get(tenant, reference));
  }

  @Override
  public ObjectNode run(JobContext context) {
    Request request = Request.of(context.parameters());
    State committed =
        context
            .lastCommit()
            .map(commit -> RecordCodec.decode(commit.state(), State.class))
            .orElseGet(() -> begin(context, request));
    Manifest source = context.datasets().get(context.tenant(), committed.sourceVersionId());
    Recipe recipe = RefineSteps.recipe(committed.stages(), source, List.of());
    RecipeCheck.same(committed.keys(), recipe.keys(), "the coordinating node");
    Reservation target =
        context.datasets().reserve(context.tenant(), request.as(), context.jobId());
    Reservation rejects =
        context.datasets().reserve(context.tenant(), request.rejects(), context.jobId());
    context.attribute(source.versionId(), null);
    State[] state = {committed};
    try {
      refine(context, source, recipe, target, rejects, state);
    } catch (FencedException e) {
      throw e;
    } catch (NeuroWeaverException e) {
      if (!e.kind().retryable()) {
        takeBack(context, target, rejects, state[0]);
      }
      throw e;
    }
    Instant now = Instant.now();
    List<ChunkInfo> rejected = chunks(state[0], RefineOutcome::rejectChunks);
    Schema rejectsSchema = recipe.rejectsSchema();
    context
        .datasets()
        .commit(
            manifest(context, source, rejects, request.rejects(), rejectsSchema, rejected, now));
    List<ChunkInfo> kept = chunks(state[0], RefineOutcome::chunks);
    context
        .datasets()
        .commit(manifest(context, source, target, request.as(), recipe.schema(), kept, now));
    return report(context, request, recipe, state[0], source, target, rejects);
  }

  /** Fixes recipe and versions, so that nothing newer can slip into a later run of this job. */
  private static State begin(JobContext context, Request request) {
    Manifest newest = context.datasets().get(context.tenant(), request.dataset());
    String stages =
        StoredReferences.pinned(
                RecipeFiles.inlined(request.stages()),
                reference -> context.datasets().get(context.tenant(), reference))
            .toString();
    Recipe recipe = RefineSteps.recipe(stages, newest, List.of());
    String keys = recipe.keys();
    if (!keys.isEmpty()) {
      RecipeCheck.everywhere(
          context, new RecipeCheck.Question(context.tenant(), newest.versionId(), stages), keys);
    }
    State state =
        new State(
            newest.versionId(),
            stages,
            null,
            new TreeMap<>(),
            DatasetProfile.of(newest.schema()).toBytes(),
            DatasetProfile.of(recipe.schema()).toBytes(),
            new TreeMap<>(),
            keys);
    context.commit(0, RecordCodec.encode(state));
    return state;
  }

  private static void refine(
      JobContext context,
      Manifest source,
      Recipe recipe,
      Reservation target,
      Reservation rejects,
      State[] state) {
    List<Integer> waiting =
        IntStream.range(0, source.partitions())
            .filter(p -> !state[0].done().containsKey(p))
            .boxed()
            .toList();
    if (waiting.isEmpty()) {
      return;
    }
    String stages = state[0].stages();
    List<SurveyStage.Findings> found = surveys(context, source, recipe, stages);
    if (state[0].surveys() == null && !found.isEmpty()) {
      State surveyed = state[0].surveyed(reports(found).toString());
      context.commit(surveyed.done().size(), RecordCodec.encode(surveyed));
      state[0] = surveyed;
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
                stages,
                Survey.known(found, partition),
                target.versionId(),
                rejects.versionId(),
                state[0].keys()),
        (partition, outcome) -> {
          State next = state[0].with(partition, outcome);
          context.commit(next.done().size(), RecordCodec.encode(next));
          state[0] = next;
          long rows = sum(next, RefineOutcome::rowsIn);
          context.progress(new Progress("refining", rows, source.rows(), "rows", Map.of()));
        });
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
    for (SurveyStage.Findings each : found) {
      if (each.report() != null) {
        reports.add(each.report());
      }
    }
    return reports;
  }

  private static List<ChunkInfo> chunks(State state, Function<RefineOutcome, List<ChunkInfo>> of) {
    return state.done().values().stream().flatMap(outcome -> of.apply(outcome).stream()).toList();
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

  private static void takeBack(
      JobContext context, Reservation target, Reservation rejects, State state) {
    for (RefineOutcome outcome : state.done().values()) {
      remove(context, target.versionId(), outcome.chunks());
      remove(context, rejects.versionId(), outcome.rejectChunks());
    }
  }

  private static void remove(JobContext context, String versionId, List<ChunkInfo> chunks) {
    for (ChunkInfo chunk : chunks) {
      context
          .chunks()
          .remove(new ChunkKey(context.tenant(), versionId, chunk.partition(), chunk.sequence()));
    }
  }

  private static ObjectNode report(
      JobContext context,
      Request request,
      Recipe recipe,
      State state,
      Manifest source,
      Reservation target,
      Reservation rejects) {
    ObjectNode result = context.parameters().objectNode();
    result.put("dataset", request.as());
    result.put("dataset_id", target.datasetId());
    result.put("version_id", target.versionId());
    result.put("version", context.datasets().get(context.tenant(), target.versionId()).version());
    result.put("source_version_id", source.versionId());
    result.put("rows_in", sum(state, RefineOutcome::rowsIn));
    result.put("rows_kept", sum(state, RefineOutcome::rowsKept));
    counts(result.putObject("rejected"), state, RefineOutcome::rejected);
    counts(result.putObject("masked"), state, RefineOutcome::masked);
    examples(result.putObject("masked_examples"), state);
    counts(result.putObject("changed"), state, RefineOutcome::changed);
    if (recipe.expands()) {
      counts(result.putObject("made"), state, RefineOutcome::made);
    }
    JsonNode surveys = RefineSteps.json(state.surveys() == null ? "[]" : state.surveys());
    ArrayNode clusters = context.parameters().arrayNode();
    ArrayNode synthesis = context.parameters().arrayNode();
    surveys.forEach(
        said ->
            (said.path("stage").asText().equals(Synthesize.NAME) ? synthesis : clusters).add(said));
    if (!clusters.isEmpty()) {
      result.set("clusters", clusters);
    }
    if (!synthesis.isEmpty()) {
      result.set("synthesis", synthesis);
    }
    result.put("rejects_dataset", request.rejects());
    result.put("rejects_version_id", rejects.versionId());
    result.set("profile_before", before(state, recipe.maskedColumns()));
    result.set("profile_after", DatasetProfile.ofBytes(state.profileAfter()).toJson());
    return result;
  }

  /** Without the least and greatest values of columns whose values must not be seen. */
  private static ObjectNode before(State state, List<String> masked) {
    ObjectNode profile = DatasetProfile.ofBytes(state.profileBefore()).toJson();
    for (JsonNode column : profile.get("columns")) {
      if (masked.contains(column.get("name").asText())) {
        ((ObjectNode) column).putNull("min").putNull("max");
      }
    }
    return profile;
  }

  /** {@code {KIND: [{column, action, ordinal, text}]}}. */
  private static void examples(ObjectNode into, State state) {
    state
        .examples()
        .forEach(
            (kind, examples) -> {
              ArrayNode list = into.putArray(kind);
              for (MaskedExample example : examples) {
                list.addObject()
                    .put("column", example.column())
                    .put("action", example.action())
                    .put("ordinal", example.ordinal())
                    .put("text", example.text());
              }
            });
  }

  private static long sum(State state, Function<RefineOutcome, Long> of) {
    return state.done().values().stream().mapToLong(of::apply).sum();
  }

  private static void counts(
      ObjectNode into, State state, Function<RefineOutcome, Map<String, Long>> of) {
    TreeMap<String, Long> sums = new TreeMap<>();
    state
        .done()
        .values()
        .forEach(outcome -> of.apply(outcome).forEach((k, n) -> sums.merge(k, n, Long::sum)));
    sums.forEach(into::put);
  }
}
