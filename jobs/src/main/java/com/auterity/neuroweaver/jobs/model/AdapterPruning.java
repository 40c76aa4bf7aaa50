package com.auterity.neuroweaver.jobs.model;

import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import java.util.ArrayList;
import java.util.List;

/**
 * Lowers an adapter's rank map by map: of each product scale B A only the largest singular values
 * stay, which is the nearest matrix of that rank (Eckart and Young 1936). The result has one alpha
 * and a rank pattern, so that any tool that reads PEFT's format loads it.
 */
public final class AdapterPruning {
  /** What float32 can tell of a singular value beside the largest. */
  private static final double RESOLUTION = Math.ulp(1f);

  private final LoraAdapter adapter;
  private final List<Pruned> maps;

  private AdapterPruning(LoraAdapter adapter, List<Pruned> maps) {
    this.adapter = adapter;
    this.maps = List.copyOf(maps);
  }

  /**
   * What became of one map.
   *
   * @param energy share of the squared singular values that was kept
   * @param error ||before - after|| / ||before|| (Frobenius)
   * @param squares the sum of all squared singular values
   */
  public record Pruned(
      String path, int rankBefore, int rank, double energy, double error, double squares) {}

  /** At most {@code rank} of each map. */
  public static AdapterPruning toRank(LoraAdapter adapter, int rank) {
    if (rank < 1 || rank > LoraConfig.MAX_RANK) {
      throw NeuroWeaverException.invalid(
          "the rank to prune to must be between 1 and %d, found %d"
              .formatted(LoraConfig.MAX_RANK, rank));
    }
    return prune(adapter, rank, 1);
  }

  /** Of each map the fewest singular values whose squares make up this share of all. */
  public static AdapterPruning toEnergy(LoraAdapter adapter, double share) {
    if (!(share > 0 && share <= 1)) {
      throw NeuroWeaverException.invalid(
          "the share of energy to keep must be above 0 and at most 1, found " + share);
    }
    return prune(adapter, LoraConfig.MAX_RANK, share);
  }

  private static AdapterPruning prune(LoraAdapter before, int most, double share) {
    List<LowRank> factors = new ArrayList<>();
    List<LoraConfig.Place> places = new ArrayList<>();
    List<Pruned> report = new ArrayList<>();
    double alpha = before.config().alpha();
    for (LoraMap map : before.maps()) {
      LowRank factor = LowRank.of(before.parameters(), map.a(), map.b());
      double[] values = factor.values();
      double total = squares(values, 0);
      int rank = kept(values, most, share);
      double lost = squares(values, rank);
      factors.add(factor);
      places.add(new LoraConfig.Place(map.layer(), map.kind(), rank, alpha));
      report.add(
          new Pruned(
              map.kind().path(map.layer()),
              map.rank(),
              rank,
              total > 0 ? 1 - lost / total : 1,
              total > 0 ? Math.sqrt(lost / total) : 0,
              total * map.scale() * map.scale()));
    }
    // Without rsLoRA: tools that know one alpha alone divide it by each tensor's own rank.
    LoraConfig config =
        LoraConfig.exactly(before.model(), before.config().dropout(), false, places);
    List<LoraMap> maps = config.maps(before.model());
    float[] parameters = new float[LoraAdapter.length(maps)];
    for (int m = 0; m < maps.size(); m++) {
      LoraMap map = maps.get(m);
      double ratio = before.maps().get(m).scale() / map.scale();
      fill(parameters, map, factors.get(m), ratio);
    }
    return new AdapterPruning(LoraAdapter.of(before.model(), config, parameters), report);
  }

  private static int kept(double[] values, int most, double share) {
    double total = squares(values, 0);
    int rank = 0;
    double sum = 0;
    while (rank < Math.min(most, values.length)
        && values[rank] > RESOLUTION * values[0]
        && (rank == 0 || sum < share * total)) {
      sum += values[rank] * values[rank];
      rank++;
    }
    // A map that changes nothing keeps one rank, of zeros.
    return Math.max(1, rank);
  }

  private static double squares(double[] values, int from) {
    double sum = 0;
    // The smallest first.
    for (int k = values.length - 1; k >= from; k--) {
      sum += values[k] * values[k];
    }
    return sum;
  }

  /** B and A share each singular value, times {@code ratio}, by its root. */
  private static void fill(float[] parameters, LoraMap map, LowRank factor, double ratio) {
    double[] values = factor.values();
    int in = map.a().cols();
    for (int k = 0; k < map.rank(); k++) {
      double root = Math.sqrt(values[k] * ratio);
      double[] left = factor.left(k);
      double[] right = factor.right(k);
      for (int j = 0; j < in; j++) {
        parameters[map.a().offset() + k * in + j] = (float) (root * right[j]);
      }
      for (int i = 0; i < left.length; i++) {
        parameters[map.b().offset() + i * map.rank() + k] = (float) (root * left[i]);
      }
    }
  }

  /** The adapter of lower rank. */
  public LoraAdapter adapter() {
    return adapter;
  }

  /** Each map in the order of the adapter. */
  public List<Pruned> maps() {
    return maps;
  }

  /** The share of all maps' energy that was kept. */
  public double energy() {
    double all = 0;
    double kept = 0;
    for (Pruned map : maps) {
      all += map.squares();
      kept += map.squares() * map.energy();
    }
    return all > 0 ? kept / all : 1;
  }

  /** Relative Frobenius error over all maps together. */
  public double error() {
    double all = 0;
    double lost = 0;
    for (Pruned map : maps) {
      all += map.squares();
      lost += map.squares() * map.error() * map.error();
    }
    return all > 0 ? Math.sqrt(lost / all) : 0;
  }

  /** Mean loss (nats for each target token) of a model with an adapter; null: without. */
  public static double loss(LlamaModel model, LoraAdapter adapter, List<MicroBatch> batches) {
    LoraGradient forward = new LoraGradient(model);
    double sum = 0;
    long targets = 0;
    for (MicroBatch batch : batches) {
      Result result = forward.loss(adapter, batch);
      sum += result.lossSum();
      targets += result.targetTokens();
    }
    if (targets == 0) {
      throw NeuroWeaverException.invalid("there is no token to measure a loss on");
    }
    return sum / targets;
  }
}
