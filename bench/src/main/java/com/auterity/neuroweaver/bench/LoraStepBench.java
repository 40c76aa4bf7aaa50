package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.datasets.ErrorKind;
import com.auterity.neuroweaver.datasets.NeuroWeaverException;
import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.Precision;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Forward, backward and optimizer step of LoRA (rank 16, all seven linear maps) on packed sequences
 * of 512 tokens, every token a target, beside libtorch at its best settings.
 */
final class LoraStepBench implements Bench {
  private static final double TURN_SECONDS = 4;

  /** Forward 2, backward 2 (activations only): operations for each number and token. */
  private static final double OPERATIONS = 4;

  @Override
  public String name() {
    return "lora-step";
  }

  @Override
  public String summary() {
    return "LoRA training steps of 512-token sequences, beside libtorch";
  }

  @Override
  public List<BenchCase> cases() {
    List<BenchCase> cases = new ArrayList<>();
    for (boolean bf16 : new boolean[] {true, false}) {
      for (String model : BenchModel.NAMES) {
        cases.add(new Step(model, bf16));
      }
    }
    cases.add(new QuantizedStep("0.5b", WeightFormat.NF4));
    cases.add(new QuantizedStep("0.5b", WeightFormat.INT8));
    return cases;
  }

  private record Step(String model, boolean bf16) implements BenchCase {
    @Override
    public String name() {
      return model + (bf16 ? "/bf16" : "/f32");
    }

    @Override
    public String unit() {
      return "tokens/s";
    }

    @Override
    public Outcome measure(BenchRun run) throws InterruptedException {
      Device device = bf16 ? Devices.best() : Devices.float32();
      if (bf16 && device.precision() != Precision.BF16) {
        throw NeuroWeaverException.invalid(
            "this processor does not multiply bf16; --case '*/f32' measures what it can");
      }
      int cores = Runtime.getRuntime().availableProcessors();
      BenchModel shape = BenchModel.of(model, run.home());
      int[][] tokens = LoraSettings.ids(shape.config(), 1, cores);
      int[][] targets = LoraSettings.ids(shape.config(), 2, cores);
      Map<String, Object> details = new LinkedHashMap<>();
      String classpath;
      try {
        classpath = new PeerProject(run.home(), "libtorch").classpath(run::say);
      } catch (PeerException e) {
        return ours(run, device, shape, tokens, targets, e.getMessage(), details);
      }
      try (LibtorchCalibration calibration =
          new LibtorchCalibration(
              environment ->
                  new Libtorch(classpath, environment, cores, shape, bf16, tokens, targets),
              run::say)) {
        LibtorchSettings best;
        try {
          // Before our own model lies in memory: nothing of ours disturbs the search.
          best = calibration.run(cores, bf16);
        } catch (PeerException e) {
          details.put("libtorch_tried", calibration.tries());
          return ours(run, device, shape, tokens, targets, e.getMessage(), details);
        }
        details.put("libtorch_settings", best);
        details.put("libtorch_tried", calibration.tries());
        try (OurLoraStep ours = new OurLoraStep(shape, device, tokens, targets)) {
          return beside(run, shape, ours, calibration.libtorch(), best, details);
        }
      }
    }

    private Outcome beside(
        BenchRun run,
        BenchModel shape,
        OurLoraStep ours,
        Libtorch libtorch,
        LibtorchSettings best,
        Map<String, Object> details)
        throws InterruptedException {
      OurLoraStep.Look our = ours.look();
      ours.rate(TURN_SECONDS);
      List<Samples> samples;
      try {
        libtorch.configure(best.forLook());
        OurLoraStep.Look peer = libtorch.look();
        compare(our, peer, details);
        run.say(
            "  loss ours %.5f libtorch %.5f, gradient norm ours %.5f libtorch %.5f",
            our.loss(), peer.loss(), our.gradientNorm(), peer.gradientNorm());
        libtorch.configure(best);
        libtorch.rate(0.1);
        samples =
            Rounds.alternate(
                run.rounds(),
                List.of(
                    () -> said(run, "ours", ours.rate(TURN_SECONDS)),
                    () -> said(run, Libtorch.NAME, libtorch.rate(TURN_SECONDS)),
                    () -> Ceilings.gemm(kind()).total()));
      } catch (PeerException e) {
        return ours(run, shape, ours, e.getMessage(), details);
      }
      share(shape, samples.get(0), samples.get(2), details);
      return Outcome.beside(samples.get(0), Libtorch.NAME, samples.get(1), details);
    }

    /** Our figures alone, because the peer failed. */
    private Outcome ours(
        BenchRun run,
        Device device,
        BenchModel shape,
        int[][] tokens,
        int[][] targets,
        String error,
        Map<String, Object> details)
        throws InterruptedException {
      try (OurLoraStep ours = new OurLoraStep(shape, device, tokens, targets)) {
        ours.rate(TURN_SECONDS);
        return ours(run, shape, ours, error, details);
      }
    }

    private Outcome ours(
        BenchRun run, BenchModel shape, OurLoraStep ours, String error, Map<String, Object> details)
        throws InterruptedException {
      run.say("  libtorch failed: %s", error);
      List<Samples> samples =
          Rounds.alternate(
              run.rounds(),
              List.of(
                  () -> said(run, "ours", ours.rate(TURN_SECONDS)),
                  () -> Ceilings.gemm(kind()).total()));
      share(shape, samples.get(0), samples.get(1), details);
      return Outcome.peerFailed(samples.get(0), Libtorch.NAME, error, details);
    }

    private GemmKind kind() {
      return bf16 ? GemmKind.BF16 : GemmKind.FLOAT32;
    }

    private static double said(BenchRun run, String who, double rate) {
      run.say("  %s %.1f tokens/s", who, rate);
      return rate;
    }

    private static void share(
        BenchModel shape, Samples ours, Samples ceiling, Map<String, Object> details) {
      double operations = OPERATIONS * shape.multiplied();
      details.put("operations_per_token", operations);
      details.put("gemm_gflops", ceiling.median() / 1e9);
      details.put(Report.SHARE, ours.median() * operations / ceiling.median());
    }

    /** Both sides must have computed the same thing, within what their precision allows. */
    private void compare(OurLoraStep.Look our, OurLoraStep.Look peer, Map<String, Object> details) {
      details.put("loss_ours", our.loss());
      details.put("loss_peer", peer.loss());
      details.put("gradient_norm_ours", our.gradientNorm());
      details.put("gradient_norm_peer", peer.gradientNorm());
      double loss = Math.abs(our.loss() - peer.loss());
      double norm = Math.abs(our.gradientNorm() / peer.gradientNorm() - 1);
      // A bf16 loss near 10 has steps of 0.06; those of its gradient are relative.
      double lossBound = bf16 ? 0.05 : 1e-4;
      double normBound = bf16 ? 0.05 : 2e-4;
      if (!(loss <= lossBound) || !(norm <= normBound)) {
        throw new NeuroWeaverException(
            ErrorKind.INTERNAL,
            "%s: libtorch computed something else: loss %.5f against ours %.5f, gradient norm %.5f against %.5f"
                .formatted(
                    name(), peer.loss(), our.loss(), peer.gradientNorm(), our.gradientNorm()));
      }
    }
  }
}
