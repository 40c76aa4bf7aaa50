package com.auterity.neuroweaver.jobs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.SharedData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Llama2cCheckpointTest {
  @TempDir Path folder;

  @Test
  void storiesHasTheShapeItsReadmeTells() {
    Llama2cCheckpoint stories = read(SharedData.get("stories260K/stories260K.bin"));
    ModelConfig config = stories.config();
    assertEquals(64, config.hiddenSize());
    assertEquals(172, config.intermediateSize());
    assertEquals(4, config.kvHeads());
    assertEquals(8, config.headDim());
    assertEquals(512, config.vocabSize());
    assertTrue(config.ropeInterleaved() && config.tiedEmbeddings());
    assertEquals(3 + 5 * 9 - 1, stories.weights().size());
    assertEquals(172 * 64, stories.weights().get("model.layers.4.mlp.up_proj.weight").length);
    // Trained norms lie around one; a reader that is off by a field would see something else.
    for (String norm :
        new String[] {"model.layers.0.input_layernorm.weight", "model.norm.weight"}) {
      double mean = 0;
      for (float v : stories.weights().get(norm)) {
        mean += v / 64;
      }
      assertTrue(mean > 0.1 && mean < 10, norm + " has mean " + mean);
    }
  }

  @Test
  void aFileOfAnotherLengthThanItsHeaderTellsIsRefused() throws Exception {
    byte[] bytes = Files.readAllBytes(SharedData.get("stories260K/stories260K.bin"));
    Path file = folder.resolve("cut.bin");
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 4));
    NeuroWeaverException e = assertThrows(NeuroWeaverException.class, () -> read(file));
    assertTrue(e.getMessage().contains("needs " + bytes.length), e.getMessage());
    Files.write(file, new byte[10]);
    assertThrows(NeuroWeaverException.class, () -> read(file));
  }

  private static Llama2cCheckpoint read(Path file) {
    return Llama2cCheckpoint.read(file);
  }
}
