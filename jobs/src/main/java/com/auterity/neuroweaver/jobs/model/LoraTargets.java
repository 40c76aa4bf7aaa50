package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Which modules an adapter is put beside, chosen as PEFT chooses them.
 *
 * @param modules names or paths, each matching a module's whole path or its end from a dot on
 * @param pattern a regular expression over whole paths in place of names, else null
 * @param exclude names or paths of modules left out all the same
 * @param excludePattern a regular expression in place of those, else null
 * @param layers layers to which names apply; empty: all
 */
public record LoraTargets(
    List<String> modules,
    String pattern,
    List<String> exclude,
    String excludePattern,
    List<Integer> layers) {
  /** PEFT's word for every linear map but the head. */
  public static final String ALL_LINEAR = "all-linear";

  private static final int MOST_LAYERS = 256;

  /** Puts names in one order, whatever order they came in: those of a block first, as stored. */
  public LoraTargets {
    modules = ordered(modules);
    exclude = ordered(exclude);
    layers = List.copyOf(new TreeSet<>(layers));
    if (modules.isEmpty() == (pattern == null)) {
      throw NeuroWeaverException.invalid(
          pattern == null
              ? "lora_target_modules is empty; name some of " + LoraConfig.ALL_MODULES
              : "target modules are either names or one expression, found both");
    }
    if (pattern != null) {
      ModulePattern.full("target_modules", pattern);
      if (!layers.isEmpty()) {
        throw NeuroWeaverException.invalid(
            "layers_to_transform goes with target_modules that are a list, not an expression");
      }
    }
    if (excludePattern != null) {
      ModulePattern.full("exclude_modules", excludePattern);
    }
  }

  /** Names or paths; each must end in one of {@link LoraConfig#ALL_MODULES}. */
  public static LoraTargets named(List<String> modules) {
    for (String module : modules) {
      if (!LoraConfig.ALL_MODULES.contains(module.substring(module.lastIndexOf('.') + 1))) {
        throw NeuroWeaverException.invalid(
            "lora_target_modules names '%s'; it may name %s"
                .formatted(module, LoraConfig.ALL_MODULES));
      }
    }
    return new LoraTargets(modules, null, List.of(), null, List.of());
  }

  /**
   * {@link #ALL_LINEAR}, or else the modules whose whole paths match an expression, which must be
   * some of a model's, however many layers it has.
   */
  public static LoraTargets matching(String text) {
    if (text.equalsIgnoreCase(ALL_LINEAR)) {
      return named(LoraConfig.ALL_MODULES);
    }
    ModulePattern pattern = ModulePattern.full("lora_target_modules", text);
    LoraTargets targets = new LoraTargets(List.of(), text, List.of(), null, List.of());
    for (int layer = 0; layer < MOST_LAYERS; layer++) {
      for (LinearKind kind : LinearKind.values()) {
        if (pattern.matches(kind.path(layer))) {
          return targets;
        }
      }
    }
    throw NeuroWeaverException.invalid(
        ("lora_target_modules is the text '%s', which is no path of a linear map such as %s; right"
                + " would be a list of names, 'all-linear', or an expression that matches paths")
            .formatted(text, LinearKind.Q.path(0)));
  }

  /** Whether the module of this path is adapted; {@code layer} is -1 outside of the blocks. */
  boolean selects(int layer, String path) {
    if (excludePattern != null
        ? ModulePattern.full("exclude_modules", excludePattern).matches(path)
        : ends(path, exclude)) {
      return false;
    }
    if (pattern != null) {
      return ModulePattern.full("target_modules", pattern).matches(path);
    }
    return ends(path, modules) && (layers.isEmpty() || layers.contains(layer));
  }

  private static boolean ends(String path, List<String> names) {
    for (String name : names) {
      if (path.equals(name) || path.endsWith("." + name)) {
        return true;
      }
    }
    return false;
  }

  private static List<String> ordered(List<String> names) {
    TreeSet<String> others = new TreeSet<>(names);
    List<String> ordered = new ArrayList<>();
    for (String module : LoraConfig.ALL_MODULES) {
      if (others.remove(module)) {
        ordered.add(module);
      }
    }
    ordered.addAll(others);
    return List.copyOf(ordered);
  }
}
