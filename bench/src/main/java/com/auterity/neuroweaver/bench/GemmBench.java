package com.auterity.neuroweaver.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The machine's own limits, against which the other benches give shares. */
final class GemmBench implements Bench {
  @Override
  public String name() {
    return "gemm";
  }

  @Override
  public String summary() {
    return "what this machine can do: GEMM rates of oneDNN, memory read rate";
  }

  @Override
  public List<BenchCase> cases() {
    List<BenchCase> cases = new ArrayList<>();
    for (GemmKind kind : GemmKind.values()) {
      cases.add(new Multiply(kind));
    }
    cases.add(new Read());
    return cases;
  }

  private record Multiply(GemmKind kind) implements BenchCase {
    @Override
    public String name() {
      return kind.title;
    }

    @Override
    public String unit() {
      return kind == GemmKind.INT8 ? "Gop/s" : "GFLOP/s";
    }

    @Override
    public Outcome measure(BenchRun run) throws InterruptedException {
      double[] totals = new double[run.rounds()];
      Map<String, List<Double>> shapes = new LinkedHashMap<>();
      for (int round = 0; round < totals.length; round++) {
        Ceilings.GemmRate rate = Ceilings.gemm(kind);
        totals[round] = rate.total() / 1e9;
        rate.byShape()
            .forEach(
                (shape, each) ->
                    shapes.computeIfAbsent(shape, s -> new ArrayList<>()).add(each / 1e9));
      }
      Map<String, Double> medians = new LinkedHashMap<>();
      shapes.forEach(
          (shape, values) ->
              medians.put(
                  shape,
                  new Samples(values.stream().mapToDouble(Double::doubleValue).toArray())
                      .median()));
      return Outcome.alone(new Samples(totals), Map.of("by_shape", medians));
    }
  }

  private record Read() implements BenchCase {
    @Override
    public String name() {
      return "memory-read";
    }

    @Override
    public String unit() {
      return "GB/s";
    }

    @Override
    public Outcome measure(BenchRun run) throws InterruptedException {
      List<Samples> samples = Rounds.alternate(run.rounds(), List.of(() -> Ceilings.read() / 1e9));
      return Outcome.alone(samples.get(0), Map.of());
    }
  }
}
