package com.auterity.neuroweaver.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SemanticVersionTest {
  /** The order of the specification's section 11. */
  private static final List<String> ORDERED =
      List.of(
          "0.9.9",
          "1.0.0-alpha",
          "1.0.0-alpha.1",
          "1.0.0-alpha.beta",
          "1.0.0-beta",
          "1.0.0-beta.2",
          "1.0.0-beta.11",
          "1.0.0-rc.1",
          "1.0.0",
          "1.0.2",
          "1.0.10",
          "1.2.0",
          "10.0.0");

  @Test
  void sortsAsTheSpecificationSays() {
    List<SemanticVersion> versions =
        new ArrayList<>(ORDERED.stream().map(SemanticVersion::parse).toList());
    Collections.shuffle(versions, new Random(1));
    Collections.sort(versions);
    assertEquals(ORDERED, versions.stream().map(SemanticVersion::toString).toList());
  }

  @Test
  void refusesWhatIsNoVersion() {
    for (String wrong :
        new String[] {"1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "latest", "", null}) {
      NeuroWeaverException e =
          assertThrows(NeuroWeaverException.class, () -> SemanticVersion.parse(wrong));
      assertTrue(e.getMessage().contains("1.0.0"), e.getMessage());
    }
  }
}
