package com.auterity.neuroweaver.jobs.refinement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointHostsTest {
  private static final EndpointHosts HOSTS = new EndpointHosts(List.of("LLM.example.com", "[::5]"));

  private static void check(String endpoint) {
    HOSTS.check(
        RefineSteps.json(
            "[{\"stage\": \"normalize\"}, {\"stage\": \"synthesize\", \"endpoint\": \"%s\"}]"
                .formatted(endpoint)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:8000/v1",
        "http://localhost/v1",
        "http://[::1]:8000/v1",
        "https://llm.example.com/v1",
        "https://LLM.Example.COM:8443/v1/",
        "https://[::5]/v1"
      })
  void rowsMayGoToThisMachineAndToNamedHosts(String endpoint) {
    check(endpoint);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.com/v1",
        "https://x.llm.example.com/v1",
        "https://llm.example.com.x.org/v1",
        "https://localhost.x.org/v1",
        "https://127.0.0.10/v1",
        "https://[::2]/v1"
      })
  void rowsGoNowhereElse(String endpoint) {
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> check(endpoint));
    assertEquals(ErrorKind.INVALID_INPUT, e.kind());
    assertTrue(e.getMessage().startsWith("stages[1] (synthesize).endpoint is on "), e.getMessage());
    assertTrue(e.getMessage().contains("`synthesis.hosts`"), e.getMessage());
  }
}
