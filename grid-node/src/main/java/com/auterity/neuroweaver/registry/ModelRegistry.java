package com.auterity.neuroweaver.registry;

import com.auterity.neuroweaver.client.Deployment;
import com.auterity.neuroweaver.client.Model;
import com.auterity.neuroweaver.client.ModelVersion;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.BlobStore;
import com.auterity.neuroweaver.datasets.table.RecordTable;
import com.auterity.neuroweaver.jobs.evaluation.AdapterSource;
import com.auterity.neuroweaver.jobs.inference.ModelSource;
import com.auterity.neuroweaver.jobs.inference.ServedModel;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Models, their immutable versions with lineage, and aliases. Thread-safe; state is the tables. */
public final class ModelRegistry implements ModelSource, AdapterSource {
  /** Newest last: releases above pre-releases, then by precedence. */
  private static final Comparator<ModelVersionRow> AGE =
      Comparator.comparing((ModelVersionRow row) -> SemanticVersion.parse(row.version()).release())
          .thenComparing(row -> SemanticVersion.parse(row.version()));

  private static final ObjectMapper JSON = new ObjectMapper();

  private final RecordTable<ModelRow> models;
  private final RecordTable<ModelVersionRow> versions;
  private final RecordTable<AliasRow> aliases;
  private final Deployments deployments;
  private final BlobStore blobs;
  private final UnaryOperator<String> ids;
  private final Clock clock;

  /**
   * @param ids makes a new id from its kind: {@code model} gives {@code model_...}
   */
  public ModelRegistry(
      RecordTable<ModelRow> models,
      RecordTable<ModelVersionRow> versions,
      RecordTable<AliasRow> aliases,
      Deployments deployments,
      BlobStore blobs,
      UnaryOperator<String> ids,
      Clock clock) {
    this.models = models;
    this.versions = versions;
    this.aliases = aliases;
    this.deployments = deployments;
    this.blobs = blobs;
    this.ids = ids;
    this.clock = clock;
  }

  /** Registers a version; the same content again gives what is there, other content is CONFLICT. */
  public ModelVersion register(String tenant, NewVersion wanted) {
    requireBlob(wanted, "adapter", wanted.adapterBlob());
    requireBlob(wanted, "adapter configuration", wanted.adapterConfigBlob());
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    models.insert(new ModelRow(tenant, wanted.name(), ids.apply("model"), now));
    ModelRow model = models.get(tenant, wanted.name()).orElseThrow();
    ModelVersionRow row =
        new ModelVersionRow(
            tenant,
            wanted.name(),
            wanted.version(),
            model.modelId(),
            ids.apply("mv"),
            wanted.contentSha256(),
            wanted.baseModel(),
            wanted.baseModelSha256(),
            wanted.adapterBlob(),
            wanted.adapterConfigBlob(),
            wanted.adapterSha256(),
            String.join(",", wanted.datasetVersionIds()),
            wanted.trainingJobId(),
            wanted.configuration().toString(),
            JSON.valueToTree(wanted.metrics()).toString(),
            now);
    if (versions.insert(row)) {
      return wire(row, List.of());
    }
    ModelVersionRow there = versions.get(tenant, wanted.name(), wanted.version()).orElseThrow();
    if (!there.contentSha256().equals(row.contentSha256())) {
      throw new NeuroWeaverException(
          ErrorKind.CONFLICT,
          there.label()
              + " is registered already with other content (adapter "
              + there.adapterSha256()
              + " on base model "
              + there.baseModelSha256()
              + ", from job "
              + there.trainingJobId()
              + "); a version never changes: register this one under a new version",
          Map.of(
              "model", there.name(), "version", there.version(), "version_id", there.versionId()));
    }
    return wire(there, aliasRows(tenant, there.name()));
  }

  private void requireBlob(NewVersion wanted, String what, String blob) {
    if (blob != null && !blobs.contains(blob)) {
      throw NeuroWeaverException.notFound(
          wanted.name()
              + "@"
              + wanted.version()
              + ": the grid has no blob "
              + blob
              + " for the "
              + what);
    }
  }

  /** All models by name. */
  public List<Model> list(String tenant) {
    Map<String, List<ModelVersionRow>> byName =
        versions.where(Map.of("tenant", tenant)).stream()
            .collect(Collectors.groupingBy(ModelVersionRow::name));
    return models.where(Map.of("tenant", tenant)).stream()
        // A model whose first version was refused or never came is none.
        .filter(model -> byName.containsKey(model.name()))
        .map(model -> wire(model, byName.get(model.name())))
        .toList();
  }

  /** A model by name or model id; NOT_FOUND naming the models there are. */
  public Model show(String tenant, String reference) {
    for (ModelRow model : models.where(Map.of("tenant", tenant))) {
      if (model.name().equals(reference) || model.modelId().equals(reference)) {
        List<ModelVersionRow> rows = versionRows(tenant, model.name());
        if (!rows.isEmpty()) {
          return wire(model, rows);
        }
      }
    }
    throw noModel(tenant, reference);
  }

  /** A version by name (newest), name@version, name@alias or version id. */
  public ModelVersion version(String tenant, String reference) {
    ModelVersionRow row = row(tenant, reference);
    return wire(row, aliasRows(tenant, row.name()));
  }

  /** Points an alias of a model at one of its versions, moving it if it was there. */
  public void alias(String tenant, String model, String alias, String version) {
    NewVersion.requireName("alias", alias);
    if (SemanticVersion.isOne(alias)) {
      throw NeuroWeaverException.invalid(
          "alias '" + alias + "' looks like a version; choose a word such as champion");
    }
    ModelVersionRow row = row(tenant, model + "@" + version);
    aliases.put(
        new AliasRow(
            tenant,
            row.name(),
            alias,
            row.version(),
            clock.instant().truncatedTo(ChronoUnit.MICROS)));
  }

  @Override
  public ServedModel model(String tenant, String reference) {
    return row(tenant, reference).served();
  }

  @Override
  public ServedModel deployment(String tenant, String name) {
    DeploymentRow deployment = deployments.ready(tenant, name);
    return versions
        .get(tenant, deployment.model(), deployment.version())
        .orElseThrow(() -> noModel(tenant, deployment.model()))
        .served();
  }

  @Override
  public Optional<AdapterFiles> find(String tenant, String reference) {
    ModelVersionRow row;
    try {
      row = row(tenant, reference);
    } catch (NeuroWeaverException e) {
      if (e.kind() == ErrorKind.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
    return row.adapterBlob() == null
        ? Optional.empty()
        : Optional.of(new AdapterFiles(row.adapterBlob(), row.adapterConfigBlob()));
  }

  ModelVersionRow row(String tenant, String reference) {
    if (reference.startsWith("mv_")) {
      List<ModelVersionRow> found =
          versions.where(Map.of("tenant", tenant, "versionId", reference));
      if (!found.isEmpty()) {
        return found.get(0);
      }
    }
    int at = reference.indexOf('@');
    String name = at < 0 ? reference : reference.substring(0, at);
    if (at < 0) {
      return versionRows(tenant, name).stream()
          .max(AGE)
          .orElseThrow(() -> noModel(tenant, reference));
    }
    String wanted = reference.substring(at + 1);
    String version =
        SemanticVersion.isOne(wanted)
            ? wanted
            : aliases.get(tenant, name, wanted).map(AliasRow::version).orElse(wanted);
    return versions
        .get(tenant, name, version)
        .orElseThrow(
            () -> {
              List<ModelVersionRow> there = versionRows(tenant, name);
              return there.isEmpty()
                  ? noModel(tenant, reference)
                  : NeuroWeaverException.notFound(
                      "model "
                          + name
                          + " has no version or alias '"
                          + wanted
                          + "'; its versions are "
                          + there.stream().map(ModelVersionRow::version).toList());
            });
  }

  private List<ModelVersionRow> versionRows(String tenant, String name) {
    return versions.where(Map.of("tenant", tenant, "name", name));
  }

  private List<AliasRow> aliasRows(String tenant, String name) {
    return aliases.where(Map.of("tenant", tenant, "name", name));
  }

  private NeuroWeaverException noModel(String tenant, String reference) {
    List<String> names = list(tenant).stream().map(Model::name).toList();
    return NeuroWeaverException.notFound(
        "there is no model '"
            + reference
            + "'; "
            + (names.isEmpty() ? "none is registered yet" : "registered are " + names));
  }

  private Model wire(ModelRow model, List<ModelVersionRow> rows) {
    List<AliasRow> words = aliasRows(model.tenant(), model.name());
    List<ModelVersionRow> newestFirst = new ArrayList<>(rows);
    newestFirst.sort(AGE.reversed());
    List<Deployment> serving =
        deployments.list(model.tenant()).stream()
            .filter(deployment -> model.name().equals(deployment.model()))
            .toList();
    return new Model(
        model.modelId(),
        model.name(),
        newestFirst.stream().map(row -> wire(row, words)).toList(),
        serving);
  }

  private static ModelVersion wire(ModelVersionRow row, List<AliasRow> words) {
    try {
      return new ModelVersion(
          row.versionId(),
          row.version(),
          words.stream()
              .filter(word -> word.version().equals(row.version()))
              .map(AliasRow::alias)
              .toList(),
          row.baseModel(),
          row.baseModelSha256(),
          row.adapterSha256(),
          row.datasetVersionIds().isEmpty()
              ? List.of()
              : List.of(row.datasetVersionIds().split(",")),
          row.trainingJobId(),
          JSON.readTree(row.configuration()),
          JSON.readValue(row.metrics(), new TypeReference<Map<String, Double>>() {}),
          row.createdAt());
    } catch (JsonProcessingException e) {
      throw new NeuroWeaverException(
          ErrorKind.CORRUPT, "row of " + row.label() + " holds no JSON", Map.of(), e);
    }
  }
}
