package com.auterity.neuroweaver.jobs.refinement;

import com.auterity.neuroweaver.jobs.grid.NodeContext;
import com.auterity.neuroweaver.jobs.refinement.similarity.FarthestFirst;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a choice needs of the rows of one partition that enter its stage.
 *
 * @param strata places in {@code labels}; -1 for a row without a word where features are taken
 * @param tokens null without a budget
 * @param scores null without them
 * @param features vectors one after the other; null without them
 */
record SampledRows(
    long[] ordinals,
    int[] strata,
    int[] tokens,
    double[] scores,
    byte[] features,
    List<String> labels,
    List<String> shown,
    FarthestFirst farthest) {

  int size() {
    return ordinals.length;
  }

  private int kibibytes() {
    long bytes = 64 + 28L * ordinals.length + (features == null ? 0 : features.length);
    return (int) (1 + (bytes >> 10));
  }

  /**
   * A node's: at most an eighth of the heap; what does not fit is computed again when it is asked
   * for.
   */
  private static final class Held {
    final Cache<String, SampledRows> rows =
        Caffeine.newBuilder()
            .maximumWeight(Runtime.getRuntime().maxMemory() / 8 >> 10)
            .weigher((String key, SampledRows value) -> value.kibibytes())
            .build();
  }

  static SampledRows of(NodeContext node, String key, Supplier<SampledRows> maker) {
    return node.shared(Held.class, Held::new).rows.get(key, k -> maker.get());
  }
}
