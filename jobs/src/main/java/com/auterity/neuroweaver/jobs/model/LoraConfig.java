package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Low-rank adaptation (Hu et al. 2021): rank {@code r}, scale {@code alpha / r}, dropout on the
 * adapter's input, and the linear maps it is put beside, named as in PEFT.
 */
public record LoraConfig(int r, double alpha, double dropout, List<String> targetModules) {
  /** Every linear map of a block, in the order adapters are stored. */
  public static final List<String> ALL_MODULES =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  /** Keeps the modules in the order of {@link #ALL_MODULES}, whatever order they came in. */
  public LoraConfig {
    if (r < 1 || r > 1024) {
      throw NeuroWeaverException.invalid("lora_r must be between 1 and 1024, found " + r);
    }
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw NeuroWeaverException.invalid("lora_alpha must be positive, found " + alpha);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw NeuroWeaverException.invalid(
          "lora_dropout must be at least 0 and below 1, found " + dropout);
    }
    if (targetModules.isEmpty()) {
      throw NeuroWeaverException.invalid(
          "lora_target_modules is empty; name some of " + ALL_MODULES);
    }
    Set<String> wanted = new LinkedHashSet<>(targetModules);
    for (String module : wanted) {
      if (!ALL_MODULES.contains(module)) {
        throw NeuroWeaverException.invalid(
            "lora_target_modules names '%s'; it may name %s".formatted(module, ALL_MODULES));
      }
    }
    targetModules = ALL_MODULES.stream().filter(wanted::contains).toList();
  }

  /** What the low-rank product is multiplied with. */
  public float scale() {
    return (float) (alpha / r);
  }
}
