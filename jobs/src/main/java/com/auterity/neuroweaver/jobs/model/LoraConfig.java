package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Low-rank adaptation (Hu et al. 2021) as PEFT describes it: rank {@code r}, scale {@code alpha /
 * r} (with {@code rslora} alpha / sqrt(r), Kalajdzievski 2023), dropout on the adapter's input, and
 * the linear maps it is put beside. The patterns give single maps another rank or alpha: the first
 * of their keys that matches a map's path or its end counts, a key being a regular expression.
 */
public record LoraConfig(
    int r,
    double alpha,
    double dropout,
    LoraTargets targets,
    boolean rslora,
    Map<String, Integer> rankPattern,
    Map<String, Double> alphaPattern) {
  /** Every linear map of a block, in the order adapters are stored. */
  public static final List<String> ALL_MODULES =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  public static final int MAX_RANK = 1024;

  public LoraConfig {
    checkRank("lora_r", r);
    checkAlpha("lora_alpha", alpha);
    if (!(dropout >= 0 && dropout < 1)) {
      throw NeuroWeaverException.invalid(
          "lora_dropout must be at least 0 and below 1, found " + dropout);
    }
    // The order of the keys decides, so it is kept.
    rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
    alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
    rankPattern.forEach((key, rank) -> checkRank("rank_pattern of " + key, rank));
    alphaPattern.forEach((key, value) -> checkAlpha("alpha_pattern of " + key, value));
  }

  /** The same rank and alpha everywhere, beside the modules of these names or paths. */
  public LoraConfig(int r, double alpha, double dropout, List<String> targetModules) {
    this(r, alpha, dropout, LoraTargets.named(targetModules), false, Map.of(), Map.of());
  }

  /** One map of an adapter that is described map by map. */
  record Place(int layer, LinearKind kind, int rank, double alpha) {}

  /**
   * The configuration of just these maps: {@code r} and {@code alpha} are the most common ones, the
   * patterns name the others by their paths.
   */
  static LoraConfig exactly(ModelConfig model, double dropout, boolean rslora, List<Place> places) {
    int r = mostCommon(places.stream().map(Place::rank).toList());
    double alpha = mostCommon(places.stream().map(Place::alpha).toList());
    Map<String, Integer> rankPattern = new LinkedHashMap<>();
    Map<String, Double> alphaPattern = new LinkedHashMap<>();
    Map<String, Integer> layersByModule = new LinkedHashMap<>();
    for (Place place : places) {
      layersByModule.merge(place.kind().module(), 1, Integer::sum);
      String path = place.kind().path(place.layer());
      if (place.rank() != r) {
        rankPattern.put(path, place.rank());
      }
      if (place.alpha() != alpha) {
        alphaPattern.put(path, place.alpha());
      }
    }
    boolean everywhere =
        layersByModule.values().stream().allMatch(layers -> layers == model.layers());
    List<String> modules =
        everywhere
            ? List.copyOf(layersByModule.keySet())
            : places.stream().map(place -> place.kind().path(place.layer())).toList();
    return new LoraConfig(
        r, alpha, dropout, LoraTargets.named(modules), rslora, rankPattern, alphaPattern);
  }

  private static <T extends Comparable<T>> T mostCommon(List<T> values) {
    Map<T, Integer> counts = new LinkedHashMap<>();
    values.forEach(value -> counts.merge(value, 1, Integer::sum));
    return counts.entrySet().stream()
        .max(Map.Entry.<T, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .orElseThrow(() -> NeuroWeaverException.invalid("an adapter needs at least one map"))
        .getKey();
  }

  /** The linear maps of a model that are adapted, layer by layer in the order of ALL_MODULES. */
  List<LoraMap> maps(ModelConfig model) {
    List<LoraMap> maps = new ArrayList<>();
    Patterns<Integer> ranks = new Patterns<>("rank_pattern", rankPattern, r);
    Patterns<Double> alphas = new Patterns<>("alpha_pattern", alphaPattern, alpha);
    int offset = 0;
    for (int layer = 0; layer < model.layers(); layer++) {
      for (LinearKind kind : LinearKind.values()) {
        String path = kind.path(layer);
        if (!targets.selects(layer, path)) {
          continue;
        }
        int rank = ranks.of(path);
        String prefix = "base_model.model." + path;
        Slice a = new Slice(prefix + ".lora_A.weight", rank, kind.in(model), offset);
        offset = Math.addExact(offset, a.length());
        Slice b = new Slice(prefix + ".lora_B.weight", kind.out(model), rank, offset);
        offset = Math.addExact(offset, b.length());
        double itsAlpha = alphas.of(path);
        maps.add(new LoraMap(layer, kind, itsAlpha, scale(itsAlpha, rank), a, b));
      }
    }
    if (maps.isEmpty()) {
      throw NeuroWeaverException.invalid(
          "%s matches no linear map of the model's %d layers; a path is like %s"
              .formatted(targets, model.layers(), LinearKind.Q.path(0)));
    }
    return List.copyOf(maps);
  }

  /** What the low-rank product is multiplied with. */
  private float scale(double alpha, int rank) {
    return (float) (rslora ? alpha / Math.sqrt(rank) : alpha / rank);
  }

  int rank(String path) {
    return new Patterns<>("rank_pattern", rankPattern, r).of(path);
  }

  double alpha(String path) {
    return new Patterns<>("alpha_pattern", alphaPattern, alpha).of(path);
  }

  private static void checkRank(String key, int rank) {
    if (rank < 1 || rank > MAX_RANK) {
      throw NeuroWeaverException.invalid(
          "%s must be between 1 and %d, found %d".formatted(key, MAX_RANK, rank));
    }
  }

  private static void checkAlpha(String key, double alpha) {
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw NeuroWeaverException.invalid("%s must be positive, found %s".formatted(key, alpha));
    }
  }

  /** Values by pattern, compiled once. */
  private static final class Patterns<T> {
    private final Map<ModulePattern, T> values = new LinkedHashMap<>();
    private final T otherwise;

    Patterns(String key, Map<String, T> patterns, T otherwise) {
      patterns.forEach((regex, value) -> values.put(ModulePattern.suffix(key, regex), value));
      this.otherwise = otherwise;
    }

    T of(String path) {
      for (Map.Entry<ModulePattern, T> entry : values.entrySet()) {
        if (entry.getKey().matches(path)) {
          return entry.getValue();
        }
      }
      return otherwise;
    }
  }
}
