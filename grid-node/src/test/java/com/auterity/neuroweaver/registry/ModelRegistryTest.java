package com.auterity.neuroweaver.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.client.Model;
import com.auterity.neuroweaver.client.ModelVersion;
import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.datasets.store.MemoryBlobStore;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
  private static final String T = "default";

  @TempDir Path folder;
  private ModelRegistry registry;
  private Deployments deployments;
  private String first;
  private String second;
  private String config;

  @BeforeEach
  void fill() {
    MemoryBlobStore blobs = new MemoryBlobStore(folder);
    first = blobs.put("one".getBytes(StandardCharsets.UTF_8));
    second = blobs.put("two".getBytes(StandardCharsets.UTF_8));
    config = blobs.put("{}".getBytes(StandardCharsets.UTF_8));
    Registries registries = new Registries(blobs);
    registry = registries.registry();
    deployments = registries.deployments();
  }

  private NewVersion version(String version, String adapter) {
    return Registries.version("service-advisor", version, adapter, config);
  }

  @Test
  void aVersionKeepsItsLineage() {
    registry.register(T, version("1.0.0", first));
    Model model = registry.show(T, "service-advisor");
    assertEquals(model, registry.show(T, model.modelId()));
    ModelVersion version = model.versions().get(0);
    assertEquals("1.0.0", version.version());
    assertEquals("nano", version.baseModel());
    assertEquals("base-sha", version.baseModelSha256());
    assertEquals(first, version.adapterSha256());
    assertEquals(List.of("dsv_1"), version.datasetVersionIds());
    assertEquals("job_1", version.trainingJobId());
    assertEquals(8, version.configuration().get("lora_r").intValue());
    assertEquals(Map.of("op_code_accuracy", 0.9), version.metrics());
  }

  @Test
  void theSameContentAgainGivesTheVersionThatIsThere() {
    ModelVersion one = registry.register(T, version("1.0.0", first));
    NewVersion again = version("1.0.0", first);
    ObjectNode otherDataset = again.configuration().deepCopy().put("dataset", "requests@2");
    NewVersion retrained =
        new NewVersion(
            again.name(),
            again.version(),
            again.baseModel(),
            again.baseModelSha256(),
            again.adapterBlob(),
            again.adapterConfigBlob(),
            again.adapterSha256(),
            List.of("dsv_2"),
            "job_2",
            otherDataset,
            Map.of());
    assertEquals(one.versionId(), registry.register(T, again).versionId());
    assertEquals(one.versionId(), registry.register(T, retrained).versionId());
    assertEquals(1, registry.show(T, "service-advisor").versions().size());
  }

  @Test
  void otherContentUnderTheSameVersionIsAConflict() {
    registry.register(T, version("1.0.0", first));
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> registry.register(T, version("1.0.0", second)));
    assertEquals(ErrorKind.CONFLICT, e.kind());
    assertTrue(e.getMessage().contains("service-advisor@1.0.0"), e.getMessage());
    assertEquals(first, registry.version(T, "service-advisor@1.0.0").adapterSha256());
  }

  @Test
  void anAdapterThatTheGridDoesNotHaveIsRefusedAndLeavesNoModel() {
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> registry.register(T, version("1.0.0", "ab")));
    assertEquals(ErrorKind.NOT_FOUND, e.kind());
    assertTrue(registry.list(T).isEmpty());
  }

  @Test
  void aNameMeansTheNewestRelease() {
    registry.register(T, version("1.10.0", first));
    registry.register(T, version("1.9.0", second));
    registry.register(T, version("2.0.0-rc.1", second));
    assertEquals("1.10.0", registry.version(T, "service-advisor").version());
    assertEquals("2.0.0-rc.1", registry.version(T, "service-advisor@2.0.0-rc.1").version());
    String id = registry.version(T, "service-advisor@1.9.0").versionId();
    assertEquals("1.9.0", registry.version(T, id).version());
    assertEquals(
        List.of("1.10.0", "1.9.0", "2.0.0-rc.1"),
        registry.show(T, "service-advisor").versions().stream()
            .map(ModelVersion::version)
            .toList());
  }

  @Test
  void anAliasMoves() {
    registry.register(T, version("1.0.0", first));
    registry.register(T, version("2.0.0", second));
    registry.alias(T, "service-advisor", "champion", "1.0.0");
    assertEquals("1.0.0", registry.model(T, "service-advisor@champion").version());
    registry.alias(T, "service-advisor", "champion", "2.0.0");
    assertEquals("2.0.0", registry.model(T, "service-advisor@champion").version());
    assertEquals(List.of("champion"), registry.version(T, "service-advisor@2.0.0").aliases());
    assertEquals(List.of(), registry.version(T, "service-advisor@1.0.0").aliases());
    assertThrows(
        NeuroWeaverException.class, () -> registry.alias(T, "service-advisor", "3.0.0", "1.0.0"));
  }

  @Test
  void whatIsNotThereIsNamedWithWhatIs() {
    registry.register(T, version("1.0.0", first));
    NeuroWeaverException noModel =
        assertThrows(NeuroWeaverException.class, () -> registry.version(T, "advisor"));
    assertEquals(ErrorKind.NOT_FOUND, noModel.kind());
    assertTrue(noModel.getMessage().contains("service-advisor"), noModel.getMessage());
    NeuroWeaverException noVersion =
        assertThrows(
            NeuroWeaverException.class, () -> registry.version(T, "service-advisor@3.0.0"));
    assertTrue(noVersion.getMessage().contains("1.0.0"), noVersion.getMessage());
    assertThrows(
        NeuroWeaverException.class, () -> registry.show("other-tenant", "service-advisor"));
  }

  @Test
  void aDeploymentGoesThroughItsStates() {
    registry.register(T, version("1.0.0", first));
    ModelVersionRow row = registry.row(T, "service-advisor");
    assertEquals(DeploymentState.LOADING, deployments.begin(T, "advisor", row, "job_1").state());
    NeuroWeaverException loading =
        assertThrows(NeuroWeaverException.class, () -> registry.deployment(T, "advisor"));
    assertEquals(ErrorKind.CONFLICT, loading.kind());
    assertThrows(
        NeuroWeaverException.class,
        () -> deployments.begin(T, "advisor", row, "job_2"),
        "another job loads it");
    assertEquals(
        DeploymentState.LOADING,
        deployments.begin(T, "advisor", row, "job_1").state(),
        "the same job goes on after a crash");
    deployments.ready(T, "advisor", row, "job_1");
    assertEquals("1.0.0", registry.deployment(T, "advisor").version());
    assertEquals(
        List.of("advisor"),
        registry.show(T, "service-advisor").deployments().stream().map(d -> d.name()).toList());
    deployments.undeploy(T, "advisor");
    NeuroWeaverException gone =
        assertThrows(NeuroWeaverException.class, () -> registry.deployment(T, "advisor"));
    assertEquals(ErrorKind.NOT_FOUND, gone.kind());
    assertThrows(NeuroWeaverException.class, () -> deployments.undeploy(T, "advisor"));
    assertEquals(DeploymentState.LOADING, deployments.begin(T, "advisor", row, "job_3").state());
    deployments.failed(T, "advisor", "job_3", "disk full");
    NeuroWeaverException failed =
        assertThrows(NeuroWeaverException.class, () -> registry.deployment(T, "advisor"));
    assertTrue(failed.getMessage().contains("disk full"), failed.getMessage());
  }

  @Test
  void aDeploymentServesItsOldVersionUntilTheNewOneIsReady() {
    registry.register(T, version("1.0.0", first));
    registry.register(T, version("2.0.0", second));
    ModelVersionRow one = registry.row(T, "service-advisor@1.0.0");
    ModelVersionRow two = registry.row(T, "service-advisor@2.0.0");
    deployments.begin(T, "advisor", one, "job_1");
    deployments.ready(T, "advisor", one, "job_1");
    deployments.begin(T, "advisor", two, "job_2");
    assertEquals("1.0.0", registry.deployment(T, "advisor").version());
    deployments.failed(T, "advisor", "job_2", "no memory");
    assertEquals("1.0.0", registry.deployment(T, "advisor").version());
    deployments.begin(T, "advisor", two, "job_3");
    deployments.ready(T, "advisor", two, "job_3");
    assertEquals("2.0.0", registry.deployment(T, "advisor").version());
  }

  @Test
  void aDeploymentRemovedWhileItLoadsDoesNotBecomeReady() {
    registry.register(T, version("1.0.0", first));
    ModelVersionRow row = registry.row(T, "service-advisor");
    deployments.begin(T, "advisor", row, "job_1");
    deployments.undeploy(T, "advisor");
    NeuroWeaverException e =
        assertThrows(
            NeuroWeaverException.class, () -> deployments.ready(T, "advisor", row, "job_1"));
    assertTrue(e.getMessage().contains("REMOVED"), e.getMessage());
    assertTrue(e.getMessage().contains("READY"), e.getMessage());
  }

  @Test
  void badNamesAreRefused() {
    for (String name : new String[] {"", "Service Advisor", "a@b", "-x", null}) {
      assertThrows(
          NeuroWeaverException.class, () -> Registries.version(name, "1.0.0", first, config));
    }
  }
}
