package com.auterity.neuroweaver.bench;

import com.auterity.neuroweaver.jobs.tensor.Device;
import com.auterity.neuroweaver.jobs.tensor.Devices;
import com.auterity.neuroweaver.jobs.tensor.Precision;
import com.auterity.neuroweaver.jobs.tensor.WeightFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A LoRA step on weights held in 8 or 4 bits, beside the same step on the device's own precision.
 */
record QuantizedStep(String model, WeightFormat format) implements BenchCase {
  private static final double TURN_SECONDS = 4;

  @Override
  public String name() {
    return model + "/" + format.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String unit() {
    return "tokens/s";
  }

  @Override
  public Outcome measure(BenchRun run) throws InterruptedException {
    Device device = Devices.best();
    int cores = Runtime.getRuntime().availableProcessors();
    BenchModel shape = BenchModel.of(model, run.home());
    int[][] tokens = LoraSettings.ids(shape.config(), 1, cores);
    int[][] targets = LoraSettings.ids(shape.config(), 2, cores);
    Map<String, Object> details = new LinkedHashMap<>();
    try (OurLoraStep full = new OurLoraStep(shape, device, tokens, targets);
        OurLoraStep held = new OurLoraStep(shape, format, device, tokens, targets)) {
      details.put("loss_full", full.look().loss());
      details.put("loss_held", held.look().loss());
      details.put("bytes_per_parameter", held.bytesPerParameter());
      run.say(
          "  loss %.5f in full, %.5f in %s, %.3f bytes for each parameter",
          details.get("loss_full"), details.get("loss_held"), format, held.bytesPerParameter());
      held.rate(TURN_SECONDS);
      full.rate(TURN_SECONDS);
      List<Samples> samples =
          Rounds.alternate(
              run.rounds(), List.of(() -> held.rate(TURN_SECONDS), () -> full.rate(TURN_SECONDS)));
      String peer = device.precision() == Precision.BF16 ? "ours in bf16" : "ours in float32";
      return Outcome.beside(samples.get(0), peer, samples.get(1), details);
    }
  }
}
