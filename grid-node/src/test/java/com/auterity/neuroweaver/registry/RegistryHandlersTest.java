package com.auterity.neuroweaver.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.ModelVersion;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.auterity.neuroweaver.jobs.grid.JobHandler;
import com.auterity.neuroweaver.jobs.inference.LoadModel;
import com.auterity.neuroweaver.registry.FinishedJobs.FinishedJob;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryHandlersTest {
  private static final String T = "default";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private ModelRegistry registry;
  private Deployments deployments;
  private RegisterHandler register;
  private DeployHandler deploy;

  @BeforeEach
  void fill() {
    MemoryBlobStore blobs = new MemoryBlobStore(folder);
    Registries registries = new Registries(blobs);
    registry = registries.registry();
    deployments = registries.deployments();
    ObjectNode trained = JSON.createObjectNode();
    String adapter = blobs.put("weights".getBytes(StandardCharsets.UTF_8));
    trained.put("adapter_blob", adapter).put("adapter_sha256", adapter);
    trained.put("adapter_config_blob", blobs.put("{}".getBytes(StandardCharsets.UTF_8)));
    trained.put("base_model_sha256", "base-sha").put("dataset_version_id", "dsv_9");
    trained.put("loss_first", 5.0).put("loss_last", 0.5).put("steps", 100);
    ObjectNode evaluated = JSON.createObjectNode().put("op_code_accuracy", 0.83);
    evaluated.putNull("valid_json");
    Map<String, FinishedJob> jobs =
        Map.of(
            "job_train",
            new FinishedJob("job_train", "train", Registries.configuration(), trained),
            "job_evaluate",
            new FinishedJob("job_evaluate", "evaluate", JSON.createObjectNode(), evaluated));
    register =
        new RegisterHandler(
            registry,
            (tenant, id) -> {
              if (!jobs.containsKey(id)) {
                throw NeuroWeaverException.notFound("there is no job " + id);
              }
              return jobs.get(id);
            });
    deploy = new DeployHandler(registry, deployments);
  }

  private static ObjectNode registering(String version) {
    return JSON.createObjectNode()
        .put("name", "service-advisor")
        .put("version", version)
        .put("train", "job_train")
        .put("evaluate", "job_evaluate");
  }

  private static ObjectNode run(
      JobHandler handler,
      ObjectNode parameters,
      List<String> nodes,
      Function<String, CompletableFuture<? extends Record>> answers)
      throws Exception {
    handler.validate(T, parameters);
    return handler.run(new HandJob(parameters, nodes, answers));
  }

  private ObjectNode registered(ObjectNode parameters) throws Exception {
    return run(register, parameters, List.of(), node -> null);
  }

  private static CompletableFuture<LoadModel.Loaded> loaded(String node) {
    return CompletableFuture.completedFuture(new LoadModel.Loaded(node));
  }

  @Test
  void aTrainedAdapterBecomesAVersionWithItsLineageAndFigures() throws Exception {
    ObjectNode parameters = registering("1.0.0");
    parameters.putArray("aliases").add("champion");
    ObjectNode result = registered(parameters);
    ModelVersion version = registry.version(T, "service-advisor@champion");
    assertEquals(version.versionId(), result.get("version_id").textValue());
    assertEquals("nano", version.baseModel());
    assertEquals("base-sha", version.baseModelSha256());
    assertEquals(List.of("dsv_9"), version.datasetVersionIds());
    assertEquals("job_train", version.trainingJobId());
    assertEquals(
        Map.of("loss_first", 5.0, "loss_last", 0.5, "op_code_accuracy", 0.83), version.metrics());
    assertEquals(
        result.get("version_id"),
        registered(parameters).get("version_id"),
        "a job that runs again after a crash registers the same");
  }

  @Test
  void wrongRegistrationsAreRefused() {
    for (ObjectNode wrong :
        List.of(
            registering("1"),
            registering("1.0.0").put("train", "job_evaluate"),
            registering("1.0.0").put("evaluate", "job_lost"),
            registering("1.0.0").put("name", "Service Advisor"),
            registering("1.0.0").put("stage", "prod"),
            registering("1.0.0").put("train", 7))) {
      assertThrows(NeuroWeaverException.class, () -> register.validate(T, wrong), wrong::toString);
    }
  }

  @Test
  void aModelIsLoadedOnEveryNodeBeforeItIsReady() throws Exception {
    registered(registering("1.0.0"));
    ObjectNode parameters = JSON.createObjectNode().put("model", "service-advisor");
    ObjectNode result =
        run(
            deploy,
            parameters,
            List.of("n1", "n2"),
            node -> {
              NeuroWeaverException e =
                  assertThrows(
                      NeuroWeaverException.class, () -> registry.deployment(T, "service-advisor"));
              assertTrue(e.getMessage().contains("LOADING"), e.getMessage());
              return loaded(node);
            });
    assertEquals("READY", result.get("state").textValue());
    assertEquals(2, result.get("nodes").size());
    assertEquals("1.0.0", registry.deployment(T, "service-advisor").version());
  }

  @Test
  void aNodeThatLeavesMeanwhileDoesNotHoldItUp() throws Exception {
    registered(registering("1.0.0"));
    ObjectNode parameters =
        JSON.createObjectNode().put("model", "service-advisor").put("version", "1.0.0");
    HandJob[] job = new HandJob[1];
    job[0] =
        new HandJob(
            parameters.put("name", "advisor"),
            List.of("n1", "n2"),
            node -> {
              if (node.equals("n1")) {
                return loaded(node);
              }
              job[0].leave("n2");
              return CompletableFuture.failedFuture(
                  new NeuroWeaverException(ErrorKind.UNAVAILABLE, "node n2 left"));
            });
    assertEquals(1, deploy.run(job[0]).get("nodes").size());
    assertEquals("1.0.0", registry.deployment(T, "advisor").version());
  }

  @Test
  void aModelThatANodeCannotLoadIsAFailedDeploymentThatSaysWhy() throws Exception {
    registered(registering("1.0.0"));
    ObjectNode parameters = JSON.createObjectNode().put("model", "service-advisor@1.0.0");
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class,
            () ->
                run(
                    deploy,
                    parameters,
                    List.of("n1", "n2"),
                    node ->
                        node.equals("n1")
                            ? loaded(node)
                            : CompletableFuture.failedFuture(
                                new NeuroWeaverException(
                                    ErrorKind.NOT_FOUND, "no base model nano"))));
    assertEquals("no base model nano", e.getMessage());
    assertEquals("FAILED", deployments.list(T).get(0).state());
    NeuroWeaverException asked =
        assertThrows(NeuroWeaverException.class, () -> registry.deployment(T, "service-advisor"));
    assertTrue(asked.getMessage().contains("no base model nano"), asked.getMessage());
    run(deploy, parameters, List.of("n1"), RegistryHandlersTest::loaded);
    assertEquals("READY", deployments.list(T).get(0).state(), "and may be tried again");
  }

  @Test
  void deployingWhatIsNotRegisteredIsRefused() {
    ObjectNode parameters = JSON.createObjectNode().put("model", "service-advisor");
    NeuroWeaverException e =
        assertThrows(NeuroWeaverException.class, () -> deploy.validate(T, parameters));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
  }
}
