package com.auterity.neuroweaver.jobs.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CudaChipTest {
  @ParameterizedTest
  @CsvSource({
    "Tesla K80, 3, 7",
    "Tesla P100, 6, 0",
    "Tesla V100, 7, 0",
    "Tesla T4, 7, 5",
    "A100, 8, 0",
    "RTX 3090, 8, 6",
    "L4, 8, 9"
  })
  void chipsUpToAdaHaveCode(String name, int major, int minor) {
    new CudaChip(name, major, minor).check();
  }

  @ParameterizedTest
  @CsvSource({"Tesla K40, 3, 5", "NVIDIA H100, 9, 0", "NVIDIA B200, 10, 0", "RTX 5090, 12, 0"})
  void otherChipsAreRefusedByNameWithWhatCanBeUsedInstead(String name, int major, int minor) {
    CudaChip chip = new CudaChip(name, major, minor);
    assertFalse(chip.hasCode());
    NeuroWeaverException refused = assertThrows(NeuroWeaverException.class, chip::check);
    assertEquals(ErrorKind.UNPROCESSABLE, refused.kind());
    assertTrue(refused.getMessage().contains(name), refused.getMessage());
    assertTrue(refused.getMessage().contains(major + "." + minor), refused.getMessage());
    assertTrue(refused.getMessage().contains("device: cpu"), refused.getMessage());
  }

  @Test
  void aChipRunsCodeOfALowerMinorButNotOfAnotherMajor() {
    assertTrue(new CudaChip("x", 8, 7).hasCode());
    assertFalse(new CudaChip("x", 4, 9).hasCode());
  }
}
