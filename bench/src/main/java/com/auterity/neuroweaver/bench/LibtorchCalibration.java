package com.auterity.neuroweaver.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds the settings libtorch is fastest with: environments first, then one change after the other,
 * each kept when it is faster. Every try is recorded, failed ones with their reason.
 */
final class LibtorchCalibration implements AutoCloseable {
  private static final double TRY_SECONDS = 3;
  private static final List<String> CHANGES =
      List.of("workers", "norm", "logits", "projections", "attention");

  /** Starts libtorch in an environment. */
  interface Starter {
    Libtorch start(Map<String, String> environment) throws InterruptedException;
  }

  private final Starter starter;
  private final Consumer<String> say;
  private final List<Map<String, Object>> tries = new ArrayList<>();
  private Libtorch running;
  private Map<String, String> runningIn;
  private LibtorchSettings best;
  private double bestRate;

  LibtorchCalibration(Starter starter, Consumer<String> say) {
    this.starter = starter;
    this.say = say;
  }

  /** The best settings; {@link #libtorch()} then runs with their environment. */
  LibtorchSettings run(int cores, boolean bf16) throws InterruptedException {
    LibtorchSettings first = LibtorchSettings.first(cores);
    for (Map<String, String> environment : LibtorchSettings.environments(bf16)) {
      attempt(first.in(environment));
    }
    if (best == null) {
      throw new PeerException("libtorch ran in no environment: " + tries.get(0).get("error"));
    }
    for (String change : CHANGES) {
      for (LibtorchSettings variant : best.variants(change, cores, bf16)) {
        attempt(variant);
      }
    }
    start(best.environment());
    return best;
  }

  private void attempt(LibtorchSettings settings) throws InterruptedException {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("settings", settings);
    try {
      start(settings.environment());
      running.configure(settings);
      running.rate(0.1);
      double rate = running.rate(TRY_SECONDS);
      record.put("tokens_per_second", rate);
      say.accept("  libtorch %.1f tokens/s with %s".formatted(rate, settings.line()));
      if (rate > bestRate) {
        bestRate = rate;
        best = settings;
      }
    } catch (PeerException e) {
      record.put("error", e.getMessage());
      say.accept("  libtorch failed with %s: %s".formatted(settings.line(), e.getMessage()));
      close();
    }
    tries.add(record);
  }

  private void start(Map<String, String> environment) throws InterruptedException {
    if (running == null || !environment.equals(runningIn)) {
      close();
      running = starter.start(environment);
      runningIn = environment;
    }
  }

  Libtorch libtorch() {
    return running;
  }

  /** Every try: settings, and tokens_per_second or error. */
  List<Map<String, Object>> tries() {
    return List.copyOf(tries);
  }

  @Override
  public void close() {
    if (running != null) {
      running.close();
      running = null;
    }
  }
}
